package dev.zendo.hypercalls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The table of hypercalls agrees with itself. */
class HypercallTableTest {
  @Test
  void everyRowHasAConstantWithItsNameAndNumber() throws ReflectiveOperationException {
    for (Hypercall call : Hypercalls.all()) {
      Field constant = Hypercalls.class.getField(call.name().toUpperCase(Locale.ROOT));
      assertEquals(call.number(), constant.getInt(null), call.name());
    }
  }

  @Test
  void noTwoSubOperationsShareANumberOrAName() {
    for (Hypercall call : Hypercalls.all()) {
      Set<Object> seen = new HashSet<>();
      for (SubOperation operation : call.operations()) {
        assertTrue(seen.add(operation.number()), call.name() + " " + operation);
        assertTrue(seen.add(operation.name()), call.name() + " " + operation);
      }
    }
  }

  @Test
  void numbersOutsideTheTableHaveNoRow() {
    assertNull(Hypercalls.get(-1));
    assertNull(Hypercalls.get(11));
    assertNull(Hypercalls.get(Long.MAX_VALUE));
    assertNull(Hypercalls.get(Long.MIN_VALUE));
  }

  @Test
  void whatIsNotSupportedSaysWhy() {
    for (Hypercall call : Hypercalls.all()) {
      for (SubOperation operation : call.operations()) {
        boolean plain = operation.support().level() == Support.Level.SUPPORTED;
        assertEquals(plain, operation.support().note().isEmpty(), operation.toString());
      }
    }
  }
}
