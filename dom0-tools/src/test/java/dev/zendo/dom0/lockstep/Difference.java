package dev.zendo.dom0.lockstep;

/** The machines are no longer in the same state; the message tells how. */
final class Difference extends RuntimeException {
  private static final long serialVersionUID = 1;

  Difference(String what) {
    super(what);
  }
}
