package dev.zendo.dom0.control;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.GetPageFrameInfo3;
import dev.zendo.hypercalls.memory.AddToPhysmap;
import dev.zendo.hypercalls.memory.AddToPhysmapBatch;
import dev.zendo.hypercalls.memory.E820;
import dev.zendo.hypercalls.memory.E820Entry;
import dev.zendo.hypercalls.memory.ForeignMemoryMap;
import dev.zendo.hypercalls.memory.MapSpace;
import dev.zendo.hypercalls.memory.MemoryMap;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypercalls.memory.RemoveFromPhysmap;
import dev.zendo.hypercalls.memory.Reservation;
import dev.zendo.hypercalls.mmu.MmuextCommand;
import dev.zendo.hypercalls.mmu.MmuextOp;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/** Frames of domains: giving them, mapping them, pinning page tables in them. Thread-safe. */
public final class MemoryControl {
  /** Binary logarithm of the large extents that guests get while the machine has them. */
  private static final int LARGE_ORDER = 9;

  private static final int TOP_LEVEL = 4;

  /** Most pages of one {@link #allocate}. */
  public static final int MAX_ALLOCATION = CallGate.LIST_ENTRIES;

  private final Domctls calls;
  private final CallGate gate;
  private final AddressSpace space;
  private final AddressSpace ram;

  /**
   * Uses two ranges of guest frame numbers.
   *
   * @param space above the RAM, for mappings
   * @param ram what nobody uses of the RAM
   */
  MemoryControl(Domctls calls, AddressSpace space, AddressSpace ram) {
    this.calls = calls;
    this.gate = calls.gate();
    this.space = space;
    this.ram = ram;
  }

  /** The control domain's memory, where mappings appear. */
  public PhysicalMemory memory() {
    return gate.memory();
  }

  /**
   * Gives a domain frames for its pseudo-physical frames 0 up to {@code p2m.length}, exclusive.
   *
   * @param p2m receives the machine frame of each
   * @throws HypercallFailure ENOMEM when the machine has too few
   */
  public void populate(int domain, long[] p2m) {
    populate(domain, p2m, 0, p2m.length);
  }

  /**
   * Gives a domain frames for neighbouring pseudo-physical frames.
   *
   * @param p2m receives the machine frame of each
   * @param from the first of them
   * @param to behind the last of them
   * @throws HypercallFailure ENOMEM when the machine has too few
   */
  public void populate(int domain, long[] p2m, int from, int to) {
    int large = from;
    large += populate(domain, p2m, from, to - from >>> LARGE_ORDER, LARGE_ORDER) << LARGE_ORDER;
    int done = large + populate(domain, p2m, large, to - large, 0);
    if (done < to) {
      throw new HypercallFailure("giving domain " + domain + " its memory", Errno.ENOMEM);
    }
  }

  /** Populates extents until the machine has no more; returns how many it gave. */
  private int populate(int domain, long[] p2m, int from, int extents, int order) {
    int done = 0;
    while (done < extents) {
      int batch = Math.min(extents - done, CallGate.LIST_ENTRIES);
      int given = populateBatch(domain, p2m, from + (done << order), batch, order);
      done += given;
      if (given < batch) {
        break;
      }
    }
    return done;
  }

  /**
   * Gives a domain frames for some of its pseudo-physical frames.
   *
   * @param pfns which
   * @param count how many of the list
   * @param p2m receives the machine frame of each, at its index
   * @throws HypercallFailure ENOMEM when the machine has too few
   */
  public void populate(int domain, int[] pfns, int count, long[] p2m) {
    for (int done = 0; done < count; ) {
      int batch = Math.min(count - done, CallGate.LIST_ENTRIES);
      gate.lock().lock();
      try {
        PhysicalMemory memory = gate.memory();
        for (int i = 0; i < batch; i++) {
          memory.putLong(CallGate.LIST + 8L * i, pfns[done + i]);
        }
        long given = reserve(MemoryOp.POPULATE_PHYSMAP, domain, batch, 0);
        if (given < batch) {
          throw new HypercallFailure("giving domain " + domain + " its memory", Errno.ENOMEM);
        }
        for (int i = 0; i < batch; i++) {
          p2m[pfns[done + i]] = memory.getLong(CallGate.LIST + 8L * i);
        }
      } finally {
        gate.lock().unlock();
      }
      done += batch;
    }
  }

  /** {@link #frameKinds}: the domain has no such frame. */
  public static final byte NO_FRAME = 15;

  /** {@link #frameKinds}: a bit of page tables that are pinned. */
  public static final byte PINNED = 8;

  /** Most frames of one hypercall that asks for kinds. */
  private static final int KINDS = 1024;

  /**
   * What frames of a domain are.
   *
   * @param frames machine frames, any values
   * @return for each the level of a page table, with {@link #PINNED} if it is, 0 for other frames,
   *     or {@link #NO_FRAME}
   */
  public byte[] frameKinds(int domain, long[] frames) {
    byte[] kinds = new byte[frames.length];
    byte[] list = new byte[KINDS * Long.BYTES];
    for (int done = 0; done < frames.length; done += KINDS) {
      frameKinds(domain, frames, done, Math.min(KINDS, frames.length - done), list, kinds);
    }
    return kinds;
  }

