package dev.zendo.dom0.control;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypercalls.grant.MapFlags;
import dev.zendo.hypercalls.grant.MapGrantRef;
import dev.zendo.hypercalls.grant.SetupTable;
import dev.zendo.hypercalls.grant.UnmapGrantRef;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/** Maps frames that other domains grant to the control domain. Thread-safe. */
public final class GrantMapper {
  private final CallGate gate;
  private final AddressSpace space;

  GrantMapper(CallGate gate, AddressSpace space) {
    this.gate = gate;
    this.space = space;
  }

  /**
   * Maps a grant, writable.
   *
   * @param domain the granting domain
   * @param reference any 32-bit value
   * @throws HypercallFailure when there is no such grant
   */
  public Mapping map(int domain, int reference) {
    long gpfn = space.take(1);
    long address = gpfn << 12;
    int handle;
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      long at = gate.clear(0, MapGrantRef.LAYOUT.size());
      MapGrantRef.HOST_ADDR.set(memory, at, address);
      MapGrantRef.FLAGS.set(memory, at, MapFlags.HOST_MAP);
      MapGrantRef.REF.set(memory, at, reference);
      MapGrantRef.DOM.set(memory, at, domain);
      String what = "mapping grant " + Integer.toUnsignedString(reference) + " of domain " + domain;
      gate.check(what, Hypercalls.GRANT_TABLE_OP, GrantOp.MAP_GRANT_REF, at, 1, 0);
      int status = MapGrantRef.STATUS.get(memory, at);
      if (status != GrantStatus.OKAY) {
        throw new HypercallFailure(what + " (grant status " + status + ")", Errno.EINVAL);
      }
      handle = MapGrantRef.HANDLE.get(memory, at);
    } catch (HypercallFailure e) {
      space.give(gpfn, 1);
      throw e;
    } finally {
      gate.lock().unlock();
    }
    return new Mapping(
        address,
        () -> {
          unmap(address, handle);
          space.give(gpfn, 1);
        });
  }

  private void unmap(long address, int handle) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      long at = gate.clear(0, UnmapGrantRef.LAYOUT.size());
      UnmapGrantRef.HOST_ADDR.set(memory, at, address);
      UnmapGrantRef.HANDLE.set(memory, at, handle);
      gate.check("unmapping a grant", Hypercalls.GRANT_TABLE_OP, GrantOp.UNMAP_GRANT_REF, at, 1, 0);
      int status = UnmapGrantRef.STATUS.get(memory, at);
      if (status != GrantStatus.OKAY) {
        throw new HypercallFailure("unmapping a grant (status " + status + ")", Errno.EINVAL);
      }
    } finally {
      gate.lock().unlock();
    }
  }

  /** Makes sure that a domain has its first grant frame and returns it. */
  public long firstFrame(int domain) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      long at = gate.clear(0, SetupTable.LAYOUT.size());
      SetupTable.DOM.set(memory, at, domain);
      SetupTable.NR_FRAMES.set(memory, at, 1);
      SetupTable.FRAME_LIST.set(memory, at, CallGate.LIST);
      String what = "setting up the grant table of domain " + domain;
      gate.check(what, Hypercalls.GRANT_TABLE_OP, GrantOp.SETUP_TABLE, at, 1, 0);
      int status = SetupTable.STATUS.get(memory, at);
      if (status != GrantStatus.OKAY) {
        throw new HypercallFailure(what + " (grant status " + status + ")", Errno.EINVAL);
      }
      return memory.getLong(CallGate.LIST);
    } finally {
      gate.lock().unlock();
    }
  }
}
