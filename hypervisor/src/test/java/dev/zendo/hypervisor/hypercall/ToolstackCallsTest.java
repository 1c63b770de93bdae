package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.E2BIG;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOBUFS;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.EPERM;
import static dev.zendo.hypercalls.Errno.ESRCH;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.DomctlVersion;
import dev.zendo.hypercalls.domctl.ExtVcpuContext;
import dev.zendo.hypercalls.domctl.GetDomainInfo;
import dev.zendo.hypercalls.domctl.GetPageFrameInfo3;
import dev.zendo.hypercalls.domctl.IomemPermission;
import dev.zendo.hypercalls.domctl.IoportPermission;
import dev.zendo.hypercalls.domctl.IrqPermission;
import dev.zendo.hypercalls.domctl.SendTrigger;
import dev.zendo.hypercalls.domctl.SetDebugging;
import dev.zendo.hypercalls.domctl.SetTimeOffset;
import dev.zendo.hypercalls.domctl.TscInfo;
import dev.zendo.hypercalls.domctl.VcpuExtState;
import dev.zendo.hypercalls.domctl.VcpuMsr;
import dev.zendo.hypercalls.domctl.VcpuMsrs;
import dev.zendo.hypercalls.platform.PcpuInfo;
import dev.zendo.hypercalls.platform.PcpuVersion;
import dev.zendo.hypercalls.platform.PlatformCommand;
import dev.zendo.hypercalls.platform.PlatformOp;
import dev.zendo.hypercalls.platform.PlatformVersion;
import dev.zendo.hypercalls.platform.SetTime64;
import dev.zendo.hypercalls.start.SharedInfo;
import dev.zendo.hypercalls.sysctl.CpuTopo;
import dev.zendo.hypercalls.sysctl.CpuTopoInfo;
import dev.zendo.hypercalls.sysctl.MemInfo;
import dev.zendo.hypercalls.sysctl.NumaInfo;
import dev.zendo.hypercalls.sysctl.Sysctl;
import dev.zendo.hypercalls.sysctl.SysctlOp;
import dev.zendo.hypercalls.sysctl.SysctlVersion;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.TrapState;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** domctl, sysctl and platform_op as toolstacks use them. */
class ToolstackCallsTest {
  private static final HostView VIEW = HostView.HOST;
  private static final long LIST = FakeMemory.BASE + 0x1000;
  private static final int TSC_AUX = 0xc0000103;

  private final TestMachine machine = new TestMachine();
  private final Domain control = machine.domain(0, 1);
  private final Domain guest = machine.domain(1, 1);
  private final long at = machine.memory.host(FakeMemory.BASE);
  private final long list = machine.memory.host(LIST);

  @AfterEach
  void close() {
    machine.close();
  }

  private long domctl(int command) {
    Domctl.CMD.set(VIEW, at, command);
    Domctl.INTERFACE_VERSION.set(VIEW, at, DomctlVersion.INTERFACE_VERSION);
    Domctl.DOMAIN.set(VIEW, at, 1);
    return machine.call(control.vcpu(0), Hypercalls.DOMCTL, FakeMemory.BASE);
  }

  private long sysctl(int command) {
    Sysctl.CMD.set(VIEW, at, command);
    Sysctl.INTERFACE_VERSION.set(VIEW, at, SysctlVersion.INTERFACE_VERSION);
    return machine.call(control.vcpu(0), Hypercalls.SYSCTL, FakeMemory.BASE);
  }

  private long platform(int command) {
    PlatformOp.CMD.set(VIEW, at, command);
    PlatformOp.INTERFACE_VERSION.set(VIEW, at, PlatformVersion.INTERFACE_VERSION);
    return machine.call(control.vcpu(0), Hypercalls.PLATFORM_OP, FakeMemory.BASE);
  }

  @Test
  void kindsOfFramesAreThoseThatSavingNeeds() {
    long spec = Domctl.GETPAGEFRAMEINFO3.at(at);
    long[] frames = {0, 1, 12, -1};
    for (int i = 0; i < frames.length; i++) {
      HostMemory.putLong(list + 8L * i, frames[i]);
    }
    GetPageFrameInfo3.NUM.set(VIEW, spec, frames.length);
    GetPageFrameInfo3.ARRAY.set(VIEW, spec, LIST);
    assertEquals(0, domctl(DomctlOp.GETPAGEFRAMEINFO3));
    long[] kinds = {0, 0x10000000L, 0xc0000000L, 0xf0000000L};
    for (int i = 0; i < kinds.length; i++) {
      assertEquals(kinds[i], HostMemory.getLong(list + 8L * i));
    }
    GetPageFrameInfo3.NUM.set(VIEW, spec, 1025);
    assertEquals(-E2BIG, domctl(DomctlOp.GETPAGEFRAMEINFO3));
  }

