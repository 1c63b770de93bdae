package dev.zendo.hypervisor.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RehearsalTest {
  private static final long LONG = Long.MAX_VALUE;

  private static BiFunction<MachineMemory, CodeMap, Engine> maker(boolean direct) {
    return direct && DirectEngine.obstacle().isEmpty() ? DirectEngine::new : InterpreterEngine::new;
  }

  private static int run(boolean direct, byte[] code, long nanos) {
    try (Rehearsal rehearsal = new Rehearsal(code, maker(direct))) {
      return rehearsal.run(nanos);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anyBytesAreRunFromEachPlace(boolean direct) {
    byte[] code = new byte[2 << 12];
    new Random(1).nextBytes(code);
    assertEquals(512, run(direct, code, LONG));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWouldNeverEndIsEnded(boolean direct) {
    byte[] code = new byte[64];
    Arrays.fill(code, (byte) 0x90);
    byte[] store = {
      0x48, (byte) 0x83, (byte) 0xc9, -1, (byte) 0xf3, (byte) 0xaa
    }; // or rcx, -1; rep stosb
    System.arraycopy(store, 0, code, 0, store.length);
    byte[] jump = {(byte) 0xeb, (byte) 0xfe}; // jmp self
    System.arraycopy(jump, 0, code, 32, jump.length);
    assertTrue(run(direct, code, LONG) > 0);
  }

  @Test
  void nothingIsRunWhereThereIsNothing() {
    assertEquals(0, run(true, new byte[0], LONG));
    assertEquals(0, run(true, new byte[4096], 0));
  }

  @Test
  void ofTooMuchCodeTheBeginningIsTaken() {
    byte[] code = new byte[300 << 12];
    Arrays.fill(code, (byte) 0xcc);
    assertEquals(128 << 8, run(true, code, LONG));
  }
}
