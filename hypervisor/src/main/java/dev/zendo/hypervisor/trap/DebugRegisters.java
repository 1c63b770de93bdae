package dev.zendo.hypervisor.trap;

import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENODEV;
import static dev.zendo.hypercalls.Errno.EPERM;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.hypercall.Arguments;

/**
 * The rules for the guest's debug registers, shared by the hypercalls and the emulated MOV. The
 * register file is in the vcpu's {@link CpuState}; enable bits of I/O breakpoints are kept apart.
 * Stateless; called on the vcpu's thread.
 */
public final class DebugRegisters {
  /** Reset value of DR6. */
  public static final long DR6_DEFAULT = 0xffff0ff0L;

  /** Reset value of DR7. */
  public static final long DR7_DEFAULT = 0x400;

  static final int DR6 = CpuState.DEBUG + 4 * 8;
  static final int DR7 = CpuState.DEBUG + 5 * 8;
  static final long CR4_DE = 8;
  static final long DR6_SINGLE_STEP = 1 << 14;

  private static final long DR6_RESERVED_ZERO = 0x1000;
  private static final long DR7_RESERVED_ZERO = 0xd800;
  private static final long DR7_GENERAL_DETECT = 0x2000;
  private static final long DR7_ENABLED = 0xff;
  private static final int BREAK_ON_IO = 2;

  private DebugRegisters() {}

  /** Sets all to their reset values. */
  public static void reset(Vcpu vcpu) {
    for (int i = 0; i < 4; i++) {
      vcpu.cpu().field(CpuState.DEBUG + 8 * i, 0);
    }
    vcpu.cpu().field(DR6, DR6_DEFAULT);
    vcpu.cpu().field(DR7, DR7_DEFAULT);
    vcpu.traps().ioBreakpoints(0);
  }

  /**
   * Writes a register.
   *
   * @return 0; -ENODEV (as #UD), -EINVAL or -EPERM (as #GP)
   */
  public static long write(Vcpu vcpu, int register, long value) {
    switch (register) {
      case 0:
      case 1:
      case 2:
      case 3:
        if (!Arguments.addressable(value)) {
          return -EPERM;
        }
        vcpu.cpu().field(CpuState.DEBUG + 8 * register, value);
        return 0;
      case 4:
        return aliased(vcpu) ? writeStatus(vcpu, value) : -ENODEV;
      case 5:
        return aliased(vcpu) ? writeControl(vcpu, value) : -ENODEV;
      case 6:
        return writeStatus(vcpu, value);
      case 7:
        return writeControl(vcpu, value);
      default:
        return -ENODEV;
    }
  }

  /** Whether a register can be read. */
  public static boolean readable(Vcpu vcpu, int register) {
    return register >= 0 && register <= 7 && (register >> 1 != 2 || aliased(vcpu));
  }

  /** Reads a {@link #readable} register. */
  public static long read(Vcpu vcpu, int register) {
    return switch (register) {
      case 4, 6 -> vcpu.cpu().field(DR6);
      case 5, 7 -> vcpu.cpu().field(DR7) | vcpu.traps().ioBreakpoints();
      default -> vcpu.cpu().field(CpuState.DEBUG + 8 * register);
    };
  }

  private static boolean aliased(Vcpu vcpu) {
    return (vcpu.cpu().field(CpuState.CR4) & CR4_DE) == 0;
  }

  private static long writeStatus(Vcpu vcpu, long value) {
    if (value >>> 32 != 0) {
      return -EINVAL;
    }
    vcpu.cpu().field(DR6, value & ~DR6_RESERVED_ZERO | DR6_DEFAULT);
    return 0;
  }

  private static long writeControl(Vcpu vcpu, long wanted) {
    if (wanted >>> 32 != 0) {
      return -EINVAL;
    }
    if ((wanted & DR7_GENERAL_DETECT) != 0) {
      return -EPERM;
    }
    long value = wanted & ~DR7_RESERVED_ZERO | DR7_DEFAULT;
    int io = 0;
    if ((value & DR7_ENABLED) != 0) {
      for (int i = 0; i < 4; i++) {
        if ((value >>> 16 + 4 * i & 3) == BREAK_ON_IO) {
          if (aliased(vcpu)) {
            return -EPERM;
          }
          io |= (int) value & 3 << 2 * i;
        }
      }
    }
    vcpu.traps().ioBreakpoints(io);
    vcpu.cpu().field(DR7, value & ~(long) io);
    return 0;
  }
}
