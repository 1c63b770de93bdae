package dev.zendo.hypervisor.trap;

import dev.zendo.hypervisor.domain.TrapState;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.SegmentCache;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * Enters the guest kernel: switches modes and builds the frame that its entry code expects.
 *
 * <p>The frame, from the stack pointer up: RCX, R11, error code or data selectors if any, RIP, CS,
 * RFLAGS, RSP, SS. The upcall mask from before the entry is in bits 32 to 39 of the CS slot and,
 * inverted, in the interrupt flag of the RFLAGS slot. Stateless; called on the thread that runs the
 * vcpu while it is outside the guest.
 */
public final class GuestEntry {
  /** Entry masks events. */
  public static final int MASK_EVENTS = 1;

  /** The frame carries an error code. */
  public static final int ERROR_CODE = 2;

  /** The frame carries DS, ES, FS and GS, for the failsafe callback. */
  public static final int SELECTORS = 4;

  /** VMASST_TYPE_architectural_iopl. */
  public static final int ASSIST_ARCHITECTURAL_IOPL = 4;

  /** Selector of the flat 64-bit code segment in the reserved part of the descriptor table. */
  public static final int CODE64 = 0xe033;

  /** Selector of the flat 32-bit code segment. */
  public static final int CODE32 = 0xe023;

  /** Selector of the flat stack segment. */
  public static final int STACK = 0xe02b;

  static final long TF = 0x100;
  static final long IF = 0x200;
  static final long DF = 0x400;
  static final long IOPL = 0x3000;
  static final long NT = 0x4000;
  static final long RF = 0x10000;
  static final long VM = 0x20000;
  static final long AC = 0x40000;

  private static final long RESERVED_START = 0xffff800000000000L;
  private static final long RESERVED_END = 0xffff880000000000L;
  private static final int UPCALL_MASK = 1;
  private static final int R11 = 11;

  private GuestEntry() {}

  /** Switches between the kernel's and the user's page tables and GS bases. */
  public static void toggleMode(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu();
    TrapState traps = vcpu.traps();
    long base = traps.otherGsBase();
    traps.otherGsBase(cpu.field(CpuState.GS_BASE));
    cpu.field(CpuState.GS_BASE, base);
    cpu.kernelMode(!cpu.kernelMode());
    vcpu.counters().modeSwitch();
  }

  /** Whether an event waits that the vcpu does not mask. */
  public static boolean eventDeliverable(Vcpu vcpu) {
    int both = HostMemory.getShortAcquire(vcpu.vcpuInfo());
    return (both & 0xff) != 0 && (both & 0xff00) == 0;
  }

  /** Whether the vcpu masks events. */
  public static boolean eventsMasked(Vcpu vcpu) {
    return HostMemory.getByteAcquire(vcpu.vcpuInfo() + UPCALL_MASK) != 0;
  }

  /** Sets or clears the mask. */
  public static void maskEvents(Vcpu vcpu, boolean mask) {
    HostMemory.putByteRelease(vcpu.vcpuInfo() + UPCALL_MASK, (byte) (mask ? 1 : 0));
  }

  /**
   * Makes the vcpu continue at a handler of its kernel.
   *
   * @param handler address of the handler
   * @param flags {@link #MASK_EVENTS}, {@link #ERROR_CODE}, {@link #SELECTORS}
   * @param errorCode pushed with {@link #ERROR_CODE}
   * @return null, or why the guest cannot be entered; then its domain must end
   */
  public static String enter(Vcpu vcpu, long handler, int flags, int errorCode) {
    CpuState cpu = vcpu.cpu();
    long sp;
    int cs = cpu.selector(CpuState.CS);
    if (cpu.kernelMode()) {
      sp = cpu.gpr(CpuState.RSP);
      cs &= ~3;
    } else {
      toggleMode(vcpu);
      sp = vcpu.traps().kernelSp();
    }
    sp &= ~15L;
    if (sp > RESERVED_START && sp < RESERVED_END + 64) {
      return "its kernel stack lies in the hypervisor's address range";
    }
    int size = fillFrame(vcpu, cs, flags, errorCode);
    sp -= size;
    if (!vcpu.guest().write(sp, vcpu.frameBuffer(), size)) {
      return "page fault on its kernel stack at 0x" + Long.toHexString(sp);
    }
    if ((flags & MASK_EVENTS) != 0) {
      maskEvents(vcpu, true);
    }
    if (handler == 0 && (flags & SELECTORS) == 0) {
      return "it registered no handler";
    }
    cpu.gpr(CpuState.RSP, sp);
    cpu.rip(handler);
    cpu.rflags(cpu.rflags() & ~(TF | NT | RF | VM | AC) | IF | 2);
    flatSegments(vcpu);
    // Xen enters by SYSRET, so these two never hold what the interrupted code had.
    cpu.gpr(CpuState.RCX, handler);
    cpu.gpr(R11, cpu.rflags());
    return null;
  }

  /** Loads the flat 64-bit code and stack segments. */
  static void flatSegments(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu();
    cpu.selector(CpuState.CS, CODE64);
    if (cpu.selector(CpuState.SS) != STACK) {
      cpu.selector(CpuState.SS, STACK);
      SegmentCache.load(cpu, CpuState.SS, vcpu.mmu().descriptor(STACK));
    }
    cpu.longMode(true);
  }

  private static int fillFrame(Vcpu vcpu, int cs, int flags, int errorCode) {
    CpuState cpu = vcpu.cpu();
    long at = vcpu.frameBuffer();
    long mask = HostMemory.getByteAcquire(vcpu.vcpuInfo() + UPCALL_MASK) & 0xffL;
    HostMemory.putLong(at, cpu.gpr(CpuState.RCX));
    HostMemory.putLong(at + 8, cpu.gpr(R11));
    at += 16;
    if ((flags & ERROR_CODE) != 0) {
      HostMemory.putLong(at, errorCode & 0xffffffffL);
      at += 8;
    }
    if ((flags & SELECTORS) != 0) {
      HostMemory.putLong(at, cpu.selector(CpuState.DS));
      HostMemory.putLong(at + 8, cpu.selector(CpuState.ES));
      HostMemory.putLong(at + 16, cpu.selector(CpuState.FS));
      HostMemory.putLong(at + 24, cpu.selector(CpuState.GS));
      at += 32;
    }
    HostMemory.putLong(at, cpu.rip());
    HostMemory.putLong(at + 8, cs | mask << 32);
    HostMemory.putLong(at + 16, frameFlags(vcpu, mask != 0));
    HostMemory.putLong(at + 24, cpu.gpr(CpuState.RSP));
    HostMemory.putLong(at + 32, cpu.selector(CpuState.SS));
    return (int) (at + 40 - vcpu.frameBuffer());
  }

  private static long frameFlags(Vcpu vcpu, boolean masked) {
    long rflags = vcpu.cpu().rflags() & 0xffffffffL & ~(IF | IOPL);
    if (!masked) {
      rflags |= IF;
    }
    if (vcpu.domain().assists(ASSIST_ARCHITECTURAL_IOPL)) {
      rflags |= (long) vcpu.traps().iopl() << 12;
    }
    return rflags;
  }
}
