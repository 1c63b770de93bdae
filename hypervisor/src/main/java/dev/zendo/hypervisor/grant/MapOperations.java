package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypercalls.grant.MapFlags;
import dev.zendo.hypercalls.grant.MapGrantRef;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * {@code map_grant_ref}. A mapping holds, for its host part and for its device part each, a pin of
 * the grant, a general reference to the frame and, unless it is read-only, a writable one.
 */
final class MapOperations {
  private static final int NOT_FOR_TRANSLATED =
      MapFlags.DEVICE_MAP | MapFlags.APPLICATION_MAP | MapFlags.CONTAINS_PTE;

  private final Domains domains;
  private final GrantedFrames frames;
  private final HostMappings host;

  MapOperations(Domains domains, GrantedFrames frames, HostMappings host) {
    this.domains = domains;
    this.frames = frames;
    this.host = host;
  }

  /** Does the operation in the caller's scratch memory and stores its results there. */
  void map(Vcpu caller) {
    long at = caller.scratch();
    int flags = MapGrantRef.FLAGS.get(HostView.HOST, at);
    Domain self = caller.domain();
    Domain granter = domains.get(MapGrantRef.DOM.get(HostView.HOST, at));
    int status = check(self, granter, flags);
    if (status == GrantStatus.OKAY) {
      MapTrack mappings = GrantingDomain.stateOf(self).mappings();
      int handle;
      synchronized (mappings) {
        handle = mappings.allocate();
      }
      status = handle == MapTrack.NONE ? GrantStatus.NO_SPACE : map(caller, granter, handle, flags);
      if (status != GrantStatus.OKAY && handle != MapTrack.NONE) {
        synchronized (mappings) {
          mappings.release(handle);
        }
      }
    }
    MapGrantRef.STATUS.set(HostView.HOST, at, (short) status);
  }

  private static int check(Domain self, Domain granter, int flags) {
    if ((flags & (MapFlags.HOST_MAP | MapFlags.DEVICE_MAP)) == 0) {
      return GrantStatus.BAD_GNTREF;
    }
    if (self.translated() && (flags & NOT_FOR_TRANSLATED) != 0) {
      return GrantStatus.GENERAL_ERROR;
    }
    return granter == null ? GrantStatus.BAD_DOMAIN : GrantStatus.OKAY;
  }

  /** What a mapping with the given flags adds to the pins of its grant. */
  static int increment(int flags) {
    boolean readOnly = (flags & MapFlags.READONLY) != 0;
    int pins = 0;
    if ((flags & MapFlags.DEVICE_MAP) != 0) {
      pins += readOnly ? Pins.DEVICE_READ : Pins.DEVICE_WRITE;
    }
    if ((flags & MapFlags.HOST_MAP) != 0) {
      pins += readOnly ? Pins.HOST_READ : Pins.HOST_WRITE;
    }
    return pins;
  }

  private int map(Vcpu caller, Domain granter, int handle, int flags) {
    long at = caller.scratch();
    int ref = MapGrantRef.REF.get(HostView.HOST, at);
    Domain self = caller.domain();
    boolean readOnly = (flags & MapFlags.READONLY) != 0;
    GrantTable table = GrantingDomain.stateOf(granter).table();
    long mfn = pin(table, granter, ref, self.id(), readOnly, increment(flags));
    if (mfn < 0) {
      return (int) mfn;
    }
    int status = hold(caller, granter, mfn, flags);
    if (status != GrantStatus.OKAY) {
      unpin(table, ref, readOnly, increment(flags));
      return status;
    }
    MapTrack mappings = GrantingDomain.stateOf(self).mappings();
    synchronized (mappings) {
      mappings.set(handle, table, ref, mfn, flags);
    }
    MapGrantRef.HANDLE.set(HostView.HOST, at, handle);
    MapGrantRef.DEV_BUS_ADDR.set(HostView.HOST, at, mfn << MachineMemory.FRAME_SHIFT);
    return GrantStatus.OKAY;
  }

  /**
   * Pins a grant for a mapping and takes one general reference to its frame.
   *
   * @return the frame or a negative status
   */
  private long pin(
      GrantTable table, Domain granter, int ref, int user, boolean readOnly, int increment) {
    table.lock.lock();
    try {
      if (!table.check(ref)) {
        return GrantStatus.BAD_GNTREF;
      }
      ActiveEntry entry = table.active(ref);
      boolean used = entry.pins != 0;
      if (used && (entry.user != user || entry.part || Pins.isFull(entry.pins, increment))) {
        return table.used(ref, entry);
      }
      if (!used || !readOnly && !Pins.anyWriter(entry.pins)) {
        int status = table.mark(ref, entry, readOnly, true, user);
        if (status != GrantStatus.OKAY) {
          return status;
        }
      }
      long mfn;
      if (used) {
        mfn = frames.holdAgain(granter, entry.mfn) ? entry.mfn : GrantStatus.GENERAL_ERROR;
      } else {
        mfn = frames.hold(granter, table.frameOf(ref));
      }
      if (mfn < 0) {
        table.unmark(ref, entry, readOnly);
        return mfn;
      }
      if (!used) {
        entry.part = false;
        entry.begin(user, mfn, 0, MachineMemory.FRAME_SIZE);
      }
      entry.pins += increment;
      return mfn;
    } finally {
      table.lock.unlock();
    }
  }

  /** Undoes {@link #pin}, without the reference. */
  static void unpin(GrantTable table, int ref, boolean readOnly, int decrement) {
    table.lock.lock();
    try {
      if (!table.isDead()) {
        ActiveEntry entry = table.active(ref);
        entry.pins -= decrement;
        table.unmark(ref, entry, readOnly);
      }
    } finally {
      table.lock.unlock();
    }
  }

  /** Completes the references of both parts and makes the host mapping. Undoes all on failure. */
  private int hold(Vcpu caller, Domain granter, long mfn, int flags) {
    boolean readOnly = (flags & MapFlags.READONLY) != 0;
    boolean device = (flags & MapFlags.DEVICE_MAP) != 0;
    if (!readOnly && !frames.holdWritable(mfn)) {
      frames.drop(mfn);
      return GrantStatus.GENERAL_ERROR;
    }
    if ((flags & MapFlags.HOST_MAP) == 0) {
      return GrantStatus.OKAY;
    }
    if (device && !holdBoth(granter, mfn, readOnly)) {
      frames.drop(mfn, readOnly);
      return GrantStatus.GENERAL_ERROR;
    }
    long address = MapGrantRef.HOST_ADDR.get(HostView.HOST, caller.scratch());
    int status = host.create(caller, address, mfn, flags);
    if (status != GrantStatus.OKAY) {
      frames.drop(mfn, readOnly);
      if (device) {
        frames.drop(mfn, readOnly);
      }
    }
    return status;
  }

  private boolean holdBoth(Domain granter, long mfn, boolean readOnly) {
    if (!frames.holdAgain(granter, mfn)) {
      return false;
    }
    if (!readOnly && !frames.holdWritable(mfn)) {
      frames.drop(mfn);
      return false;
    }
    return true;
  }
}