  @Test
  void extendedContextIsWhatWasSet() {
    long spec = Domctl.EXT_VCPUCONTEXT.at(at);
    ExtVcpuContext.SIZE.set(VIEW, spec, 64);
    ExtVcpuContext.SYSENTER_CALLBACK_EIP.set(VIEW, spec, 0x1234);
    ExtVcpuContext.SYSENTER_DISABLES_EVENTS.set(VIEW, spec, 1);
    ExtVcpuContext.SYSCALL32_CALLBACK_EIP.set(VIEW, spec, 0x5678);
    assertEquals(0, domctl(DomctlOp.SET_EXT_VCPUCONTEXT));
    assertEquals(0x1234, guest.vcpu(0).traps().callback(TrapState.SYSENTER));
    HostMemory.fill(spec, 64, (byte) 0);
    assertEquals(0, domctl(DomctlOp.GET_EXT_VCPUCONTEXT));
    assertEquals(64, ExtVcpuContext.SIZE.get(VIEW, spec));
    assertEquals(0x1234, ExtVcpuContext.SYSENTER_CALLBACK_EIP.get(VIEW, spec));
    assertEquals(1, ExtVcpuContext.SYSENTER_DISABLES_EVENTS.get(VIEW, spec));
    assertEquals(0x5678, ExtVcpuContext.SYSCALL32_CALLBACK_EIP.get(VIEW, spec));
    ExtVcpuContext.SYSCALL32_CALLBACK_EIP.set(VIEW, spec, 1L << 60);
    assertEquals(-EINVAL, domctl(DomctlOp.SET_EXT_VCPUCONTEXT));
    ExtVcpuContext.SIZE.set(VIEW, spec, 31);
    ExtVcpuContext.SYSCALL32_CALLBACK_EIP.set(VIEW, spec, 0);
    assertEquals(-EINVAL, domctl(DomctlOp.SET_EXT_VCPUCONTEXT));
    ExtVcpuContext.VCPU.set(VIEW, spec, 1);
    assertEquals(-ESRCH, domctl(DomctlOp.GET_EXT_VCPUCONTEXT));
  }

  /** Sizes and refusals are those of Xen's arch/x86/domctl.c. */
  @Test
  void registersThatXsaveKnowsAreWhatWasSet() {
    long spec = Domctl.VCPUEXTSTATE.at(at);
    assertEquals(0, domctl(DomctlOp.GETVCPUEXTSTATE));
    assertEquals(3, VcpuExtState.XFEATURE_MASK.get(VIEW, spec));
    assertEquals(592, VcpuExtState.SIZE.get(VIEW, spec));
    VcpuExtState.BUFFER.set(VIEW, spec, LIST);
    CpuState cpu = guest.vcpu(0).cpu();
    HostMemory.putLong(cpu.base() + CpuState.FX + 160, 0x1234);
    assertEquals(0, domctl(DomctlOp.GETVCPUEXTSTATE));
    assertEquals(1, HostMemory.getLong(list));
    assertEquals(3, HostMemory.getLong(list + 8));
    assertEquals(0x1234, HostMemory.getLong(list + 16 + 160));
    HostMemory.putLong(list, 3);
    HostMemory.putLong(list + 16 + 160, 0x5678);
    assertEquals(0, domctl(DomctlOp.SETVCPUEXTSTATE));
    assertEquals(0x5678, HostMemory.getLong(cpu.base() + CpuState.FX + 160));
    assertEquals(3, cpu.field(CpuState.XCR0));
    // What the header leaves out is as after a reset.
    HostMemory.putLong(list + 16 + 512, 1);
    assertEquals(0, domctl(DomctlOp.SETVCPUEXTSTATE));
    assertEquals(0, HostMemory.getLong(cpu.base() + CpuState.FX + 160));
    HostMemory.putLong(list, 7);
    HostMemory.putLong(list + 8, 7);
    assertEquals(-EINVAL, domctl(DomctlOp.SETVCPUEXTSTATE));
    HostMemory.putLong(list, 2);
    HostMemory.putLong(list + 8, 3);
    assertEquals(-EINVAL, domctl(DomctlOp.SETVCPUEXTSTATE));
    VcpuExtState.SIZE.set(VIEW, spec, 591);
    assertEquals(-EINVAL, domctl(DomctlOp.SETVCPUEXTSTATE));
    assertEquals(-EINVAL, domctl(DomctlOp.GETVCPUEXTSTATE));
    VcpuExtState.SIZE.set(VIEW, spec, -1);
    assertEquals(-EINVAL, domctl(DomctlOp.SETVCPUEXTSTATE));
    VcpuExtState.VCPU.set(VIEW, spec, 1);
    assertEquals(-ESRCH, domctl(DomctlOp.SETVCPUEXTSTATE));
  }

