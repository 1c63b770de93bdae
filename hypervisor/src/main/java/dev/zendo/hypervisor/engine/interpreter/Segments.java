package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;

/**
 * The checks of segment loads at ring 3 (SDM volume 3, 5.6 to 5.8) and the segment state of a vcpu.
 * Selectors are 16 bits; all checks precede all changes.
 */
final class Segments {
  private static final long CODE_OR_DATA = 1L << 44;
  private static final long EXECUTABLE = 1L << 43;
  private static final long CONFORMING = 1L << 42;
  private static final long ACCESSIBLE = 1L << 41;
  private static final long PRESENT = 1L << 47;
  private static final long LONG = 1L << 53;
  private static final long BIG = 1L << 54;
  private static final long PAGES = 1L << 55;
  private static final long ACCESSED = 1L << 40;
  private static final int RPL = 3;

  /** Error code of a page fault: read of a page that is not present, as ring 3. */
  private static final int USER_ACCESS = 4;

  private final Cpu cpu;
  private final GuestMmu mmu;

  Segments(Cpu cpu, GuestMmu mmu) {
    this.cpu = cpu;
    this.mmu = mmu;
  }

  private static boolean isNull(int selector) {
    return (selector & ~RPL) == 0;
  }

  private static int privilege(long descriptor) {
    return (int) (descriptor >>> 45) & 3;
  }

  private static boolean has(long descriptor, long bits) {
    return (descriptor & bits) == bits;
  }

  /** Reads a descriptor; raises #PF when the page it lies in is missing. */
  private long descriptor(int selector, Op op) {
    if (isNull(selector)) {
      return 0;
    }
    long descriptor = mmu.descriptor(selector);
    if (descriptor == GuestMmu.NO_DESCRIPTOR_PAGE) {
      throw cpu.fault(op, Vector.PF, USER_ACCESS, mmu.descriptorAddress(selector));
    }
    return descriptor;
  }

  private void markAccessed(int selector, long descriptor) {
    if (!isNull(selector) && !has(descriptor, ACCESSED)) {
      mmu.markAccessed(selector);
    }
  }

  private RuntimeException bad(Op op, int selector) {
    throw cpu.fault(op, Vector.GP, selector & ~RPL, 0);
  }

  /** Loads ES, SS, DS, FS or GS. */
  void load(int segment, int selector, Op op) {
    if (segment == CpuState.SS) {
      checkStack(selector, op);
      cpu.registers.selector(segment, selector);
      return;
    }
    long descriptor = descriptor(selector, op);
    if (!isNull(selector)) {
      checkData(descriptor, selector, op);
      markAccessed(selector, descriptor);
    }
    cpu.registers.selector(segment, selector);
    if (segment == CpuState.FS) {
      cpu.put(CpuState.FS_BASE, base(descriptor));
    } else if (segment == CpuState.GS) {
      cpu.put(CpuState.GS_BASE, base(descriptor));
    }
  }

  private void checkData(long descriptor, int selector, Op op) {
    boolean code = has(descriptor, EXECUTABLE);
    if (!has(descriptor, CODE_OR_DATA)
        || code && !has(descriptor, ACCESSIBLE)
        || !(code && has(descriptor, CONFORMING)) && privilege(descriptor) < RPL) {
      throw bad(op, selector);
    }
    if (!has(descriptor, PRESENT)) {
      throw cpu.fault(op, Vector.NP, selector & ~RPL, 0);
    }
  }

  /** Checks a selector for SS. */
  void checkStack(int selector, Op op) {
    long descriptor = descriptor(selector, op);
    if ((selector & RPL) != RPL
        || !has(descriptor, CODE_OR_DATA | ACCESSIBLE)
        || has(descriptor, EXECUTABLE)
        || privilege(descriptor) != RPL) {
      throw bad(op, selector);
    }
    if (!has(descriptor, PRESENT)) {
      throw cpu.fault(op, Vector.SS, selector & ~RPL, 0);
    }
    markAccessed(selector, descriptor);
  }

  /**
   * Checks a selector for CS.
   *
   * @param returning whether a return names it: then its privilege must be ring 3's
   * @return whether it is a 64-bit segment
   */
  boolean checkCode(int selector, boolean returning, Op op) {
    long descriptor = descriptor(selector, op);
    boolean allowed =
        has(descriptor, CODE_OR_DATA | EXECUTABLE)
            && (has(descriptor, CONFORMING) || privilege(descriptor) == RPL)
            && !(returning && (selector & RPL) != RPL)
            && !has(descriptor, LONG | BIG);
    if (!allowed) {
      throw bad(op, selector);
    }
    if (!has(descriptor, PRESENT)) {
      throw cpu.fault(op, Vector.NP, selector & ~RPL, 0);
    }
    markAccessed(selector, descriptor);
    return has(descriptor, LONG);
  }

  /** The instruction pointer of a far transfer. */
  long checkOffset(long offset, int size, boolean is64, Op op) {
    long rip = Width.zeroExtend(offset, size);
    if (!is64) {
      return rip & 0xffffffffL;
    }
    return cpu.checkTarget(rip, 8, op);
  }

  /** Loads CS. */
  void enterCode(int selector, boolean is64) {
    cpu.registers.selector(CpuState.CS, selector | RPL);
    cpu.changeMode(is64);
  }

  private static long base(long descriptor) {
    return descriptor >>> 16 & 0xffffff | descriptor >>> 32 & 0xff000000L;
  }

  /** The limit in bytes. */
  static long limit(long descriptor) {
    long limit = descriptor & 0xffff | descriptor >>> 32 & 0xf0000;
    return has(descriptor, PAGES) ? limit << 12 | 0xfff : limit;
  }

  /**
   * The descriptor as LAR and LSL may see it, 0 when they may not.
   *
   * @param gates whether call gates are visible as well
   */
  long visible(int selector, boolean gates, Op op) {
    long descriptor = descriptor(selector, op);
    if (has(descriptor, CODE_OR_DATA | EXECUTABLE | CONFORMING)) {
      return descriptor;
    }
    boolean kind = has(descriptor, CODE_OR_DATA) || isSystem(descriptor, gates);
    return kind && privilege(descriptor) == RPL ? descriptor : 0;
  }

  private static boolean isSystem(long descriptor, boolean gates) {
    switch ((int) (descriptor >>> 40) & 15) {
      case 2:
      case 9:
      case 11:
        return true;
      case 12:
        return gates;
      default:
        return false;
    }
  }

  /** Whether VERR or VERW accept a selector. */
  boolean allows(int selector, boolean writing, Op op) {
    long descriptor = descriptor(selector, op);
    if (!has(descriptor, CODE_OR_DATA)) {
      return false;
    }
    boolean code = has(descriptor, EXECUTABLE);
    boolean kind =
        writing ? !code && has(descriptor, ACCESSIBLE) : !code || has(descriptor, ACCESSIBLE);
    return kind && (code && has(descriptor, CONFORMING) || privilege(descriptor) == RPL);
  }
}
