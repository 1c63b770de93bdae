package dev.zendo.hypervisor.time;

import dev.zendo.hypercalls.start.PvclockFlags;
import dev.zendo.hypercalls.start.SharedInfo;
import dev.zendo.hypercalls.start.VcpuInfo;
import dev.zendo.hypercalls.start.VcpuTimeInfo;
import dev.zendo.hypercalls.vcpu.RunstateInfo;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestClock;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * What guests see of time: the time stamp counter and the areas from which they compute nanoseconds
 * since the machine started.
 *
 * <p>The counter runs at 1 GHz of the machine's clock, so the scale in the areas is exact and never
 * changes: (counter &lt;&lt; 1) * 2^31 / 2^32.
 */
public final class SystemTime implements GuestClock {
  /** Frequency of the time stamp counter in kHz. */
  public static final int TSC_KHZ = 1_000_000;

  /** Multiplier of the counter, as 32-bit fraction, after the shift. */
  public static final int TSC_TO_SYSTEM_MUL = 0x80000000;

  /** Left shift of the counter before the multiplication. */
  public static final int TSC_SHIFT = 1;

  private static final long UPDATE_FLAG = 1L << 63;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final Clock clock;

  /** What a control domain added to the machine's wall clock. */
  private volatile long wallClockOffset;

  /** Time of a machine on its clock. */
  public SystemTime(Clock clock) {
    this.clock = clock;
  }

  /** Nanoseconds since the machine started, as guests compute them. */
  public long nanos() {
    return clock.nanos();
  }

  @Override
  public long timeStampCounter() {
    return clock.nanos();
  }

  /** Sets the wall clock: it showed the given time when the machine's time was the given one. */
  public void wallClock(long seconds, long nanos, long systemTime) {
    long atStart = seconds * NANOS_PER_SECOND + nanos - systemTime;
    wallClockOffset = atStart - clock.wallClockAtStart();
  }

  /** Writes the wall clock into a domain's shared page. */
  public synchronized void updateWallClock(Domain domain) {
    long at = domain.sharedInfo();
    long wall = clock.wallClockAtStart() + wallClockOffset;
    long seconds = Math.floorDiv(wall, NANOS_PER_SECOND) + domain.timeOffset();
    int version = HostMemory.getInt(at + SharedInfo.WC_VERSION.offset()) | 1;
    HostMemory.putIntRelease(at + SharedInfo.WC_VERSION.offset(), version);
    HostMemory.fullFence();
    HostMemory.putInt(at + SharedInfo.WC_SEC.offset(), (int) seconds);
    HostMemory.putInt(at + SharedInfo.WC_SEC_HI.offset(), (int) (seconds >>> 32));
    HostMemory.putInt(
        at + SharedInfo.WC_NSEC.offset(), (int) Math.floorMod(wall, NANOS_PER_SECOND));
    HostMemory.putIntRelease(at + SharedInfo.WC_VERSION.offset(), version + 1);
  }

  /**
   * Brings the time areas of a vcpu up to date. Called on the vcpu's thread while it is outside the
   * guest, or by its creator.
   */
  public void update(Vcpu vcpu) {
    long at = vcpu.vcpuInfo() + VcpuInfo.TIME.offset();
    int version = HostMemory.getInt(at) | 1;
    HostMemory.putIntRelease(at, version);
    HostMemory.fullFence();
    fill(at, clock.nanos());
    HostMemory.putIntRelease(at, version + 1);
  }

  /** Does the same for the area registered by VCPUOP_register_vcpu_time_memory_area, if any. */
  public void updateSecondary(Vcpu vcpu) {
    long area = vcpu.time().timeArea();
    if (area == 0) {
      return;
    }
    boolean kernel = enterKernelView(vcpu);
    long at = vcpu.frameBuffer();
    int size = VcpuTimeInfo.LAYOUT.size();
    if (vcpu.guest().read(area, at, Integer.BYTES)) {
      int version = HostMemory.getInt(at) | 1;
      HostMemory.putInt(at, version);
      fill(at, clock.nanos());
      if (vcpu.guest().write(area, at, size)) {
        HostMemory.fullFence();
        HostMemory.putInt(at, version + 1);
        vcpu.guest().write(area, at, Integer.BYTES);
      }
    }
    vcpu.cpu().kernelMode(kernel);
  }

  /**
   * Writes the accounting of a vcpu into the area that its guest registered, if any.
   *
   * @param runstate as {@code Scheduler.runstate} gives it
   * @param withFlag whether to mark the area while it changes (VMASST_TYPE_runstate_update_flag)
   */
  public void updateRunstate(Vcpu vcpu, long[] runstate, boolean withFlag) {
    long area = vcpu.time().runstateArea();
    if (area == 0) {
      return;
    }
    boolean kernel = enterKernelView(vcpu);
    long at = vcpu.frameBuffer();
    int entry = RunstateInfo.STATE_ENTRY_TIME.offset();
    fillRunstate(at, runstate);
    if (withFlag) {
      HostMemory.putLong(at + entry, runstate[1] | UPDATE_FLAG);
    }
    boolean written = vcpu.guest().write(area, at, RunstateInfo.LAYOUT.size());
    if (withFlag && written) {
      HostMemory.fullFence();
      HostMemory.putLong(at + entry, runstate[1]);
      vcpu.guest().write(area + entry, at + entry, Long.BYTES);
    }
    vcpu.cpu().kernelMode(kernel);
  }

  /** Lays out a vcpu_runstate_info at a host address. */
  public static void fillRunstate(long at, long[] runstate) {
    HostMemory.putLong(at, runstate[0]);
    HostMemory.putLong(at + RunstateInfo.STATE_ENTRY_TIME.offset(), runstate[1]);
    for (int i = 0; i < 4; i++) {
      HostMemory.putLong(at + RunstateInfo.TIME.offset() + 8L * i, runstate[2 + i]);
    }
  }

  /** Guest pointers of areas belong to the guest kernel's page tables, whatever runs now. */
  private static boolean enterKernelView(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu();
    boolean kernel = cpu.kernelMode();
    cpu.kernelMode(true);
    return kernel;
  }

  private static void fill(long at, long now) {
    HostMemory.putLong(at + VcpuTimeInfo.TSC_TIMESTAMP.offset(), now);
    HostMemory.putLong(at + VcpuTimeInfo.SYSTEM_TIME.offset(), now);
    HostMemory.putInt(at + VcpuTimeInfo.TSC_TO_SYSTEM_MUL.offset(), TSC_TO_SYSTEM_MUL);
    HostMemory.putByte(at + VcpuTimeInfo.TSC_SHIFT.offset(), (byte) TSC_SHIFT);
    HostMemory.putByte(at + VcpuTimeInfo.FLAGS.offset(), (byte) PvclockFlags.TSC_STABLE_BIT);
  }
}
