package dev.zendo.fuzz;

import dev.zendo.hypercalls.event.AllocUnbound;
import dev.zendo.hypercalls.event.BindInterdomain;
import dev.zendo.hypercalls.event.BindIpi;
import dev.zendo.hypercalls.event.BindPirq;
import dev.zendo.hypercalls.event.BindVcpu;
import dev.zendo.hypercalls.event.BindVirq;
import dev.zendo.hypercalls.event.Close;
import dev.zendo.hypercalls.event.EventOp;
import dev.zendo.hypercalls.event.ExpandArray;
import dev.zendo.hypercalls.event.InitControl;
import dev.zendo.hypercalls.event.Reset;
import dev.zendo.hypercalls.event.Send;
import dev.zendo.hypercalls.event.SetPriority;
import dev.zendo.hypercalls.event.Status;
import dev.zendo.hypercalls.event.Unmask;
import dev.zendo.hypercalls.grant.CacheFlush;
import dev.zendo.hypercalls.grant.Copy;
import dev.zendo.hypercalls.grant.DumpTable;
import dev.zendo.hypercalls.grant.GetStatusFrames;
import dev.zendo.hypercalls.grant.GetVersion;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypercalls.grant.MapGrantRef;
import dev.zendo.hypercalls.grant.QuerySize;
import dev.zendo.hypercalls.grant.SetVersion;
import dev.zendo.hypercalls.grant.SetupTable;
import dev.zendo.hypercalls.grant.SwapGrantRef;
import dev.zendo.hypercalls.grant.Transfer;
import dev.zendo.hypercalls.grant.UnmapAndReplace;
import dev.zendo.hypercalls.grant.UnmapGrantRef;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.memory.AcquireResource;
import dev.zendo.hypercalls.memory.AddToPhysmap;
import dev.zendo.hypercalls.memory.AddToPhysmapBatch;
import dev.zendo.hypercalls.memory.Exchange;
import dev.zendo.hypercalls.memory.ForeignMemoryMap;
import dev.zendo.hypercalls.memory.MachphysMapping;
import dev.zendo.hypercalls.memory.MachphysMfnList;
import dev.zendo.hypercalls.memory.MemoryDomain;
import dev.zendo.hypercalls.memory.MemoryMap;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypercalls.memory.RemoveFromPhysmap;
import dev.zendo.hypercalls.memory.Reservation;
import dev.zendo.hypercalls.physdev.Eoi;
import dev.zendo.hypercalls.physdev.IrqStatusQuery;
import dev.zendo.hypercalls.physdev.MapPirq;
import dev.zendo.hypercalls.physdev.PhysdevOp;
import dev.zendo.hypercalls.physdev.PirqEoiGmfn;
import dev.zendo.hypercalls.physdev.SetIobitmap;
import dev.zendo.hypercalls.physdev.SetIopl;
import dev.zendo.hypercalls.sched.PinOverride;
import dev.zendo.hypercalls.sched.Poll;
import dev.zendo.hypercalls.sched.RemoteShutdown;
import dev.zendo.hypercalls.sched.SchedOp;
import dev.zendo.hypercalls.sched.Shutdown;
import dev.zendo.hypercalls.sched.Watchdog;
import dev.zendo.hypercalls.trap.CallbackOp;
import dev.zendo.hypercalls.trap.CallbackRegister;
import dev.zendo.hypercalls.trap.CallbackUnregister;
import dev.zendo.hypercalls.vcpu.RegisterRunstateArea;
import dev.zendo.hypercalls.vcpu.RegisterTimeArea;
import dev.zendo.hypercalls.vcpu.RegisterVcpuInfo;
import dev.zendo.hypercalls.vcpu.SetPeriodicTimer;
import dev.zendo.hypercalls.vcpu.SetSingleshotTimer;
import dev.zendo.hypercalls.vcpu.VcpuOp;
import java.util.List;

