package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.PageOwners;

/**
 * Grants while a copy uses them. A grant may pass another domain's grant on (a transitive one, in
 * format 2); then both are pinned, and one level is all there may be. No two tables are locked at a
 * time.
 */
final class CopyGrants {
  /** A grant changed while it was looked at: the operation is to be tried again. */
  static final int CHANGED = 1;

  private final PageOwners owners;
  private final GrantedFrames frames;

  CopyGrants(PageOwners owners, GrantedFrames frames) {
    this.owners = owners;
    this.frames = frames;
  }

  /** The bytes that a grant gives, with a general reference to their frame. */
  static final class Bytes {
    long mfn = -1;
    int start;
    int length;
  }

  /**
   * Pins a grant and takes a general reference to its frame.
   *
   * @param ref any value
   * @param user number of the domain that uses it
   * @param bytes receives what is granted
   * @return a constant of {@link GrantStatus}, or {@link #CHANGED}
   */
  int acquire(Domain granter, int ref, int user, boolean readOnly, Bytes bytes) {
    return acquire(granter, ref, user, readOnly, true, bytes);
  }

  private int acquire(
      Domain granter, int ref, int user, boolean readOnly, boolean mayPassOn, Bytes bytes) {
    GrantTable table = GrantingDomain.stateOf(granter).table();
    int before;
    long target;
    table.lock.lock();
    try {
      if (!table.check(ref)) {
        return GrantStatus.BAD_GNTREF;
      }
      ActiveEntry entry = table.active(ref);
      before = entry.pins;
      if (before != 0 && (entry.user != user || Pins.isFull(before, increment(readOnly)))) {
        return table.used(ref, entry);
      }
      boolean passedOn = table.isPassedOn(ref);
      if (before == 0 || !readOnly && !Pins.anyWriter(before)) {
        int status = table.mark(ref, entry, readOnly, false, user);
        if (status != GrantStatus.OKAY) {
          return status;
        }
      }
      if (!passedOn) {
        return acquireOwn(table, granter, ref, entry, user, readOnly, bytes);
      }
      target = table.passedOn(ref);
      if (!mayPassOn || (int) target == granter.id() || owners.byNumber((int) target) == null) {
        table.unmark(ref, entry, readOnly);
        return GrantStatus.GENERAL_ERROR;
      }
    } finally {
      table.lock.unlock();
    }
    Domain from = owners.byNumber((int) target);
    int fromRef = (int) (target >>> 32);
    int status =
        from == null
            ? GrantStatus.GENERAL_ERROR
            : acquire(from, fromRef, granter.id(), readOnly, false, bytes);
    return settle(table, ref, before, user, from, fromRef, readOnly, bytes, status);
  }

  private int acquireOwn(
      GrantTable table,
      Domain granter,
      int ref,
      ActiveEntry entry,
      int user,
      boolean readOnly,
      Bytes bytes) {
    boolean used = entry.pins != 0;
    if (used) {
      bytes.mfn = frames.holdAgain(granter, entry.mfn) ? entry.mfn : GrantStatus.BAD_DOMAIN;
    } else {
      bytes.mfn = frames.hold(granter, table.frameOf(ref));
    }
    if (bytes.mfn < 0) {
      table.unmark(ref, entry, readOnly);
      return (int) bytes.mfn;
    }
    if (!used) {
      entry.part = table.isPart(ref);
      int part = entry.part ? table.partOf(ref) : MachineMemory.FRAME_SIZE << 16;
      entry.begin(user, bytes.mfn, part & 0xffff, part >>> 16);
    }
    pin(entry, readOnly, bytes);
    return GrantStatus.OKAY;
  }

  /**
   * The other domain's grant was pinned, or was not: does the same to the one that passes it on.
   */
  private int settle(
      GrantTable table,
      int ref,
      int before,
      int user,
      Domain from,
      int fromRef,
      boolean readOnly,
      Bytes bytes,
      int status) {
    int answer = status;
    table.lock.lock();
    try {
      ActiveEntry entry = table.active(ref);
      if (status == GrantStatus.OKAY) {
        answer = pinAlso(table, entry, before, user, from, fromRef, readOnly, bytes);
      }
      if (answer != GrantStatus.OKAY && table.version() == 2) {
        table.unmark(ref, entry, readOnly);
      }
    } finally {
      table.lock.unlock();
    }
    if (status == GrantStatus.OKAY && answer != GrantStatus.OKAY) {
      frames.drop(bytes.mfn);
      bytes.mfn = -1;
      release(from, fromRef, readOnly);
    }
    return answer;
  }

  private static int pinAlso(
      GrantTable table,
      ActiveEntry entry,
      int before,
      int user,
      Domain from,
      int fromRef,
      boolean readOnly,
      Bytes bytes) {
    if (table.isDead() || table.version() != 2 || entry.pins != before) {
      return CHANGED;
    }
    if (before == 0) {
      // Always taken for a part of a frame: that keeps it from being mapped.
      entry.part = true;
      entry.begin(user, bytes.mfn, bytes.start, bytes.length);
      entry.from = from;
      entry.fromRef = fromRef;
    } else if (!entry.passesOn(user, from, fromRef, bytes)) {
      // In use, and for something else: trying again would not end while it is.
      return GrantStatus.GENERAL_ERROR;
    }
    pin(entry, readOnly, bytes);
    return GrantStatus.OKAY;
  }

  private static void pin(ActiveEntry entry, boolean readOnly, Bytes bytes) {
    entry.pins += increment(readOnly);
    bytes.start = entry.start;
    bytes.length = entry.length;
  }

  /** Undoes {@link #acquire}, without the reference. */
  void release(Domain granter, int ref, boolean readOnly) {
    GrantTable table = GrantingDomain.stateOf(granter).table();
    Domain from;
    int fromRef;
    table.lock.lock();
    try {
      from = table.active(ref).from;
      fromRef = table.active(ref).fromRef;
    } finally {
      table.lock.unlock();
    }
    MapOperations.unpin(table, ref, readOnly, increment(readOnly));
    if (from != null) {
      release(from, fromRef, readOnly);
    }
  }

  private static int increment(boolean readOnly) {
    return readOnly ? Pins.HOST_READ : Pins.HOST_WRITE;
  }
}
