package dev.zendo.hypervisor.grant;

import dev.zendo.hypervisor.domain.Domain;

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

  /** Whose grant is passed on; null for a frame of the granter itself. */
  Domain from;

  /** The grant that is passed on. */
  int fromRef;

  /** A use begins, of a frame of the granter unless {@link #from} is set afterwards. */
  void begin(int domain, long frame, int first, int bytes) {
    user = domain;
    mfn = frame;
    start = first;
    length = bytes;
    from = null;
  }

  /** Whether the use under way is of the same bytes, passed on from the same grant. */
  boolean passesOn(int domain, Domain granter, int ref, CopyGrants.Bytes bytes) {
    return user == domain
        && from == granter
        && fromRef == ref
        && mfn == bytes.mfn
        && start == bytes.start
        && length == bytes.length;
  }
}
