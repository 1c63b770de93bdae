package dev.zendo.dom0;

import dev.zendo.hypervisor.HypervisorConfig.EngineFactory;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import java.util.Locale;
import java.util.Optional;

/** The engines that a machine can be started with. */
public enum EngineChoice {
  /** The direct engine where the host can run it, else the interpreter. */
  AUTO,
  /** Translates to machine code; on Linux for x86-64. */
  DIRECT,
  /** Runs on every JVM. */
  INTERPRETER;

  /** The name that users give, in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Why this host cannot run it, in one line; empty when it can. */
  public Optional<String> obstacle() {
    return this == DIRECT ? DirectEngine.obstacle() : Optional.empty();
  }

  /** The engine itself: what {@link #AUTO} means on this host, otherwise the same. */
  public EngineChoice resolve() {
    if (this != AUTO) {
      return this;
    }
    return DIRECT.obstacle().isEmpty() ? DIRECT : INTERPRETER;
  }

  /** Finds out and loads what {@link #factory} would have to. */
  void prepare() {
    if (resolve() == DIRECT) {
      DIRECT.obstacle();
    } else {
      InterpreterEngine.prepare();
    }
  }

  /**
   * Makes it.
   *
   * @param codeBytes for the emitted code of each vcpu; engines that emit none need none
   */
  EngineFactory factory(long codeBytes) {
    return resolve() == DIRECT
        ? (memory, codeMap) -> new DirectEngine(memory, codeMap, codeBytes)
        : InterpreterEngine::new;
  }
}