/** Sub-operations and what they point to. */
final class Ops {
  /**
   * A sub-operation.
   *
   * @param layout of its structure; null when it has none
   * @param rare whether a domain may be unable to go on after it
   */
  record Op(int number, Layout layout, boolean rare) {
    static Op of(int number, Layout layout) {
      return new Op(number, layout, false);
    }

    static Op rare(int number, Layout layout) {
      return new Op(number, layout, true);
    }
  }

  static final List<Op> EVENTS =
      List.of(
          Op.of(EventOp.ALLOC_UNBOUND, AllocUnbound.LAYOUT),
          Op.of(EventOp.BIND_INTERDOMAIN, BindInterdomain.LAYOUT),
          Op.of(EventOp.BIND_INTERDOMAIN, BindInterdomain.LAYOUT),
          Op.of(EventOp.BIND_VIRQ, BindVirq.LAYOUT),
          Op.of(EventOp.BIND_IPI, BindIpi.LAYOUT),
          Op.of(EventOp.BIND_PIRQ, BindPirq.LAYOUT),
          Op.of(EventOp.BIND_VCPU, BindVcpu.LAYOUT),
          Op.of(EventOp.CLOSE, Close.LAYOUT),
          Op.of(EventOp.CLOSE, Close.LAYOUT),
          Op.of(EventOp.SEND, Send.LAYOUT),
          Op.of(EventOp.STATUS, Status.LAYOUT),
          Op.of(EventOp.UNMASK, Unmask.LAYOUT),
          Op.rare(EventOp.RESET, Reset.LAYOUT),
          Op.of(EventOp.INIT_CONTROL, InitControl.LAYOUT),
          Op.of(EventOp.EXPAND_ARRAY, ExpandArray.LAYOUT),
          Op.of(EventOp.SET_PRIORITY, SetPriority.LAYOUT));

  static final List<Op> GRANTS =
      List.of(
          Op.of(GrantOp.MAP_GRANT_REF, MapGrantRef.LAYOUT),
          Op.of(GrantOp.UNMAP_GRANT_REF, UnmapGrantRef.LAYOUT),
          Op.of(GrantOp.SETUP_TABLE, SetupTable.LAYOUT),
          Op.of(GrantOp.DUMP_TABLE, DumpTable.LAYOUT),
          Op.of(GrantOp.TRANSFER, Transfer.LAYOUT),
          Op.of(GrantOp.COPY, Copy.LAYOUT),
          Op.of(GrantOp.COPY, Copy.LAYOUT),
          Op.of(GrantOp.QUERY_SIZE, QuerySize.LAYOUT),
          Op.of(GrantOp.UNMAP_AND_REPLACE, UnmapAndReplace.LAYOUT),
          Op.of(GrantOp.SET_VERSION, SetVersion.LAYOUT),
          Op.of(GrantOp.GET_STATUS_FRAMES, GetStatusFrames.LAYOUT),
          Op.of(GrantOp.GET_VERSION, GetVersion.LAYOUT),
          Op.of(GrantOp.SWAP_GRANT_REF, SwapGrantRef.LAYOUT),
          Op.of(GrantOp.CACHE_FLUSH, CacheFlush.LAYOUT));

