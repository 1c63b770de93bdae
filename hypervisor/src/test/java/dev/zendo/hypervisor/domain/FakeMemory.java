package dev.zendo.hypervisor.domain;

import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.PlainMmu;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * A memory half for tests of the other half: guest pointers from {@link #BASE} on are bytes of one
 * block of host memory, every other pointer faults; frames 0 to 255 are the first MiB of the
 * machine.
 */
public final class FakeMemory implements DomainMemory, AutoCloseable {
  /** First guest pointer that is backed. */
  public static final long BASE = 0x100000;

  /** Bytes that are backed. */
  public static final int SIZE = 0x40000;

  private static final int FRAMES = 256;

  private final long host = HostMemory.allocate(SIZE, 4096);

  /** The descriptor that every selector finds. */
  public long descriptor = 0x00affb000000ffffL;

  private long shared;

  /** How many frames are held writable. */
  public int writable;

  /** Host address of a backed guest pointer. */
  public long host(long pointer) {
    return host + (pointer - BASE);
  }

  @Override
  public void close() {
    HostMemory.free(host);
  }

  @Override
  public void attach(Domain domain) {}

  @Override
  public GuestMmu mmu(Vcpu vcpu) {
    return new PlainMmu() {
      @Override
      public long translate(long virtualAddress, int access) {
        return ~access;
      }

      @Override
      public long descriptor(int selector) {
        return descriptor;
      }
    };
  }

  @Override
  public GuestAccess guestAccess(Vcpu vcpu) {
    return new GuestAccess() {
      @Override
      public boolean read(long guestPointer, long hostAddress, int bytes) {
        if (!backed(guestPointer, bytes)) {
          return false;
        }
        HostMemory.copy(host(guestPointer), hostAddress, bytes);
        return true;
      }

      @Override
      public boolean write(long guestPointer, long hostAddress, int bytes) {
        if (!backed(guestPointer, bytes)) {
          return false;
        }
        HostMemory.copy(hostAddress, host(guestPointer), bytes);
        return true;
      }

      @Override
      public boolean peek(boolean kernelMode, long guestPointer, long hostAddress, int bytes) {
        return read(guestPointer, hostAddress, bytes);
      }
    };
  }

  private static boolean backed(long pointer, int bytes) {
    return bytes >= 0 && pointer >= BASE && pointer - BASE <= SIZE - bytes;
  }

  @Override
  public boolean logWrites(Domain domain, boolean on) {
    return domain.logWrites(on);
  }

  @Override
  public long[] writtenPages(Domain domain, int count, boolean forget) {
    return new long[(count + Long.SIZE - 1) / Long.SIZE];
  }

  @Override
  public long allocateSharedFrame(Domain domain) {
    long number = shared++;
    return number == 0 ? 511 : 512 + number % 500;
  }

  @Override
  public long acquireWritable(Domain domain, long mfn) {
    if (mfn < 0 || mfn >= FRAMES) {
      return -22;
    }
    writable++;
    return 0;
  }

  @Override
  public void releaseWritable(Domain domain, long mfn) {
    writable--;
  }

  @Override
  public long setKernelRoot(Vcpu vcpu, long mfn) {
    if (mfn < 0 || mfn >= FRAMES) {
      return -22;
    }
    vcpu.kernelRoot(mfn);
    return 0;
  }

  @Override
  public long setUserRoot(Vcpu vcpu, long mfn) {
    vcpu.userRoot(mfn);
    return 0;
  }

  @Override
  public long setGdt(Vcpu vcpu, long[] frames, int entries) {
    return 0;
  }

  @Override
  public DescriptorTableState descriptorTables(Vcpu vcpu, long[] frames) {
    return new DescriptorTableState(0, 0, 0);
  }

  @Override
  public long setLdt(Vcpu vcpu, long base, long entries) {
    return 0;
  }

  @Override
  public void detach(Vcpu vcpu) {}

  @Override
  public void release(Domain domain) {}

  @Override
  public PhysicalMemory physicalMemory(Domain domain) {
    return null;
  }

  @Override
  public long freeFrames() {
    return 0;
  }

  @Override
  public int frameKind(Domain domain, long frame) {
    return frame < 0 || frame >= FRAMES ? NOT_OWNED : (int) frame & 0xf;
  }

  @Override
  public long claimedFrames() {
    return 0;
  }
}