  @Test
  void registersOfModels() {
    long spec = Domctl.VCPU_MSRS.at(at);
    assertEquals(0, domctl(DomctlOp.GET_VCPU_MSRS));
    assertEquals(1, VcpuMsrs.MSR_COUNT.get(VIEW, spec));
    VcpuMsrs.MSRS.set(VIEW, spec, LIST);
    VcpuMsr.INDEX.set(VIEW, list, TSC_AUX);
    VcpuMsr.VALUE.set(VIEW, list, 77);
    assertEquals(0, domctl(DomctlOp.SET_VCPU_MSRS));
    assertEquals(77, guest.vcpu(0).cpu().field(CpuState.TSC_AUX) & 0xffffffffL);
    HostMemory.fill(list, 16, (byte) 0);
    assertEquals(0, domctl(DomctlOp.GET_VCPU_MSRS));
    assertEquals(77, VcpuMsr.VALUE.get(VIEW, list));
    VcpuMsrs.MSR_COUNT.set(VIEW, spec, 0);
    assertEquals(-ENOBUFS, domctl(DomctlOp.GET_VCPU_MSRS));
    VcpuMsr.INDEX.set(VIEW, list, 0x10);
    VcpuMsrs.MSR_COUNT.set(VIEW, spec, 1);
    assertEquals(-EINVAL, domctl(DomctlOp.SET_VCPU_MSRS));
  }

  @Test
  void triggersAreNonMaskableInterrupts() {
    long spec = Domctl.SENDTRIGGER.at(at);
    assertEquals(0, domctl(DomctlOp.SENDTRIGGER));
    assertTrue(guest.vcpu(0).traps().nmiPending());
    SendTrigger.TRIGGER.set(VIEW, spec, 3);
    assertEquals(-EINVAL, domctl(DomctlOp.SENDTRIGGER));
    SendTrigger.TRIGGER.set(VIEW, spec, 1);
    assertEquals(-ENOSYS, domctl(DomctlOp.SENDTRIGGER));
    SendTrigger.VCPU.set(VIEW, spec, 5);
    assertEquals(-ESRCH, domctl(DomctlOp.SENDTRIGGER));
  }

  private long wallClock(Domain domain) {
    long shared = domain.sharedInfo();
    return SharedInfo.WC_SEC.getUnsigned(VIEW, shared)
        | SharedInfo.WC_SEC_HI.getUnsigned(VIEW, shared) << 32;
  }

  @Test
  void wallClockOfADomainAndOfTheMachine() {
    long before = wallClock(guest);
    SetTimeOffset.TIME_OFFSET_SECONDS.set(VIEW, Domctl.SETTIMEOFFSET.at(at), 3600);
    assertEquals(0, domctl(DomctlOp.SETTIMEOFFSET));
    assertEquals(before + 3600, wallClock(guest));
    long spec = PlatformOp.SETTIME64.at(at);
    SetTime64.SECS.set(VIEW, spec, 2_000_000_000L);
    SetTime64.NSECS.set(VIEW, spec, 5);
    SetTime64.MBZ.set(VIEW, spec, 0);
    SetTime64.SYSTEM_TIME.set(VIEW, spec, 0);
    assertEquals(0, platform(PlatformCommand.SETTIME64));
    assertEquals(2_000_003_600L, wallClock(guest));
    assertEquals(2_000_000_000L, wallClock(control));
    SetTime64.MBZ.set(VIEW, spec, 1);
    assertEquals(-EINVAL, platform(PlatformCommand.SETTIME64));
  }

  @Test
  void devicesAreNobodysToGive() {
    long spec = Domctl.IOPORT_PERMISSION.at(at);
    IoportPermission.FIRST_PORT.set(VIEW, spec, 0x3f8);
    IoportPermission.NR_PORTS.set(VIEW, spec, 8);
    assertEquals(-EPERM, domctl(DomctlOp.IOPORT_PERMISSION));
    IoportPermission.NR_PORTS.set(VIEW, spec, 0x10000);
    assertEquals(-EINVAL, domctl(DomctlOp.IOPORT_PERMISSION));
    IoportPermission.NR_PORTS.set(VIEW, spec, -0x3f8);
    assertEquals(-EINVAL, domctl(DomctlOp.IOPORT_PERMISSION));
    spec = Domctl.IOMEM_PERMISSION.at(at);
    IomemPermission.FIRST_MFN.set(VIEW, spec, 0xfee00);
    IomemPermission.NR_MFNS.set(VIEW, spec, 1);
    assertEquals(-EPERM, domctl(DomctlOp.IOMEM_PERMISSION));
    IomemPermission.NR_MFNS.set(VIEW, spec, 0);
    assertEquals(-EINVAL, domctl(DomctlOp.IOMEM_PERMISSION));
    spec = Domctl.IRQ_PERMISSION.at(at);
    IrqPermission.PIRQ.set(VIEW, spec, 4);
    assertEquals(-EPERM, domctl(DomctlOp.IRQ_PERMISSION));
    IrqPermission.PIRQ.set(VIEW, spec, 1000);
    assertEquals(-EINVAL, domctl(DomctlOp.IRQ_PERMISSION));
  }

