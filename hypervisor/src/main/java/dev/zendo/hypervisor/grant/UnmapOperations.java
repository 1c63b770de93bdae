package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypercalls.grant.MapFlags;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.DirtyFrames;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.TlbSync;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;

/**
 * Undoing grant mappings. It is done in two steps: first the mappings go, then, after translations
 * have been flushed, the frames and the grants are let go.
 */
final class UnmapOperations {
  /** Mappings that are undone between two flushes (GNTTAB_UNMAP_BATCH_SIZE of Xen). */
  static final int BATCH = 32;

  private final GrantedFrames frames;
  private final HostMappings host;
  private final TlbSync tlb;
  private final DirtyFrames dirty;

  UnmapOperations(GrantedFrames frames, HostMappings host, TlbSync tlb, DirtyFrames dirty) {
    this.frames = frames;
    this.host = host;
    this.tlb = tlb;
    this.dirty = dirty;
  }

  /** The parts of mappings that are gone but not let go yet. One thread. */
  static final class Batch {
    private final GrantTable[] granters = new GrantTable[BATCH];
    private final int[] refs = new int[BATCH];
    private final long[] mfns = new long[BATCH];
    private final int[] parts = new int[BATCH];
    private int count;

    boolean isFull() {
      return count == BATCH;
    }

    private void add(GrantTable granter, int ref, long mfn, int gone) {
      granters[count] = granter;
      refs[count] = ref;
      mfns[count] = mfn;
      parts[count] = gone;
      count++;
    }
  }

  /**
   * Undoes the parts of a mapping whose addresses are given.
   *
   * @param hostAddress as at mapping; 0 leaves the host part
   * @param busAddress machine address; 0 leaves the device part
   * @param newAddress address whose entry replaces the mapping; 0 for none
   * @return a constant of {@link GrantStatus}
   */
  int unmap(
      Vcpu caller, Batch batch, int handle, long hostAddress, long busAddress, long newAddress) {
    MapTrack mappings = GrantingDomain.stateOf(caller.domain()).mappings();
    synchronized (mappings) {
      int flags = mappings.flags(handle);
      if (flags == 0) {
        Refusal.note(Rule.NO_HANDLE, handle & 0xffffffffL);
        return GrantStatus.BAD_HANDLE;
      }
      long mfn = mappings.mfn(handle);
      boolean device = busAddress != 0 && (flags & MapFlags.DEVICE_MAP) != 0;
      if (device && busAddress != mfn << MachineMemory.FRAME_SHIFT) {
        return GrantStatus.BAD_DEV_ADDR;
      }
      int gone = device ? MapFlags.DEVICE_MAP : 0;
      if (hostAddress != 0 && (flags & MapFlags.HOST_MAP) != 0) {
        int status = host.remove(caller, hostAddress, mfn, newAddress, flags);
        if (status != GrantStatus.OKAY) {
          Refusal.note(Rule.NOT_MAPPED, hostAddress, mfn);
          return status;
        }
        gone |= MapFlags.HOST_MAP;
      }
      if (gone != 0) {
        batch.add(
            mappings.granter(handle), mappings.ref(handle), mfn, gone | flags & MapFlags.READONLY);
      }
      int left = flags & ~gone;
      if ((left & (MapFlags.HOST_MAP | MapFlags.DEVICE_MAP)) == 0) {
        mappings.release(handle);
      } else {
        mappings.flags(handle, left);
      }
      return GrantStatus.OKAY;
    }
  }

  /** Flushes and lets everything in the batch go. */
  void complete(Domain user, Batch batch) {
    if (batch.count == 0) {
      return;
    }
    tlb.flushDomain(user);
    for (int i = 0; i < batch.count; i++) {
      letGo(batch.granters[i], batch.refs[i], batch.mfns[i], batch.parts[i], true);
      batch.granters[i] = null;
    }
    batch.count = 0;
  }

  private void letGo(GrantTable granter, int ref, long mfn, int gone, boolean hostReferences) {
    boolean readOnly = (gone & MapFlags.READONLY) != 0;
    int pins = 0;
    if (!readOnly) {
      dirty.mark(mfn);
    }
    if ((gone & MapFlags.DEVICE_MAP) != 0) {
      frames.drop(mfn, readOnly);
      pins += readOnly ? Pins.DEVICE_READ : Pins.DEVICE_WRITE;
    }
    if ((gone & MapFlags.HOST_MAP) != 0) {
      if (hostReferences) {
        frames.drop(mfn, readOnly);
      }
      pins += readOnly ? Pins.HOST_READ : Pins.HOST_WRITE;
    }
    MapOperations.unpin(granter, ref, readOnly, pins);
  }

  /**
   * Lets go of everything a dead domain has mapped. References of entries in its page tables go
   * with the page tables.
   */
  void releaseAll(Domain user) {
    MapTrack mappings = GrantingDomain.stateOf(user).mappings();
    synchronized (mappings) {
      for (int handle = 0; handle < mappings.limit(); handle++) {
        int flags = mappings.flags(handle);
        if (flags != 0) {
          letGo(
              mappings.granter(handle),
              mappings.ref(handle),
              mappings.mfn(handle),
              flags,
              user.translated());
          mappings.release(handle);
        }
      }
    }
  }
}
