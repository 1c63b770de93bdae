package dev.zendo.hypervisor.trap;

import dev.zendo.hypervisor.domain.TrapState;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestClock;
import dev.zendo.hypervisor.hypercall.Arguments;
import dev.zendo.hypervisor.hypercall.HypercallPage;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * Which model-specific registers a guest kernel may read and write, and what they hold (numbers
 * from SDM volume 4, policy as Xen's for an unprivileged domain on an Intel processor). Called on
 * the vcpu's thread.
 */
public final class MsrPolicy {
  /** Writing a frame's address fills it with hypercall stubs. */
  public static final int HYPERCALL_PAGE = 0x40000000;

  private static final int P5_MC_ADDR = 0x0;
  private static final int P5_MC_TYPE = 0x1;
  private static final int TSC = 0x10;
  private static final int PLATFORM_ID = 0x17;
  private static final int APIC_BASE = 0x1b;
  private static final int FEATURE_CONTROL = 0x3a;
  private static final int UCODE_REV = 0x8b;
  private static final int PLATFORM_INFO = 0xce;
  private static final int MPERF = 0xe7;
  private static final int APERF = 0xe8;
  private static final int MISC_FEATURES = 0x140;
  private static final int MCG_CAP = 0x179;
  private static final int MCG_CTL = 0x17b;
  private static final int PERF_STATUS = 0x198;
  private static final int PERF_CTL = 0x199;
  private static final int THERM_CONTROL = 0x19a;
  private static final int THERM_STATUS = 0x19c;
  private static final int MISC_ENABLE = 0x1a0;
  private static final int ENERGY_PERF_BIAS = 0x1b0;
  private static final int PAT = 0x277;
  private static final int MC_CTL2_FIRST = 0x280;
  private static final int MC_CTL2_LAST = 0x29f;
  private static final int PERF_CAPABILITIES = 0x345;
  private static final int MC_FIRST = 0x400;
  private static final int MC_LAST = 0x47f;
  private static final int EFER = 0xc0000080;
  private static final int FS_BASE = 0xc0000100;
  private static final int GS_BASE = 0xc0000101;
  private static final int SHADOW_GS_BASE = 0xc0000102;
  private static final int TSC_AUX = 0xc0000103;
  private static final int NB_CFG = 0xc001001f;

  private static final long EFER_VALUE = 0xd01;
  private static final long PAT_VALUE = 0x0000050100070406L;
  private static final long MISC_ENABLE_VALUE = 1L << 23 | 1 << 12 | 1 << 11 | 1;
  private static final long APIC_VALUE = 0xfee00800L;
  private static final long APIC_BSP = 0x100;

  /** MCG_CAP of a guest: two banks, MCG_SER_P. */
  private static final long MCG_CAP_VALUE = 1L << 24 | 2;

  private final GuestClock clock;
  private final HypercallPage hypercallPage;

  /** A policy over the parts that registers act on. */
  public MsrPolicy(GuestClock clock, HypercallPage hypercallPage) {
    this.clock = clock;
    this.hypercallPage = hypercallPage;
  }

  /** The time stamp counter now. */
  long timeStampCounter() {
    return clock.timeStampCounter();
  }

  /** Whether the guest may read a register. */
  public boolean readable(Vcpu vcpu, int register) {
    return switch (register) {
      case P5_MC_ADDR,
          P5_MC_TYPE,
          TSC,
          PLATFORM_ID,
          APIC_BASE,
          FEATURE_CONTROL,
          UCODE_REV,
          PLATFORM_INFO,
          MISC_FEATURES,
          PERF_STATUS,
          PERF_CTL,
          THERM_STATUS,
          MISC_ENABLE,
          PAT,
          PERF_CAPABILITIES,
          EFER,
          FS_BASE,
          GS_BASE,
          SHADOW_GS_BASE,
          TSC_AUX,
          NB_CFG,
          HYPERCALL_PAGE ->
          true;
      default -> machineCheck(register) || performance(register);
    };
  }

  /** Value of a {@link #readable} register. */
  public long read(Vcpu vcpu, int register) {
    CpuState cpu = vcpu.cpu();
    TrapState traps = vcpu.traps();
    return switch (register) {
      case TSC -> clock.timeStampCounter();
      case APIC_BASE -> vcpu.id() == 0 ? APIC_VALUE | APIC_BSP : APIC_VALUE;
      case FEATURE_CONTROL -> 1;
      case MISC_ENABLE -> MISC_ENABLE_VALUE;
      case PAT -> PAT_VALUE;
      case EFER -> EFER_VALUE;
      case MCG_CAP -> MCG_CAP_VALUE;
      case FS_BASE -> cpu.field(CpuState.FS_BASE);
      case GS_BASE -> cpu.field(CpuState.GS_BASE);
      case SHADOW_GS_BASE -> traps.otherGsBase();
      case TSC_AUX -> cpu.field(CpuState.TSC_AUX) & 0xffffffffL;
      default -> 0;
    };
  }

  /** Writes a register; returns whether the guest may. */
  public boolean write(Vcpu vcpu, int register, long value) {
    CpuState cpu = vcpu.cpu();
    switch (register) {
      case FS_BASE:
        return writeBase(cpu, CpuState.FS_BASE, value);
      case GS_BASE:
        return writeBase(cpu, CpuState.GS_BASE, value);
      case SHADOW_GS_BASE:
        if (!Arguments.canonical(value)) {
          return false;
        }
        vcpu.traps().otherGsBase(value);
        return true;
      case TSC_AUX:
        if (value >>> 32 != 0) {
          return false;
        }
        int keep = CpuState.TSC_AUX;
        cpu.field(keep, cpu.field(keep) & ~0xffffffffL | value);
        return true;
      case EFER:
        return value == EFER_VALUE;
      case HYPERCALL_PAGE:
        return fillHypercallPage(vcpu, value);
      case UCODE_REV:
      case MISC_FEATURES:
        return value == 0;
      case PERF_CTL:
      case THERM_CONTROL:
      case ENERGY_PERF_BIAS:
      case MISC_ENABLE:
      case MPERF:
      case APERF:
      case NB_CFG:
        return true;
      default:
        return machineCheck(register) || performance(register);
    }
  }

  private static boolean writeBase(CpuState cpu, int field, long value) {
    if (!Arguments.canonical(value)) {
      return false;
    }
    cpu.field(field, value);
    return true;
  }

  private boolean fillHypercallPage(Vcpu vcpu, long value) {
    long mfn = value >>> MachineMemory.FRAME_SHIFT;
    boolean aligned = (value & MachineMemory.FRAME_SIZE - 1) == 0;
    return aligned && hypercallPage.install(vcpu.domain(), mfn);
  }

  private static boolean machineCheck(int register) {
    return register >= MCG_CAP && register <= MCG_CTL
        || register >= MC_CTL2_FIRST && register <= MC_CTL2_LAST
        || register >= MC_FIRST && register <= MC_LAST;
  }

  /** Performance counters read as zero and forget what is written, as without a virtual PMU. */
  private static boolean performance(int register) {
    return register >= 0xc1 && register <= 0xc8
        || register >= 0x186 && register <= 0x189
        || register >= 0x309 && register <= 0x30b
        || register >= 0x38d && register <= 0x390;
  }
}
