package dev.zendo.hypervisor.grant;

/** What the hypervisor remembers of a grant in use. Guarded by the lock of its table. */
final class ActiveEntry {
  /** See {@link Pins}; the other fields mean something while it is not 0. */
  int pins;

  /** Number of the domain that uses it. */
  int user;

  /** The frame that was granted when the use began. */
  long mfn;

  /** Whether only a part of the frame is granted. */
  boolean part;

  /** First granted byte of the frame. */
  int start;

  /** Number of granted bytes. */
  int length;
}