  private void frameKinds(
      int domain, long[] frames, int from, int count, byte[] list, byte[] kinds) {
    PhysicalMemory memory = gate.memory();
    LongBuffer values = ByteBuffer.wrap(list).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    values.put(frames, from, count);
    int bytes = count * Long.BYTES;
    calls.run(
        "asking for frames of",
        DomctlOp.GETPAGEFRAMEINFO3,
        domain,
        at -> {
          memory.write(CallGate.LIST, list, 0, bytes);
          long u = Domctl.GETPAGEFRAMEINFO3.at(at);
          GetPageFrameInfo3.NUM.set(memory, u, count);
          GetPageFrameInfo3.ARRAY.set(memory, u, CallGate.LIST);
        },
        at -> {
          memory.read(CallGate.LIST, list, 0, bytes);
          for (int i = 0; i < count; i++) {
            kinds[from + i] = (byte) (values.get(i) >>> 28 & 15);
          }
        });
  }

  /**
   * Takes frames away from a domain.
   *
   * @return how many were taken: all, unless somebody uses one
   */
  public int release(int domain, long[] frames) {
    int done = 0;
    while (done < frames.length) {
      int batch = Math.min(frames.length - done, CallGate.LIST_ENTRIES);
      gate.lock().lock();
      try {
        for (int i = 0; i < batch; i++) {
          gate.memory().putLong(CallGate.LIST + 8L * i, frames[done + i]);
        }
        long taken = reserve(MemoryOp.DECREASE_RESERVATION, domain, batch, 0);
        done += (int) Math.max(0, taken);
        if (taken < batch) {
          return done;
        }
      } finally {
        gate.lock().unlock();
      }
    }
    return done;
  }

