package dev.zendo.hypervisor.engine.interpreter;

/** The engines that obey the same rules. */
enum TestEngine {
  INTERPRETER,
  DIRECT;

  /** A guest of this engine; skips the test where the host cannot run it. */
  TestGuest guest() {
    return this == DIRECT ? TestGuest.direct() : new TestGuest();
  }
}
