package dev.zendo.hypercalls.generate;

import dev.zendo.hypercalls.AddressSpace;
import dev.zendo.hypercalls.ConsoleIo;
import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Selectors;
import dev.zendo.hypercalls.VmAssist;
import dev.zendo.hypercalls.VmAssistCommand;
import dev.zendo.hypercalls.domctl.AddressSize;
import dev.zendo.hypercalls.domctl.AffinityFlags;
import dev.zendo.hypercalls.domctl.ArchDomainConfig;
import dev.zendo.hypercalls.domctl.Bitmap;
import dev.zendo.hypercalls.domctl.CreateDomain;
import dev.zendo.hypercalls.domctl.CreateFlags;
import dev.zendo.hypercalls.domctl.DomainFlags;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.DomctlVersion;
import dev.zendo.hypercalls.domctl.ExtVcpuContext;
import dev.zendo.hypercalls.domctl.GetDomainInfo;
import dev.zendo.hypercalls.domctl.GetPageFrameInfo3;
import dev.zendo.hypercalls.domctl.GetVcpuInfo;
import dev.zendo.hypercalls.domctl.HypercallInit;
import dev.zendo.hypercalls.domctl.IomemPermission;
import dev.zendo.hypercalls.domctl.IoportPermission;
import dev.zendo.hypercalls.domctl.IrqPermission;
import dev.zendo.hypercalls.domctl.MaxMem;
import dev.zendo.hypercalls.domctl.MaxVcpus;
import dev.zendo.hypercalls.domctl.SchedCredit;
import dev.zendo.hypercalls.domctl.SchedulerCommand;
import dev.zendo.hypercalls.domctl.SchedulerId;
import dev.zendo.hypercalls.domctl.SchedulerOp;
import dev.zendo.hypercalls.domctl.SendTrigger;
import dev.zendo.hypercalls.domctl.SetDebugging;
import dev.zendo.hypercalls.domctl.SetDomainHandle;
import dev.zendo.hypercalls.domctl.SetTarget;
import dev.zendo.hypercalls.domctl.SetTimeOffset;
import dev.zendo.hypercalls.domctl.SetVirqHandler;
import dev.zendo.hypercalls.domctl.ShadowCommand;
import dev.zendo.hypercalls.domctl.ShadowOp;
import dev.zendo.hypercalls.domctl.ShadowOpStats;
import dev.zendo.hypercalls.domctl.Trigger;
import dev.zendo.hypercalls.domctl.TscInfo;
import dev.zendo.hypercalls.domctl.VcpuAffinity;
import dev.zendo.hypercalls.domctl.VcpuContext;
import dev.zendo.hypercalls.domctl.VcpuExtState;
import dev.zendo.hypercalls.domctl.VcpuMsr;
import dev.zendo.hypercalls.domctl.VcpuMsrs;
import dev.zendo.hypercalls.event.AllocUnbound;
import dev.zendo.hypercalls.event.BindInterdomain;
import dev.zendo.hypercalls.event.BindIpi;
import dev.zendo.hypercalls.event.BindPirq;
import dev.zendo.hypercalls.event.BindVcpu;
import dev.zendo.hypercalls.event.BindVirq;
import dev.zendo.hypercalls.event.ChannelStatus;
import dev.zendo.hypercalls.event.Close;
import dev.zendo.hypercalls.event.EventLimits;
import dev.zendo.hypercalls.event.EventOp;
import dev.zendo.hypercalls.event.EventOpCompat;
import dev.zendo.hypercalls.event.ExpandArray;
import dev.zendo.hypercalls.event.FifoControlBlock;
import dev.zendo.hypercalls.event.InitControl;
import dev.zendo.hypercalls.event.Reset;
import dev.zendo.hypercalls.event.Send;
import dev.zendo.hypercalls.event.SetPriority;
import dev.zendo.hypercalls.event.Status;
import dev.zendo.hypercalls.event.Unmask;
import dev.zendo.hypercalls.event.Virq;
import dev.zendo.hypercalls.grant.CacheFlush;
import dev.zendo.hypercalls.grant.Copy;
import dev.zendo.hypercalls.grant.CopyFlags;
import dev.zendo.hypercalls.grant.CopyPointer;
import dev.zendo.hypercalls.grant.DumpTable;
import dev.zendo.hypercalls.grant.GetStatusFrames;
import dev.zendo.hypercalls.grant.GetVersion;
import dev.zendo.hypercalls.grant.GrantCacheFlags;
import dev.zendo.hypercalls.grant.GrantEntryHeader;
import dev.zendo.hypercalls.grant.GrantEntryV1;
import dev.zendo.hypercalls.grant.GrantEntryV2;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypercalls.grant.GrantTable;
import dev.zendo.hypercalls.grant.MapFlags;
import dev.zendo.hypercalls.grant.MapGrantRef;
import dev.zendo.hypercalls.grant.QuerySize;
import dev.zendo.hypercalls.grant.SetVersion;
import dev.zendo.hypercalls.grant.SetupTable;
import dev.zendo.hypercalls.grant.SwapGrantRef;
import dev.zendo.hypercalls.grant.Transfer;
import dev.zendo.hypercalls.grant.UnmapAndReplace;
import dev.zendo.hypercalls.grant.UnmapGrantRef;
import dev.zendo.hypercalls.io.BlkifDiscard;
import dev.zendo.hypercalls.io.BlkifIndirect;
import dev.zendo.hypercalls.io.BlkifInfo;
import dev.zendo.hypercalls.io.BlkifLimits;
import dev.zendo.hypercalls.io.BlkifOp;
import dev.zendo.hypercalls.io.BlkifRequest;
import dev.zendo.hypercalls.io.BlkifResponse;
import dev.zendo.hypercalls.io.BlkifSegment;
import dev.zendo.hypercalls.io.BlkifStatus;
import dev.zendo.hypercalls.io.ConsoleRing;
import dev.zendo.hypercalls.io.FramebufferPage;
import dev.zendo.hypercalls.io.FramebufferResize;
import dev.zendo.hypercalls.io.FramebufferRings;
import dev.zendo.hypercalls.io.FramebufferUpdate;
import dev.zendo.hypercalls.io.KeyboardKey;
import dev.zendo.hypercalls.io.KeyboardPage;
import dev.zendo.hypercalls.io.KeyboardPosition;
import dev.zendo.hypercalls.io.KeyboardRings;
import dev.zendo.hypercalls.io.NetifCtrlRequest;
import dev.zendo.hypercalls.io.NetifCtrlResponse;
import dev.zendo.hypercalls.io.NetifCtrlStatus;
import dev.zendo.hypercalls.io.NetifCtrlType;
import dev.zendo.hypercalls.io.NetifExtraFlags;
import dev.zendo.hypercalls.io.NetifExtraInfo;
import dev.zendo.hypercalls.io.NetifExtraType;
import dev.zendo.hypercalls.io.NetifGsoType;
import dev.zendo.hypercalls.io.NetifHashAlgorithm;
import dev.zendo.hypercalls.io.NetifHashType;
import dev.zendo.hypercalls.io.NetifLimits;
import dev.zendo.hypercalls.io.NetifRxFlags;
import dev.zendo.hypercalls.io.NetifRxRequest;
import dev.zendo.hypercalls.io.NetifRxResponse;
import dev.zendo.hypercalls.io.NetifStatus;
import dev.zendo.hypercalls.io.NetifTxFlags;
import dev.zendo.hypercalls.io.NetifTxRequest;
import dev.zendo.hypercalls.io.NetifTxResponse;
import dev.zendo.hypercalls.io.NinePMessage;
import dev.zendo.hypercalls.io.NinePValues;
import dev.zendo.hypercalls.io.NinePfsInterface;
import dev.zendo.hypercalls.io.SharedRing;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.hypercalls.io.XenstoreLimits;
import dev.zendo.hypercalls.io.XenstoreMessage;
import dev.zendo.hypercalls.io.XenstoreRing;
import dev.zendo.hypercalls.io.XenstoreType;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.memory.AcquireResource;
import dev.zendo.hypercalls.memory.AddToPhysmap;
import dev.zendo.hypercalls.memory.AddToPhysmapBatch;
import dev.zendo.hypercalls.memory.E820;
import dev.zendo.hypercalls.memory.E820Entry;
import dev.zendo.hypercalls.memory.Exchange;
import dev.zendo.hypercalls.memory.ForeignMemoryMap;
import dev.zendo.hypercalls.memory.MachphysMapping;
import dev.zendo.hypercalls.memory.MachphysMfnList;
import dev.zendo.hypercalls.memory.MapSpace;
import dev.zendo.hypercalls.memory.MemFlags;
import dev.zendo.hypercalls.memory.MemoryDomain;
import dev.zendo.hypercalls.memory.MemoryMap;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypercalls.memory.PodTarget;
import dev.zendo.hypercalls.memory.RemoveFromPhysmap;
import dev.zendo.hypercalls.memory.Reservation;
import dev.zendo.hypercalls.memory.VnumaTopologyInfo;
import dev.zendo.hypercalls.mmu.MmuCommand;
import dev.zendo.hypercalls.mmu.MmuUpdate;
import dev.zendo.hypercalls.mmu.MmuextCommand;
import dev.zendo.hypercalls.mmu.MmuextOp;
import dev.zendo.hypercalls.mmu.MulticallEntry;
import dev.zendo.hypercalls.mmu.VaFlags;
import dev.zendo.hypercalls.physdev.Apic;
import dev.zendo.hypercalls.physdev.Eoi;
import dev.zendo.hypercalls.physdev.GetFreePirq;
import dev.zendo.hypercalls.physdev.Irq;
import dev.zendo.hypercalls.physdev.IrqStatusQuery;
import dev.zendo.hypercalls.physdev.MapPirq;
import dev.zendo.hypercalls.physdev.PciDevice;
import dev.zendo.hypercalls.physdev.PhysdevOp;
import dev.zendo.hypercalls.physdev.PhysdevOpCompat;
import dev.zendo.hypercalls.physdev.PirqEoiGmfn;
import dev.zendo.hypercalls.physdev.SetIobitmap;
import dev.zendo.hypercalls.physdev.SetIopl;
import dev.zendo.hypercalls.physdev.SetupGsi;
import dev.zendo.hypercalls.physdev.UnmapPirq;
import dev.zendo.hypercalls.platform.PcpuInfo;
import dev.zendo.hypercalls.platform.PcpuVersion;
import dev.zendo.hypercalls.platform.PlatformCommand;
import dev.zendo.hypercalls.platform.PlatformOp;
import dev.zendo.hypercalls.platform.PlatformVersion;
import dev.zendo.hypercalls.platform.PmuOp;
import dev.zendo.hypercalls.platform.PmuParams;
import dev.zendo.hypercalls.platform.SetTime32;
import dev.zendo.hypercalls.platform.SetTime64;
import dev.zendo.hypercalls.sched.PinOverride;
import dev.zendo.hypercalls.sched.Poll;
import dev.zendo.hypercalls.sched.RemoteShutdown;
import dev.zendo.hypercalls.sched.SchedOp;
import dev.zendo.hypercalls.sched.Shutdown;
import dev.zendo.hypercalls.sched.ShutdownReason;
import dev.zendo.hypercalls.sched.Watchdog;
import dev.zendo.hypercalls.start.ArchSharedInfo;
import dev.zendo.hypercalls.start.ArchVcpuInfo;
import dev.zendo.hypercalls.start.ElfNote;
import dev.zendo.hypercalls.start.Limits;
import dev.zendo.hypercalls.start.PvclockFlags;
import dev.zendo.hypercalls.start.SharedInfo;
import dev.zendo.hypercalls.start.StartFlags;
import dev.zendo.hypercalls.start.StartInfo;
import dev.zendo.hypercalls.start.VcpuInfo;
import dev.zendo.hypercalls.start.VcpuTimeInfo;
import dev.zendo.hypercalls.sysctl.AvailHeap;
import dev.zendo.hypercalls.sysctl.CpuInfo;
import dev.zendo.hypercalls.sysctl.CpuTopo;
import dev.zendo.hypercalls.sysctl.CpuTopoInfo;
import dev.zendo.hypercalls.sysctl.CreditLimits;
import dev.zendo.hypercalls.sysctl.CreditSchedule;
import dev.zendo.hypercalls.sysctl.DebugKeys;
import dev.zendo.hypercalls.sysctl.GetCpuInfo;
import dev.zendo.hypercalls.sysctl.GetDomainInfoList;
import dev.zendo.hypercalls.sysctl.MemInfo;
import dev.zendo.hypercalls.sysctl.NumaInfo;
import dev.zendo.hypercalls.sysctl.PhysCapabilities;
import dev.zendo.hypercalls.sysctl.PhysInfo;
import dev.zendo.hypercalls.sysctl.ReadConsole;
import dev.zendo.hypercalls.sysctl.SchedId;
import dev.zendo.hypercalls.sysctl.Sysctl;
import dev.zendo.hypercalls.sysctl.SysctlOp;
import dev.zendo.hypercalls.sysctl.SysctlVersion;
import dev.zendo.hypercalls.sysctl.SystemSchedulerCommand;
import dev.zendo.hypercalls.sysctl.SystemSchedulerOp;
import dev.zendo.hypercalls.trap.CallbackFlags;
import dev.zendo.hypercalls.trap.CallbackOp;
import dev.zendo.hypercalls.trap.CallbackRegister;
import dev.zendo.hypercalls.trap.CallbackType;
import dev.zendo.hypercalls.trap.CallbackUnregister;
import dev.zendo.hypercalls.trap.CpuUserRegs;
import dev.zendo.hypercalls.trap.IretContext;
import dev.zendo.hypercalls.trap.IretFlags;
import dev.zendo.hypercalls.trap.NmiCallback;
import dev.zendo.hypercalls.trap.NmiOp;
import dev.zendo.hypercalls.trap.SegmentBase;
import dev.zendo.hypercalls.trap.TrapInfo;
import dev.zendo.hypercalls.vcpu.ContextFlags;
import dev.zendo.hypercalls.vcpu.GetPhysid;
import dev.zendo.hypercalls.vcpu.RegisterRunstateArea;
import dev.zendo.hypercalls.vcpu.RegisterTimeArea;
import dev.zendo.hypercalls.vcpu.RegisterVcpuInfo;
import dev.zendo.hypercalls.vcpu.Runstate;
import dev.zendo.hypercalls.vcpu.RunstateFlags;
import dev.zendo.hypercalls.vcpu.RunstateInfo;
import dev.zendo.hypercalls.vcpu.SetPeriodicTimer;
import dev.zendo.hypercalls.vcpu.SetSingleshotTimer;
import dev.zendo.hypercalls.vcpu.SingleshotFlags;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import dev.zendo.hypercalls.vcpu.VcpuOp;
import dev.zendo.hypercalls.version.BuildId;
import dev.zendo.hypercalls.version.CompileInfo;
import dev.zendo.hypercalls.version.Feature;
import dev.zendo.hypercalls.version.FeatureInfo;
import dev.zendo.hypercalls.version.PlatformParameters;
import dev.zendo.hypercalls.version.VersionOp;
import java.util.List;

