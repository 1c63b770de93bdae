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
  /** Most grants of one {@link #map}: so many structures fit into the argument area. */
  public static final int MAX_BATCH = CallGate.ARGUMENT_BYTES / MapGrantRef.LAYOUT.size();

  /** In place of a handle. */
  private static final int NONE = -1;

  private final CallGate gate;
  private final AddressSpace space;
  private final MemoryControl memory;

  GrantMapper(CallGate gate, AddressSpace space, MemoryControl memory) {
    this.gate = gate;
    this.memory = memory;
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
    return map(domain, true, reference);
  }

  /**
   * Maps grants, one frame after the other.
   *
   * @param domain the granting domain
   * @param writable whether the control domain may write there
   * @param references 1 to {@link #MAX_BATCH} of them, each any 32-bit value
   * @throws HypercallFailure when one of them is no such grant; then none is mapped
   */
  public Mapping map(int domain, boolean writable, int... references) {
    if (references.length < 1 || references.length > MAX_BATCH) {
      throw new IllegalArgumentException(references.length + " grants at once");
    }
    Attempt attempt = attempt(domain, writable, references);
    if (attempt.refusal != null) {
      throw new HypercallFailure("mapping " + attempt.refusal, Errno.EINVAL);
    }
    return attempt.mapping;
  }

  /** Maps a grant, writable, where it is nothing special that there is none; then null. */
  public Mapping mapIfGranted(int domain, int reference) {
    return attempt(domain, true, new int[] {reference}).mapping;
  }

  /** What became of a request to map: one of the two is null. */
  private record Attempt(Mapping mapping, String refusal) {}

  private Attempt attempt(int domain, boolean writable, int[] references) {
    int count = references.length;
    long gpfn = space.take(count);
    int[] handles = new int[count];
    String refusal = "";
    try {
      refusal = mapAll(domain, writable, references, gpfn, handles);
    } finally {
      if (refusal != null) {
        space.give(gpfn, count);
      }
    }
    Runnable unmap =
        () -> {
          unmap(gpfn, handles, count);
          space.give(gpfn, count);
        };
    return refusal == null
        ? new Attempt(new Mapping(gpfn << 12, unmap), null)
        : new Attempt(null, refusal);
  }

  /** Returns what is refused, if anything is: then nothing is mapped. */
  private String mapAll(int domain, boolean writable, int[] references, long gpfn, int[] handles) {
    gate.lock().lock();
    try {
      int size = MapGrantRef.LAYOUT.size();
      int count = references.length;
      int flags = writable ? MapFlags.HOST_MAP : MapFlags.HOST_MAP | MapFlags.READONLY;
      PhysicalMemory memory = gate.memory();
      long at = gate.clear(0, count * size);
      for (int i = 0; i < count; i++) {
        MapGrantRef.HOST_ADDR.set(memory, at + (long) i * size, gpfn + i << 12);
        MapGrantRef.FLAGS.set(memory, at + (long) i * size, flags);
        MapGrantRef.REF.set(memory, at + (long) i * size, references[i]);
        MapGrantRef.DOM.set(memory, at + (long) i * size, domain);
      }
      String what = "mapping grants of domain " + domain;
      gate.check(what, Hypercalls.GRANT_TABLE_OP, GrantOp.MAP_GRANT_REF, at, count, 0);
      return takeHandles(domain, references, at, gpfn, handles);
    } finally {
      gate.lock().unlock();
    }
  }

  /** Reads the results; undoes what was mapped when not all was. */
  private String takeHandles(int domain, int[] references, long at, long gpfn, int[] handles) {
    PhysicalMemory memory = gate.memory();
    String refusal = null;
    for (int i = 0; i < handles.length; i++) {
      long result = at + (long) i * MapGrantRef.LAYOUT.size();
      int status = MapGrantRef.STATUS.get(memory, result);
      handles[i] = status == GrantStatus.OKAY ? MapGrantRef.HANDLE.get(memory, result) : NONE;
      if (status != GrantStatus.OKAY && refusal == null) {
        String reference = Integer.toUnsignedString(references[i]);
        refusal = "grant " + reference + " of domain " + domain + " (grant status " + status + ")";
      }
    }
    if (refusal != null) {
      for (int i = 0; i < handles.length; i++) {
        if (handles[i] != NONE) {
          unmap(gpfn + i, new int[] {handles[i]}, 1);
        }
      }
    }
    return refusal;
  }

  private void unmap(long gpfn, int[] handles, int count) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      int size = UnmapGrantRef.LAYOUT.size();
      long at = gate.clear(0, count * size);
      for (int i = 0; i < count; i++) {
        UnmapGrantRef.HOST_ADDR.set(memory, at + (long) i * size, gpfn + i << 12);
        UnmapGrantRef.HANDLE.set(memory, at + (long) i * size, handles[i]);
      }
      String what = "unmapping grants";
      gate.check(what, Hypercalls.GRANT_TABLE_OP, GrantOp.UNMAP_GRANT_REF, at, count, 0);
      for (int i = 0; i < count; i++) {
        int status = UnmapGrantRef.STATUS.get(memory, at + (long) i * size);
        if (status != GrantStatus.OKAY) {
          throw new HypercallFailure(what + " (status " + status + ")", Errno.EINVAL);
        }
      }
    } finally {
      gate.lock().unlock();
    }
  }

  /**
   * Makes something that copies into and out of granted frames without mapping them.
   *
   * @param bufferPages pages of the control domain's memory that it has for the data
   */
  public GrantCopier copier(int bufferPages) {
    return new GrantCopier(gate, memory, bufferPages);
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
