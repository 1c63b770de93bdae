package dev.zendo.hypervisor.engine.interpreter;

/** The engines that obey the same rules. */
enum TestEngine {
  INTERPRETER,
  DIRECT,

  /** The direct engine with the code of vcpus that idle. */
  COMPACT;

  /** A guest of this engine; skips the test where the host cannot run it. */
  TestGuest guest() {
    return switch (this) {
      case INTERPRETER -> new TestGuest();
      case DIRECT -> TestGuest.direct();
      case COMPACT -> TestGuest.compact();
    };
  }
}