  static final List<Op> MEMORY =
      List.of(
          Op.of(MemoryOp.INCREASE_RESERVATION, Reservation.LAYOUT),
          Op.of(MemoryOp.DECREASE_RESERVATION, Reservation.LAYOUT),
          Op.of(MemoryOp.POPULATE_PHYSMAP, Reservation.LAYOUT),
          Op.of(MemoryOp.EXCHANGE, Exchange.LAYOUT),
          Op.of(MemoryOp.CURRENT_RESERVATION, MemoryDomain.LAYOUT),
          Op.of(MemoryOp.MAXIMUM_GPFN, MemoryDomain.LAYOUT),
          Op.of(MemoryOp.MACHPHYS_MFN_LIST, MachphysMfnList.LAYOUT),
          Op.of(MemoryOp.MACHPHYS_MAPPING, MachphysMapping.LAYOUT),
          Op.of(MemoryOp.ADD_TO_PHYSMAP, AddToPhysmap.LAYOUT),
          Op.of(MemoryOp.ADD_TO_PHYSMAP_BATCH, AddToPhysmapBatch.LAYOUT),
          Op.of(MemoryOp.REMOVE_FROM_PHYSMAP, RemoveFromPhysmap.LAYOUT),
          Op.of(MemoryOp.MEMORY_MAP, MemoryMap.LAYOUT),
          Op.of(MemoryOp.SET_MEMORY_MAP, ForeignMemoryMap.LAYOUT),
          Op.of(MemoryOp.CLAIM_PAGES, Reservation.LAYOUT),
          Op.of(MemoryOp.ACQUIRE_RESOURCE, AcquireResource.LAYOUT));

  static final List<Op> VCPUS =
      List.of(
          Op.of(VcpuOp.IS_UP, null),
          Op.of(VcpuOp.GET_RUNSTATE_INFO, null),
          Op.of(VcpuOp.UP, null),
          Op.rare(VcpuOp.DOWN, null),
          Op.rare(VcpuOp.INITIALISE, null),
          Op.of(VcpuOp.REGISTER_RUNSTATE_MEMORY_AREA, RegisterRunstateArea.LAYOUT),
          Op.of(VcpuOp.SET_PERIODIC_TIMER, SetPeriodicTimer.LAYOUT),
          Op.of(VcpuOp.STOP_PERIODIC_TIMER, null),
          Op.of(VcpuOp.SET_SINGLESHOT_TIMER, SetSingleshotTimer.LAYOUT),
          Op.of(VcpuOp.STOP_SINGLESHOT_TIMER, null),
          Op.rare(VcpuOp.REGISTER_VCPU_INFO, RegisterVcpuInfo.LAYOUT),
          Op.of(VcpuOp.SEND_NMI, null),
          Op.of(VcpuOp.GET_PHYSID, null),
          Op.of(VcpuOp.REGISTER_VCPU_TIME_MEMORY_AREA, RegisterTimeArea.LAYOUT));

  static final List<Op> SCHEDULES =
      List.of(
          Op.of(SchedOp.YIELD, null),
          Op.of(SchedOp.POLL, Poll.LAYOUT),
          Op.rare(SchedOp.BLOCK, null),
          Op.rare(SchedOp.SHUTDOWN, Shutdown.LAYOUT),
          Op.of(SchedOp.REMOTE_SHUTDOWN, RemoteShutdown.LAYOUT),
          Op.rare(SchedOp.SHUTDOWN_CODE, Shutdown.LAYOUT),
          Op.rare(SchedOp.WATCHDOG, Watchdog.LAYOUT),
          Op.of(SchedOp.PIN_OVERRIDE, PinOverride.LAYOUT));

  static final List<Op> PHYSDEV =
      List.of(
          Op.of(PhysdevOp.EOI, Eoi.LAYOUT),
          Op.of(PhysdevOp.IRQ_STATUS_QUERY, IrqStatusQuery.LAYOUT),
          Op.of(PhysdevOp.SET_IOPL, SetIopl.LAYOUT),
          Op.of(PhysdevOp.SET_IOBITMAP, SetIobitmap.LAYOUT),
          Op.of(PhysdevOp.MAP_PIRQ, MapPirq.LAYOUT),
          Op.of(PhysdevOp.PIRQ_EOI_GMFN_V2, PirqEoiGmfn.LAYOUT));

  static final List<Op> CALLBACKS =
      List.of(
          Op.of(CallbackOp.REGISTER, CallbackRegister.LAYOUT),
          Op.of(CallbackOp.UNREGISTER, CallbackUnregister.LAYOUT));

  private Ops() {}
}
