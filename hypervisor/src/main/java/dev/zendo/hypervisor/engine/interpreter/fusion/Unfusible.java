package dev.zendo.hypervisor.engine.interpreter.fusion;

/** Code that cannot be joined with other code; caught where it was tried. */
final class Unfusible extends RuntimeException {
  private static final long serialVersionUID = 1;

  Unfusible(String reason) {
    super(reason, null, false, false);
  }
}
