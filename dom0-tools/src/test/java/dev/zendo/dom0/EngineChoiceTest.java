package dev.zendo.dom0;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EngineChoiceTest {
  @Test
  void autoIsDirectWhereTheHostCanRunIt() {
    boolean able = EngineChoice.DIRECT.obstacle().isEmpty();
    EngineChoice expected = able ? EngineChoice.DIRECT : EngineChoice.INTERPRETER;
    assertEquals(expected, EngineChoice.AUTO.resolve());
    assertTrue(EngineChoice.AUTO.obstacle().isEmpty());
  }

  @Test
  void anEngineThatWasChosenStays() {
    assertEquals(EngineChoice.DIRECT, EngineChoice.DIRECT.resolve());
    assertEquals(EngineChoice.INTERPRETER, EngineChoice.INTERPRETER.resolve());
  }
}
