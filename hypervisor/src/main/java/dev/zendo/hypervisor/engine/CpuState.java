package dev.zendo.hypervisor.engine;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * The architectural state of one vcpu and its translation buffers, in one block of host memory that
 * every engine shares: the interpreter reaches it by address, emitted code by a base register.
 *
 * <p>Only the thread that runs the vcpu touches it, except the {@link #INTERRUPT} word, which any
 * thread may set. Offsets are bytes from {@link #base()}; general registers are in the processor's
 * encoding order (RAX RCX RDX RBX RSP RBP RSI RDI R8..R15).
 */
public final class CpuState implements AutoCloseable {
  /** Sixteen general registers, 8 bytes each. */
  public static final int GPR = 0x000;

  public static final int RIP = 0x080;

  /**
   * RFLAGS as the guest's PUSHF shows them: bit 1 and IF always set, IOPL always 0. Engines may
   * keep flags elsewhere while they run and store them here before they come back.
   */
  public static final int RFLAGS = 0x088;

  public static final int FS_BASE = 0x090;

  /** Base of the GS segment now in force; the core swaps it on mode changes. */
  public static final int GS_BASE = 0x098;

  /** Six selectors, 4 bytes each (value in the low 16 bits): ES CS SS DS FS GS. */
  public static final int SELECTORS = 0x0a0;

  /** 4 bytes: 1 while the guest kernel's page tables are in force, 0 for the guest user's. */
  public static final int KERNEL_MODE = 0x0b8;

  /** 4 bytes: 1 while CS is a 64-bit code segment, 0 in compatibility mode. */
  public static final int LONG_MODE = 0x0bc;

  /** DR0..DR3, DR6, DR7, 8 bytes each. */
  public static final int DEBUG = 0x0c0;

  /** CR0 as the guest sees it; bit 3 (TS) makes floating-point instructions raise #NM. */
  public static final int CR0 = 0x0f0;

  /** Bit of {@link #CR0}: RFLAGS.AC makes unaligned accesses raise #AC. */
  public static final long CR0_AM = 1 << 18;

  /** CR4 as the guest sees it: FSGSBASE, OSXSAVE, TSD, DE matter to engines. */
  public static final int CR4 = 0x0f8;

  public static final int XCR0 = 0x100;

  /** Value that RDTSCP and RDPID return (4 bytes). */
  public static final int TSC_AUX = 0x108;

  /** Exit information: vector (4 bytes). */
  public static final int EXIT_VECTOR = 0x110;

  /** Exit information: error code (4 bytes). */
  public static final int EXIT_ERROR = 0x114;

  /** Exit information: faulting address of #PF. */
  public static final int EXIT_ADDRESS = 0x118;

  /** Number of guest instructions executed so far. */
  public static final int INSTRUCTIONS = 0x120;

  /** 4 bytes; non-zero asks the engine to come back. Written by any thread. */
  public static final int INTERRUPT = 0x128;

  /** 4 bytes: 1 while a MOV SS or POP SS shadow holds back #DB until the next instruction ends. */
  public static final int SHADOW = 0x12c;

  /** Eight bytes that are always zero: engines use them as "no base" or "no index" register. */
  public static final int ZERO = 0x130;

  /** 128 bytes of scratch for engines, aligned to 16: contents mean nothing between calls. */
  public static final int SCRATCH = 0x140;

  /**
   * FXSAVE image, 512 bytes (SDM volume 1, 10.5.1): FCW, FSW, FTW, MXCSR, x87 at 32, XMM at 160.
   */
  public static final int FX = 0x200;

  /** Offset of XMM0 inside the block. */
  public static final int XMM = FX + 160;

  /**
   * Offset of ST0/MM0 inside the block; registers are 16 bytes apart, in stack order (ST0 first).
   */
  public static final int ST = FX + 32;

  /** 1024 bytes of scratch for floating-point state on its way to or from guest memory. */
  public static final int FPU_SCRATCH = 0x800;

  /** XSAVE header and extended area (SDM volume 1, 13.4): 64 + 256 bytes of upper YMM halves. */
  public static final int XSAVE_HEADER = 0x400;

  /** 32 bytes: what a fault inside emitted code leaves behind. */
  public static final int FAULT = 0xc00;

  /** Six entries of {@link SegmentCache}, in the order of {@link #ES} .. {@link #GS}. */
  public static final int SEGMENTS = 0xd00;

  /** Entries of each translation buffer. */
  public static final int TLB_ENTRIES = 1024;

  /** Bytes of one array of a translation buffer. */
  public static final int TLB_ARRAY = TLB_ENTRIES * 8;

  /**
   * Kernel-mode translation buffer: three arrays (read tags, write tags, addends). A tag is the
   * page's virtual address; a slot without translation holds an aligned address of a different
   * index ({@link #emptyTag}). The addend is host page address minus virtual page address. Slot =
   * {@code (va >>> 12) & (TLB_ENTRIES - 1)}; a hit is {@code ((va + size - 1) & -4096) ==
   * tag[slot]}, which fails for accesses that cross the page.
   */
  public static final int KERNEL_TLB = 0x1000;

  /**
   * Behind the three arrays of a buffer, 8 bytes: a bit for every {@link #TLB_PART} slots, set when
   * one of them may hold a translation. Most flushes come when few do.
   */
  public static final int TLB_USED = 3 * TLB_ARRAY;

  /** Slots that one of those bits stands for. */
  public static final int TLB_PART = TLB_ENTRIES / Long.SIZE;

  /** With more parts in use than this, a buffer is emptied as a whole. */
  private static final int MANY_PARTS = 12;

  /** Bytes of a translation buffer. */
  public static final int TLB_BYTES = TLB_USED + 64;

  /** User-mode translation buffer, laid out as the kernel's. */
  public static final int USER_TLB = KERNEL_TLB + TLB_BYTES;

  /** Space for tables of an engine, which must fill it before use; whole pages of the host. */
  public static final int ENGINE_TABLES = USER_TLB + TLB_BYTES + 4095 & -4096;

  /** Bytes of {@link #ENGINE_TABLES}. */
  public static final int ENGINE_TABLES_SIZE = 256 << 10;

  /** Bytes of the whole block. */
  public static final int SIZE = ENGINE_TABLES + ENGINE_TABLES_SIZE;

  public static final int RAX = 0;
  public static final int RCX = 1;
  public static final int RDX = 2;
  public static final int RBX = 3;
  public static final int RSP = 4;
  public static final int RBP = 5;
  public static final int RSI = 6;
  public static final int RDI = 7;

  public static final int ES = 0;
  public static final int CS = 1;
  public static final int SS = 2;
  public static final int DS = 3;
  public static final int FS = 4;
  public static final int GS = 5;

  private final long base;

  /** A zeroed state block with empty translation buffers and a processor's reset FPU state. */
  public CpuState() {
    base = HostMemory.allocate(SIZE, 4096);
    reset();
  }

  /** Returns to the state after construction. */
  public void reset() {
    HostMemory.fill(base, KERNEL_TLB, (byte) 0);
    HostMemory.putLong(base + RFLAGS, 0x202);
    HostMemory.putShort(base + FX, (short) 0x37f);
    HostMemory.putInt(base + FX + 24, 0x1f80);
    HostMemory.putLong(base + DEBUG + 4 * 8, 0xffff0ff0L);
    HostMemory.putLong(base + DEBUG + 5 * 8, 0x400);
    HostMemory.putLong(base + XCR0, 1);
    HostMemory.putInt(base + LONG_MODE, 1);
    HostMemory.putLong(base + KERNEL_TLB + TLB_USED, -1);
    HostMemory.putLong(base + USER_TLB + TLB_USED, -1);
    clearTlb(KERNEL_TLB);
    clearTlb(USER_TLB);
  }

  /** Gives the block back; nobody may use it afterwards. */
  @Override
  public void close() {
    HostMemory.free(base);
  }

  /** Host address of the block. */
  public long base() {
    return base;
  }

  /** The tag that marks a slot as empty: it never equals the page of an access of that slot. */
  public static long emptyTag(int slot) {
    return (long) (slot ^ 2) << 12;
  }

  /** Empties one translation buffer ({@link #KERNEL_TLB} or {@link #USER_TLB}). */
  public void clearTlb(int buffer) {
    long tags = base + buffer;
    long used = HostMemory.getLong(tags + TLB_USED);
    HostMemory.putLong(tags + TLB_USED, 0);
    if (Long.bitCount(used) > MANY_PARTS) {
      HostMemory.copy(EmptyTlb.IMAGE, tags, 2L * TLB_ARRAY);
      return;
    }
    for (; used != 0; used &= used - 1) {
      int first = Long.numberOfTrailingZeros(used) * TLB_PART;
      for (int i = first; i < first + TLB_PART; i++) {
        clearSlot(tags, i);
      }
    }
  }

  private static void clearSlot(long tags, int slot) {
    long tag = tags + 8L * slot;
    HostMemory.putLong(tag, emptyTag(slot));
    HostMemory.putLong(tag + TLB_ARRAY, emptyTag(slot));
  }

  /** Drops the translations of one page from both buffers. */
  public void dropAddress(long va) {
    int slot = (int) (va >>> 12) & TLB_ENTRIES - 1;
    clearSlot(base + KERNEL_TLB, slot);
    clearSlot(base + USER_TLB, slot);
  }

  /** Drops the translations of the lower half of the address space from one buffer. */
  public void clearLowerHalf(int buffer) {
    long tags = base + buffer;
    long kept = 0;
    for (long used = HostMemory.getLong(tags + TLB_USED); used != 0; used &= used - 1) {
      int part = Long.numberOfTrailingZeros(used);
      for (int i = part * TLB_PART; i < (part + 1) * TLB_PART; i++) {
        // Empty tags are addresses of the lower half, too.
        if (HostMemory.getLong(tags + 8L * i) >= 0) {
          clearSlot(tags, i);
        } else {
          kept |= 1L << part;
        }
      }
    }
    HostMemory.putLong(tags + TLB_USED, kept);
  }

  /**
   * Enters a translation in a buffer.
   *
   * @param buffer host address of the buffer's read tags
   * @param va any address of the page
   * @param hostPage host address of the page
   * @param write whether it may be written as well
   */
  public static void enterTranslation(long buffer, long va, long hostPage, boolean write) {
    long page = va & -4096;
    int index = (int) (va >>> 12) & TLB_ENTRIES - 1;
    long used = HostMemory.getLong(buffer + TLB_USED) | 1L << index / TLB_PART;
    HostMemory.putLong(buffer + TLB_USED, used);
    long slot = buffer + 8L * index;
    long writeTag = slot + TLB_ARRAY;
    if (!write && HostMemory.getLong(writeTag) != page) {
      HostMemory.putLong(writeTag, emptyTag(index));
    }
    HostMemory.putLong(slot, page);
    HostMemory.putLong(slot + 2 * TLB_ARRAY, hostPage - page);
    if (write) {
      HostMemory.putLong(writeTag, page);
    }
  }

  /**
   * Host address of a byte of guest memory if its page's translation in the current mode is
   * buffered. Outside execution that is only true while no flush waits to be served.
   *
   * @param write whether it is to be written
   * @return 0 when it is not known
   */
  public long buffered(long va, boolean write) {
    long slot = base + (kernelMode() ? KERNEL_TLB : USER_TLB) + 8 * (va >>> 12 & TLB_ENTRIES - 1);
    boolean hit = HostMemory.getLong(write ? slot + TLB_ARRAY : slot) == (va & -4096);
    return hit ? va + HostMemory.getLong(slot + 2 * TLB_ARRAY) : 0;
  }

  /** Drops the translations to a page of host memory from both buffers. */
  public void dropPage(long hostPage) {
    drop(base + KERNEL_TLB, hostPage, false);
    drop(base + USER_TLB, hostPage, false);
  }

  /** Drops the writable translations of a page of host memory from both buffers. */
  public void dropWritable(long hostPage) {
    drop(base + KERNEL_TLB, hostPage, true);
    drop(base + USER_TLB, hostPage, true);
  }

  private static void drop(long buffer, long hostPage, boolean onlyWritable) {
    long tags = onlyWritable ? buffer + TLB_ARRAY : buffer;
    for (long used = HostMemory.getLong(buffer + TLB_USED); used != 0; used &= used - 1) {
      int first = Long.numberOfTrailingZeros(used) * TLB_PART;
      for (int i = first; i < first + TLB_PART; i++) {
        long addend = HostMemory.getLong(buffer + 8L * i + 2 * TLB_ARRAY);
        if (HostMemory.getLong(tags + 8L * i) + addend == hostPage) {
          dropSlot(buffer, i, onlyWritable);
        }
      }
    }
  }

  private static void dropSlot(long buffer, int slot, boolean onlyWritable) {
    if (onlyWritable) {
      HostMemory.putLong(buffer + 8L * slot + TLB_ARRAY, emptyTag(slot));
    } else {
      clearSlot(buffer, slot);
    }
  }

  /** Whether the upper 17 bits of a linear address are equal, as the processor demands. */
  public static boolean isCanonical(long va) {
    return va << 16 >> 16 == va;
  }

  /** The empty tags of a read and a write array, kept once for fast clearing. */
  private static final class EmptyTlb {
    static final long IMAGE = HostMemory.allocate(2L * TLB_ARRAY, 64);

    static {
      for (int i = 0; i < 2 * TLB_ENTRIES; i++) {
        HostMemory.putLong(IMAGE + 8L * i, emptyTag(i & (TLB_ENTRIES - 1)));
      }
    }
  }

  public long gpr(int register) {
    return HostMemory.getLong(base + GPR + 8L * register);
  }

  public void gpr(int register, long value) {
    HostMemory.putLong(base + GPR + 8L * register, value);
  }

  public long rip() {
    return HostMemory.getLong(base + RIP);
  }

  public void rip(long value) {
    HostMemory.putLong(base + RIP, value);
  }

  public long rflags() {
    return HostMemory.getLong(base + RFLAGS);
  }

  public void rflags(long value) {
    HostMemory.putLong(base + RFLAGS, value);
  }

  /** One of {@link #ES} .. {@link #GS}. */
  public int selector(int segment) {
    return HostMemory.getInt(base + SELECTORS + 4L * segment) & 0xffff;
  }

  public void selector(int segment, int value) {
    HostMemory.putInt(base + SELECTORS + 4L * segment, value & 0xffff);
  }

  /** Any 8-byte field of the block by its offset, for example {@link #CR4}. */
  public long field(int offset) {
    return HostMemory.getLong(base + offset);
  }

  public void field(int offset, long value) {
    HostMemory.putLong(base + offset, value);
  }

  public boolean kernelMode() {
    return HostMemory.getInt(base + KERNEL_MODE) != 0;
  }

  public void kernelMode(boolean kernel) {
    HostMemory.putInt(base + KERNEL_MODE, kernel ? 1 : 0);
  }

  public boolean longMode() {
    return HostMemory.getInt(base + LONG_MODE) != 0;
  }

  public void longMode(boolean is64) {
    HostMemory.putInt(base + LONG_MODE, is64 ? 1 : 0);
  }

  public int exitVector() {
    return HostMemory.getInt(base + EXIT_VECTOR);
  }

  public int exitErrorCode() {
    return HostMemory.getInt(base + EXIT_ERROR);
  }

  public long exitAddress() {
    return HostMemory.getLong(base + EXIT_ADDRESS);
  }

  /** Records an exception for {@link ExitReason#EXCEPTION}. */
  public void exception(int vector, int errorCode, long address) {
    HostMemory.putInt(base + EXIT_VECTOR, vector);
    HostMemory.putInt(base + EXIT_ERROR, errorCode);
    HostMemory.putLong(base + EXIT_ADDRESS, address);
  }

  /** Guest instructions executed so far. */
  public long instructions() {
    return HostMemory.getLong(base + INSTRUCTIONS);
  }
}