/**
 * Everything that the generators print: the structures and constants of the ABI by family, in an
 * order in which a C compiler accepts the structures.
 */
public final class Catalogue {
  /**
   * Structures and constants that belong together.
   *
   * @param title heading in the documentation
   * @param structures in the order of declaration
   * @param constants classes of constants
   */
  public record Family(String title, List<Layout> structures, List<Constants> constants) {}

  /**
   * A class of integer constants and how its names are spelled in C.
   *
   * @param type the class
   * @param prefix what stands before the name
   * @param lowerCase whether the rest is in lower case
   */
  public record Constants(Class<?> type, String prefix, boolean lowerCase) {}

  /** Every family, structures before their users. */
  public static final List<Family> FAMILIES =
      List.of(
          new Family(
              "General",
              List.of(),
              List.of(
                  new Constants(Errno.class, "", false),
                  new Constants(Domid.class, "DOMID_", false),
                  new Constants(Selectors.class, "FLAT_", false),
                  new Constants(AddressSpace.class, "", false),
                  new Constants(VmAssist.class, "VMASST_TYPE_", true),
                  new Constants(VmAssistCommand.class, "VMASST_CMD_", true),
                  new Constants(ConsoleIo.class, "CONSOLEIO_", true))),
          new Family(
              "Start of day and shared pages",
              List.of(
                  VcpuTimeInfo.LAYOUT,
                  ArchVcpuInfo.LAYOUT,
                  VcpuInfo.LAYOUT,
                  ArchSharedInfo.LAYOUT,
                  SharedInfo.LAYOUT,
                  StartInfo.LAYOUT),
              List.of(
                  new Constants(StartFlags.class, "SIF_", false),
                  new Constants(ElfNote.class, "XEN_ELFNOTE_", false),
                  new Constants(PvclockFlags.class, "XEN_PVCLOCK_", false),
                  new Constants(Limits.class, "XEN_", false))),
          new Family(
              "Traps and callbacks",
              List.of(
                  TrapInfo.LAYOUT,
                  CpuUserRegs.LAYOUT,
                  IretContext.LAYOUT,
                  CallbackRegister.LAYOUT,
                  CallbackUnregister.LAYOUT,
                  NmiCallback.LAYOUT),
              List.of(
                  new Constants(SegmentBase.class, "SEGBASE_", false),
                  new Constants(CallbackType.class, "CALLBACKTYPE_", true),
                  new Constants(CallbackFlags.class, "CALLBACKF_", true),
                  new Constants(CallbackOp.class, "CALLBACKOP_", true),
                  new Constants(NmiOp.class, "XENNMI_", true),
                  new Constants(IretFlags.class, "VGCF_", true))),
          new Family(
              "Event channels",
              List.of(
                  AllocUnbound.LAYOUT,
                  BindInterdomain.LAYOUT,
                  BindVirq.LAYOUT,
                  BindPirq.LAYOUT,
                  BindIpi.LAYOUT,
                  Close.LAYOUT,
                  Send.LAYOUT,
                  Status.LAYOUT,
                  BindVcpu.LAYOUT,
                  Unmask.LAYOUT,
                  Reset.LAYOUT,
                  InitControl.LAYOUT,
                  ExpandArray.LAYOUT,
                  SetPriority.LAYOUT,
                  FifoControlBlock.LAYOUT,
                  EventOpCompat.LAYOUT),
              List.of(
                  new Constants(EventOp.class, "EVTCHNOP_", true),
                  new Constants(ChannelStatus.class, "EVTCHNSTAT_", true),
                  new Constants(Virq.class, "VIRQ_", false),
                  new Constants(EventLimits.class, "EVTCHN_", false))),
          new Family(
              "Grant tables",
              List.of(
                  GrantEntryV1.LAYOUT,
                  GrantEntryHeader.LAYOUT,
                  GrantEntryV2.LAYOUT,
                  MapGrantRef.LAYOUT,
                  UnmapGrantRef.LAYOUT,
                  SetupTable.LAYOUT,
                  DumpTable.LAYOUT,
                  Transfer.LAYOUT,
                  CopyPointer.LAYOUT,
                  Copy.LAYOUT,
                  QuerySize.LAYOUT,
                  UnmapAndReplace.LAYOUT,
                  SetVersion.LAYOUT,
                  GetStatusFrames.LAYOUT,
                  GetVersion.LAYOUT,
                  SwapGrantRef.LAYOUT,
                  CacheFlush.LAYOUT),
              List.of(
                  new Constants(GrantOp.class, "GNTTABOP_", true),
                  new Constants(GrantStatus.class, "GNTST_", true),
                  new Constants(GrantFlags.class, "GTF_", true),
                  new Constants(GrantCacheFlags.class, "GTF_", false),
                  new Constants(MapFlags.class, "GNTMAP_", true),
                  new Constants(CopyFlags.class, "GNTCOPY_", true),
                  new Constants(GrantTable.class, "GNTTAB_", false))),
          new Family(
              "Memory",
              List.of(
                  Reservation.LAYOUT,
                  Exchange.LAYOUT,
                  MemoryDomain.LAYOUT,
                  MachphysMfnList.LAYOUT,
                  MachphysMapping.LAYOUT,
                  AddToPhysmap.LAYOUT,
                  AddToPhysmapBatch.LAYOUT,
                  RemoveFromPhysmap.LAYOUT,
                  MemoryMap.LAYOUT,
                  ForeignMemoryMap.LAYOUT,
                  E820Entry.LAYOUT,
                  PodTarget.LAYOUT,
                  AcquireResource.LAYOUT,
                  VnumaTopologyInfo.LAYOUT),
              List.of(
                  new Constants(MemoryOp.class, "XENMEM_", true),
                  new Constants(MapSpace.class, "XENMAPSPACE_", true),
                  new Constants(MemFlags.class, "XENMEMF_", true),
                  new Constants(E820.class, "E820_", false))),
          new Family(
              "Page tables and batches",
              List.of(MmuUpdate.LAYOUT, MmuextOp.LAYOUT, MulticallEntry.LAYOUT),
              List.of(
                  new Constants(MmuCommand.class, "MMU_", false),
                  new Constants(MmuextCommand.class, "MMUEXT_", false),
                  new Constants(VaFlags.class, "UVMF_", false))),
          new Family(
              "Scheduling",
              List.of(
                  Shutdown.LAYOUT,
                  Poll.LAYOUT,
                  RemoteShutdown.LAYOUT,
                  Watchdog.LAYOUT,
                  PinOverride.LAYOUT),
              List.of(
                  new Constants(SchedOp.class, "SCHEDOP_", true),
                  new Constants(ShutdownReason.class, "SHUTDOWN_", true))),
          new Family(
              "Vcpus",
              List.of(
                  VcpuGuestContext.LAYOUT,
                  RunstateInfo.LAYOUT,
                  RegisterRunstateArea.LAYOUT,
                  RegisterTimeArea.LAYOUT,
                  SetPeriodicTimer.LAYOUT,
                  SetSingleshotTimer.LAYOUT,
                  RegisterVcpuInfo.LAYOUT,
                  GetPhysid.LAYOUT),
              List.of(
                  new Constants(VcpuOp.class, "VCPUOP_", true),
                  new Constants(Runstate.class, "RUNSTATE_", true),
                  new Constants(RunstateFlags.class, "XEN_RUNSTATE_", false),
                  new Constants(SingleshotFlags.class, "VCPU_SSHOTTMR_", true),
                  new Constants(ContextFlags.class, "VGCF_", true))),
          new Family(
              "Version and features",
              List.of(
                  CompileInfo.LAYOUT,
                  PlatformParameters.LAYOUT,
                  FeatureInfo.LAYOUT,
                  BuildId.LAYOUT),
              List.of(
                  new Constants(VersionOp.class, "XENVER_", true),
                  new Constants(Feature.class, "XENFEAT_", true))),
          new Family(
              "Physical devices",
              List.of(
                  Eoi.LAYOUT,
                  PirqEoiGmfn.LAYOUT,
                  IrqStatusQuery.LAYOUT,
                  SetIopl.LAYOUT,
                  SetIobitmap.LAYOUT,
                  Apic.LAYOUT,
                  Irq.LAYOUT,
                  MapPirq.LAYOUT,
                  UnmapPirq.LAYOUT,
                  SetupGsi.LAYOUT,
                  GetFreePirq.LAYOUT,
                  PciDevice.LAYOUT,
                  PhysdevOpCompat.LAYOUT),
              List.of(new Constants(PhysdevOp.class, "PHYSDEVOP_", true))),
          new Family(
              "Domain control",
              List.of(
                  ArchDomainConfig.LAYOUT,
                  CreateDomain.LAYOUT,
                  GetDomainInfo.LAYOUT,
                  GetPageFrameInfo3.LAYOUT,
                  MaxMem.LAYOUT,
                  VcpuContext.LAYOUT,
                  GetVcpuInfo.LAYOUT,
                  Bitmap.LAYOUT,
                  VcpuAffinity.LAYOUT,
                  MaxVcpus.LAYOUT,
                  SetDomainHandle.LAYOUT,
                  HypercallInit.LAYOUT,
                  SetTimeOffset.LAYOUT,
                  AddressSize.LAYOUT,
                  SendTrigger.LAYOUT,
                  TscInfo.LAYOUT,
                  SetVirqHandler.LAYOUT,
                  SetTarget.LAYOUT,
                  ShadowOpStats.LAYOUT,
                  ShadowOp.LAYOUT,
                  SchedCredit.LAYOUT,
                  SchedulerOp.LAYOUT,
                  ExtVcpuContext.VMCE_LAYOUT,
                  ExtVcpuContext.LAYOUT,
                  VcpuMsr.LAYOUT,
                  VcpuExtState.LAYOUT,
                  VcpuMsrs.LAYOUT,
                  SetDebugging.LAYOUT,
                  IrqPermission.LAYOUT,
                  IomemPermission.LAYOUT,
                  IoportPermission.LAYOUT,
                  Domctl.LAYOUT),
              List.of(
                  new Constants(DomctlOp.class, "XEN_DOMCTL_", true),
                  new Constants(DomctlVersion.class, "XEN_DOMCTL_", false),
                  new Constants(CreateFlags.class, "XEN_DOMCTL_CDF_", true),
                  new Constants(DomainFlags.class, "XEN_DOMINF_", true),
                  new Constants(SchedulerId.class, "XEN_SCHEDULER_", false),
                  new Constants(SchedulerCommand.class, "XEN_DOMCTL_SCHEDOP_", true),
                  new Constants(ShadowCommand.class, "XEN_DOMCTL_SHADOW_OP_", true),
                  new Constants(Trigger.class, "XEN_DOMCTL_SENDTRIGGER_", true),
                  new Constants(AffinityFlags.class, "XEN_VCPUAFFINITY_", false))),
          new Family(
              "System control",
              List.of(
                  ReadConsole.LAYOUT,
                  PhysInfo.LAYOUT,
                  SchedId.LAYOUT,
                  GetDomainInfoList.LAYOUT,
                  DebugKeys.LAYOUT,
                  CpuInfo.LAYOUT,
                  GetCpuInfo.LAYOUT,
                  AvailHeap.LAYOUT,
                  CreditSchedule.LAYOUT,
                  SystemSchedulerOp.LAYOUT,
                  CpuTopo.LAYOUT,
                  CpuTopoInfo.LAYOUT,
                  MemInfo.LAYOUT,
                  NumaInfo.LAYOUT,
                  Sysctl.LAYOUT),
              List.of(
                  new Constants(SysctlOp.class, "XEN_SYSCTL_", true),
                  new Constants(SysctlVersion.class, "XEN_SYSCTL_", false),
                  new Constants(SystemSchedulerCommand.class, "XEN_SYSCTL_SCHEDOP_", true),
                  new Constants(CreditLimits.class, "XEN_SYSCTL_", false),
                  new Constants(PhysCapabilities.class, "XEN_SYSCTL_PHYSCAP_", true))),
          new Family(
              "Platform",
              List.of(
                  SetTime64.LAYOUT,
                  SetTime32.LAYOUT,
                  PcpuInfo.LAYOUT,
                  PcpuVersion.LAYOUT,
                  PlatformOp.LAYOUT,
                  PmuParams.LAYOUT),
              List.of(
                  new Constants(PlatformCommand.class, "XENPF_", true),
                  new Constants(PlatformVersion.class, "XENPF_", false),
                  new Constants(PmuOp.class, "XENPMU_", true))),
          new Family(
              "Shared rings",
              List.of(
                  ConsoleRing.LAYOUT,
                  XenstoreRing.LAYOUT,
                  XenstoreMessage.LAYOUT,
                  SharedRing.LAYOUT),
              List.of(
                  new Constants(XenstoreType.class, "XS_", false),
                  new Constants(XenstoreLimits.class, "XENSTORE_", false),
                  new Constants(XenbusState.class, "XENBUS_STATE_", false))),
          new Family(
              "Network interfaces",
              List.of(
                  NetifTxRequest.LAYOUT,
                  NetifTxResponse.LAYOUT,
                  NetifRxRequest.LAYOUT,
                  NetifRxResponse.LAYOUT,
                  NetifExtraInfo.LAYOUT,
                  NetifCtrlRequest.LAYOUT,
                  NetifCtrlResponse.LAYOUT),
              List.of(
                  new Constants(NetifTxFlags.class, "NETTXF_", true),
                  new Constants(NetifRxFlags.class, "NETRXF_", true),
                  new Constants(NetifStatus.class, "NETIF_RSP_", false),
                  new Constants(NetifLimits.class, "XEN_NETIF_", false),
                  new Constants(NetifExtraType.class, "XEN_NETIF_EXTRA_TYPE_", false),
                  new Constants(NetifExtraFlags.class, "XEN_NETIF_EXTRA_FLAG_", false),
                  new Constants(NetifGsoType.class, "XEN_NETIF_GSO_TYPE_", false),
                  new Constants(NetifCtrlType.class, "XEN_NETIF_CTRL_TYPE_", false),
                  new Constants(NetifCtrlStatus.class, "XEN_NETIF_CTRL_STATUS_", false),
                  new Constants(NetifHashType.class, "XEN_NETIF_CTRL_HASH_TYPE_", false),
                  new Constants(
                      NetifHashAlgorithm.class, "XEN_NETIF_CTRL_HASH_ALGORITHM_", false))),
          new Family(
              "Disks",
              List.of(
                  BlkifSegment.LAYOUT,
                  BlkifRequest.LAYOUT,
                  BlkifDiscard.LAYOUT,
                  BlkifIndirect.LAYOUT,
                  BlkifResponse.LAYOUT),
              List.of(
                  new Constants(BlkifOp.class, "BLKIF_OP_", false),
                  new Constants(BlkifStatus.class, "BLKIF_RSP_", false),
                  new Constants(BlkifLimits.class, "BLKIF_", false),
                  new Constants(BlkifInfo.class, "BLKIF_INFO_", false))),
          new Family(
              "Shared folders",
              List.of(NinePfsInterface.LAYOUT),
              List.of(
                  new Constants(NinePMessage.class, "P9_", false),
                  new Constants(NinePValues.class, "P9_", false))),
          new Family(
              "Framebuffers and keyboards",
              List.of(
                  FramebufferPage.LAYOUT,
                  FramebufferUpdate.LAYOUT,
                  FramebufferResize.LAYOUT,
                  KeyboardPage.LAYOUT,
                  KeyboardKey.LAYOUT,
                  KeyboardPosition.LAYOUT),
              List.of(
                  new Constants(FramebufferRings.class, "XENFB_", false),
                  new Constants(KeyboardRings.class, "XENKBD_", false))));

  private Catalogue() {}
}
