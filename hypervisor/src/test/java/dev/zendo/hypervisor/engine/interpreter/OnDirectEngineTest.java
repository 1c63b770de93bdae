package dev.zendo.hypervisor.engine.interpreter;

import org.junit.jupiter.api.Nested;

/** The rules that hold for the interpreter hold for the direct engine. */
class OnDirectEngineTest {
  @Nested
  class Interpreter extends InterpreterTest {
    @Override
    TestGuest newGuest() {
      return TestGuest.direct();
    }
  }

  @Nested
  class CodeChange extends CodeChangeTest {
    @Override
    TestGuest newGuest() {
      return TestGuest.direct();
    }
  }

  @Nested
  class PreciseFault extends PreciseFaultTest {
    @Override
    TestGuest newGuest() {
      return TestGuest.direct();
    }
  }

  @Nested
  class IntegerRules extends IntegerRulesTest {
    @Override
    TestGuest newGuest() {
      return TestGuest.direct();
    }
  }

  @Nested
  class SegmentRules extends SegmentRulesTest {
    @Override
    TestGuest newGuest() {
      return TestGuest.direct();
    }
  }

  @Nested
  class StringOps extends StringOpsTest {
    @Override
    TestGuest newGuest() {
      return TestGuest.direct();
    }
  }

  @Nested
  class DebugRules extends DebugRulesTest {
    @Override
    TestGuest newGuest() {
      return TestGuest.direct();
    }
  }

  @Nested
  class PageTableWrite extends PageTableWriteTest {
    @Override
    TestGuest newGuest() {
      return TestGuest.direct();
    }
  }
}