  private int populateBatch(int domain, long[] p2m, int from, int extents, int order) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      for (int i = 0; i < extents; i++) {
        memory.putLong(CallGate.LIST + 8L * i, from + ((long) i << order));
      }
      long given = reserve(MemoryOp.POPULATE_PHYSMAP, domain, extents, order);
      if (given < 0) {
        throw new HypercallFailure("giving domain " + domain + " its memory", (int) -given);
      }
      for (int i = 0; i < given; i++) {
        long mfn = memory.getLong(CallGate.LIST + 8L * i);
        for (int k = 0; k < 1 << order; k++) {
          p2m[from + (i << order) + k] = mfn + k;
        }
      }
      return (int) given;
    } finally {
      gate.lock().unlock();
    }
  }

  /**
   * Sets memory of the control domain apart, filled with zeros. {@link PhysicalMemory#view} works
   * for it.
   *
   * @param pages their number, 1 to {@link #MAX_ALLOCATION}
   * @throws HypercallFailure ENOMEM when the control domain has too little
   */
  public Mapping allocate(int pages) {
    if (pages < 1 || pages > MAX_ALLOCATION) {
      throw new IllegalArgumentException(pages + " pages at once");
    }
    long first;
    try {
      first = ram.take(pages);
    } catch (IllegalStateException e) {
      throw new HypercallFailure("taking memory of the control domain", Errno.ENOMEM);
    }
    gate.memory().clear(first << 12, (long) pages << 12);
    return new Mapping(first << 12, () -> ram.give(first, pages));
  }

  /** Changes what a domain has by the extents in the list, which the caller has locked. */
  private long reserve(int operation, int domain, int extents, int order) {
    PhysicalMemory memory = gate.memory();
    long at = gate.clear(0, Reservation.LAYOUT.size());
    Reservation.EXTENT_START.set(memory, at, CallGate.LIST);
    Reservation.NR_EXTENTS.set(memory, at, extents);
    Reservation.EXTENT_ORDER.set(memory, at, order);
    Reservation.DOMID.set(memory, at, domain);
    return gate.call(Hypercalls.MEMORY_OP, operation, at, 0, 0);
  }

  /** Sets what a domain sees as its memory map: RAM from 0 on. */
  public void setMemoryMap(int domain, long bytes) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      memory.clear(CallGate.LIST, E820Entry.LAYOUT.size());
      E820Entry.ADDR.set(memory, CallGate.LIST, 0);
      E820Entry.SIZE.set(memory, CallGate.LIST, bytes);
      E820Entry.TYPE.set(memory, CallGate.LIST, E820.RAM);
      long at = gate.clear(0, ForeignMemoryMap.LAYOUT.size());
      ForeignMemoryMap.DOMID.set(memory, at, domain);
      long map = ForeignMemoryMap.MAP.at(at);
      MemoryMap.NR_ENTRIES.set(memory, map, 1);
      MemoryMap.BUFFER.set(memory, map, CallGate.LIST);
      gate.check(
          "setting the memory map of domain " + domain,
          Hypercalls.MEMORY_OP,
          MemoryOp.SET_MEMORY_MAP,
          at,
          0,
          0);
    } finally {
      gate.lock().unlock();
    }
  }

  /**
   * Maps frames of another domain, writable, one after the other.
   *
   * @param frames list of machine frames
   * @param from index of the first in the list
   * @param count how many, at least 1
   */
  public Mapping mapForeign(int domain, long[] frames, int from, int count) {
    long first = space.take(count);
    int done = 0;
    try {
      while (done < count) {
        int batch = Math.min(count - done, CallGate.LIST_ENTRIES);
        mapBatch(domain, frames, from + done, batch, first + done);
        done += batch;
      }
    } catch (HypercallFailure e) {
      unmap(first, done);
      space.give(first, count);
      throw e;
    }
    return new Mapping(
        first << 12,
        () -> {
          unmap(first, count);
          space.give(first, count);
        });
  }

  private void mapBatch(int domain, long[] frames, int from, int count, long gpfn) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      for (int i = 0; i < count; i++) {
        memory.putLong(CallGate.LIST + 8L * i, frames[from + i]);
        memory.putLong(CallGate.SECOND_LIST + 8L * i, gpfn + i);
      }
      memory.clear(CallGate.RESULT_LIST, 4L * count);
      long at = gate.clear(0, AddToPhysmapBatch.LAYOUT.size());
      AddToPhysmapBatch.DOMID.set(memory, at, Domid.SELF);
      AddToPhysmapBatch.SPACE.set(memory, at, MapSpace.GMFN_FOREIGN);
      AddToPhysmapBatch.SIZE.set(memory, at, count);
      AddToPhysmapBatch.FOREIGN_DOMID.set(memory, at, domain);
      AddToPhysmapBatch.IDXS.set(memory, at, CallGate.LIST);
      AddToPhysmapBatch.GPFNS.set(memory, at, CallGate.SECOND_LIST);
      AddToPhysmapBatch.ERRS.set(memory, at, CallGate.RESULT_LIST);
      String what = "mapping memory of domain " + domain;
      gate.check(what, Hypercalls.MEMORY_OP, MemoryOp.ADD_TO_PHYSMAP_BATCH, at, 0, 0);
      checkBatch(what, gpfn, count);
    } finally {
      gate.lock().unlock();
    }
  }

  /** All or nothing: frames behind one that cannot be mapped may have been mapped. */
  private void checkBatch(String what, long gpfn, int count) {
    int failure = 0;
    int[] errors = new int[count];
    for (int i = 0; i < count; i++) {
      errors[i] = gate.memory().getInt(CallGate.RESULT_LIST + 4L * i);
      failure = failure == 0 ? errors[i] : failure;
    }
    for (int i = 0; failure != 0 && i < count; i++) {
      if (errors[i] == 0) {
        unmap(gpfn + i, 1);
      }
    }
    if (failure != 0) {
      throw new HypercallFailure(what, -failure);
    }
  }

  private void unmap(long gpfn, int count) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      for (int i = 0; i < count; i++) {
        long at = gate.clear(0, RemoveFromPhysmap.LAYOUT.size());
        RemoveFromPhysmap.DOMID.set(memory, at, Domid.SELF);
        RemoveFromPhysmap.GPFN.set(memory, at, gpfn + i);
        gate.check(
            "unmapping memory", Hypercalls.MEMORY_OP, MemoryOp.REMOVE_FROM_PHYSMAP, at, 0, 0);
      }
    } finally {
      gate.lock().unlock();
    }
  }

  /** Maps the control domain's own shared info page, for good, and returns its address. */
  long mapSharedInfo() {
    long gpfn = space.take(1);
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      long at = gate.clear(0, AddToPhysmap.LAYOUT.size());
      AddToPhysmap.DOMID.set(memory, at, Domid.SELF);
      AddToPhysmap.SPACE.set(memory, at, MapSpace.SHARED_INFO);
      AddToPhysmap.GPFN.set(memory, at, gpfn);
      gate.check(
          "mapping the shared info page", Hypercalls.MEMORY_OP, MemoryOp.ADD_TO_PHYSMAP, at, 0, 0);
      return gpfn << 12;
    } finally {
      gate.lock().unlock();
    }
  }

  /** Pins a top-level page table of a domain: the hypervisor validates it and all below it. */
  public void pinTopTable(int domain, long mfn) {
    pinTable(domain, TOP_LEVEL, mfn);
  }

  /**
   * Pins a page table of a domain: the hypervisor validates it and all below it.
   *
   * @param level 1 to 4
   */
  public void pinTable(int domain, int level, long mfn) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      long at = gate.clear(0, MmuextOp.LAYOUT.size());
      MmuextOp.CMD.set(memory, at, MmuextCommand.PIN_L1_TABLE + level - 1);
      MmuextOp.MFN.set(memory, at, mfn);
      gate.check(
          "pinning the page tables of domain " + domain, Hypercalls.MMUEXT_OP, at, 1, 0, domain);
    } finally {
      gate.lock().unlock();
    }
  }
}