  @Test
  void debuggerAndCounter() {
    SetDebugging.ENABLE.set(VIEW, Domctl.SETDEBUGGING.at(at), 1);
    assertEquals(0, domctl(DomctlOp.SETDEBUGGING));
    assertTrue(guest.debugged());
    assertEquals(0, domctl(DomctlOp.GETDOMAININFO));
    assertEquals(1 << 6, GetDomainInfo.FLAGS.get(VIEW, Domctl.GETDOMAININFO.at(at)) & 1 << 6);
    assertEquals(0, domctl(DomctlOp.GETTSCINFO));
    assertEquals(1_000_000, TscInfo.GTSC_KHZ.get(VIEW, Domctl.TSC_INFO.at(at)));
    assertFalse(control.debugged());
  }

  @Test
  void processorsAndNodes() {
    long spec = Sysctl.CPUTOPOINFO.at(at);
    assertEquals(0, sysctl(SysctlOp.CPUTOPOINFO));
    assertEquals(1, CpuTopoInfo.NUM_CPUS.get(VIEW, spec));
    CpuTopoInfo.CPUTOPO.set(VIEW, spec, LIST);
    CpuTopoInfo.NUM_CPUS.set(VIEW, spec, 8);
    CpuTopo.CORE.set(VIEW, list, 99);
    assertEquals(0, sysctl(SysctlOp.CPUTOPOINFO));
    assertEquals(0, CpuTopo.CORE.get(VIEW, list));
    assertEquals(1, CpuTopoInfo.NUM_CPUS.get(VIEW, spec));
    spec = Sysctl.NUMAINFO.at(at);
    HostMemory.fill(spec, NumaInfo.LAYOUT.size(), (byte) 0);
    assertEquals(0, sysctl(SysctlOp.NUMAINFO));
    assertEquals(1, NumaInfo.NUM_NODES.get(VIEW, spec));
    NumaInfo.MEMINFO.set(VIEW, spec, LIST);
    NumaInfo.DISTANCE.set(VIEW, spec, LIST + 0x100);
    assertEquals(0, sysctl(SysctlOp.NUMAINFO));
    assertEquals(1024L << 12, MemInfo.MEMSIZE.get(VIEW, list));
    assertEquals(10, HostMemory.getInt(list + 0x100));
  }

  @Test
  void processorsOfThePlatform() {
    long spec = PlatformOp.PCPU_INFO.at(at);
    assertEquals(0, platform(PlatformCommand.GET_CPUINFO));
    assertEquals(1, PcpuInfo.FLAGS.get(VIEW, spec));
    PcpuInfo.XEN_CPUID.set(VIEW, spec, 7);
    assertEquals(0, platform(PlatformCommand.GET_CPUINFO));
    assertEquals(2, PcpuInfo.FLAGS.get(VIEW, spec));
    assertEquals(0, PcpuInfo.MAX_PRESENT.get(VIEW, spec));
    spec = PlatformOp.PCPU_VERSION.at(at);
    PcpuVersion.XEN_CPUID.set(VIEW, spec, 0);
    assertEquals(0, platform(PlatformCommand.GET_CPU_VERSION));
    byte[] vendor = new byte[12];
    PcpuVersion.VENDOR_ID.get(VIEW, spec, vendor);
    assertArrayEquals("GenuineIntel".getBytes(StandardCharsets.US_ASCII), vendor);
    assertEquals(6, PcpuVersion.FAMILY.get(VIEW, spec));
    assertEquals(0x1a, PcpuVersion.MODEL.get(VIEW, spec));
    assertEquals(3, PcpuVersion.STEPPING.get(VIEW, spec));
    assertEquals(-ENOSYS, platform(PlatformCommand.MICROCODE_UPDATE));
  }

  @Test
  void guestsMayNot() {
    PlatformOp.CMD.set(VIEW, at, PlatformCommand.GET_CPUINFO);
    PlatformOp.INTERFACE_VERSION.set(VIEW, at, PlatformVersion.INTERFACE_VERSION);
    assertEquals(-EPERM, machine.call(guest.vcpu(0), Hypercalls.PLATFORM_OP, FakeMemory.BASE));
  }
}
