package dev.zendo.hypervisor.trap;

/** What became of an instruction that the hypervisor looked at on the guest's behalf. */
enum Outcome {
  /** It was executed: RIP moves behind it. */
  DONE,
  /** A part of it was executed; the guest executes it again (repeated string instructions). */
  AGAIN,
  /** Another exception was given to the guest in its place. */
  DELIVERED,
  /** The guest may not do that: it gets the #GP that brought it here. */
  REFUSED;

  static Outcome doneIf(boolean allowed) {
    return allowed ? DONE : REFUSED;
  }
}
