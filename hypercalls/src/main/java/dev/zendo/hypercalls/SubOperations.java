package dev.zendo.hypercalls;

import static dev.zendo.hypercalls.Support.SUPPORTED;
import static dev.zendo.hypercalls.Support.partial;
import static dev.zendo.hypercalls.Support.refused;

import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.event.EventOp;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypercalls.mmu.MmuextCommand;
import dev.zendo.hypercalls.physdev.PhysdevOp;
import dev.zendo.hypercalls.platform.PlatformCommand;
import dev.zendo.hypercalls.platform.PmuOp;
import dev.zendo.hypercalls.sched.SchedOp;
import dev.zendo.hypercalls.sysctl.SysctlOp;
import dev.zendo.hypercalls.trap.CallbackOp;
import dev.zendo.hypercalls.trap.NmiOp;
import dev.zendo.hypercalls.vcpu.VcpuOp;
import dev.zendo.hypercalls.version.VersionOp;
import java.util.List;

/**
 * The sub-operations of every hypercall that has some, and how far each works. Whoever implements
 * or refuses one changes its line here; dispatch checks, traces and {@code docs/abi.md} follow.
 */
final class SubOperations {
  private SubOperations() {}

  static List<SubOperation> eventChannel() {
    return List.of(
        operation(EventOp.BIND_INTERDOMAIN, "bind_interdomain", SUPPORTED),
        operation(EventOp.BIND_VIRQ, "bind_virq", SUPPORTED),
        operation(
            EventOp.BIND_PIRQ, "bind_pirq", refused("-EPERM: no domain owns physical interrupts")),
        operation(EventOp.CLOSE, "close", SUPPORTED),
        operation(EventOp.SEND, "send", SUPPORTED),
        operation(EventOp.STATUS, "status", SUPPORTED),
        operation(EventOp.ALLOC_UNBOUND, "alloc_unbound", SUPPORTED),
        operation(EventOp.BIND_IPI, "bind_ipi", SUPPORTED),
        operation(EventOp.BIND_VCPU, "bind_vcpu", SUPPORTED),
        operation(EventOp.UNMASK, "unmask", SUPPORTED),
        operation(EventOp.RESET, "reset", SUPPORTED),
        operation(EventOp.INIT_CONTROL, "init_control", SUPPORTED),
        operation(EventOp.EXPAND_ARRAY, "expand_array", SUPPORTED),
        operation(EventOp.SET_PRIORITY, "set_priority", SUPPORTED));
  }

  static List<SubOperation> grantTable() {
    return List.of(
        operation(GrantOp.MAP_GRANT_REF, "map_grant_ref", SUPPORTED),
        operation(GrantOp.UNMAP_GRANT_REF, "unmap_grant_ref", SUPPORTED),
        operation(GrantOp.SETUP_TABLE, "setup_table", SUPPORTED),
        operation(GrantOp.DUMP_TABLE, "dump_table", refused(Errno.ENOSYS)),
        operation(GrantOp.TRANSFER, "transfer", SUPPORTED),
        operation(GrantOp.COPY, "copy", SUPPORTED),
        operation(GrantOp.QUERY_SIZE, "query_size", SUPPORTED),
        operation(GrantOp.UNMAP_AND_REPLACE, "unmap_and_replace", SUPPORTED),
        operation(GrantOp.SET_VERSION, "set_version", SUPPORTED),
        operation(GrantOp.GET_STATUS_FRAMES, "get_status_frames", SUPPORTED),
        operation(GrantOp.GET_VERSION, "get_version", SUPPORTED),
        operation(GrantOp.SWAP_GRANT_REF, "swap_grant_ref", SUPPORTED),
        operation(GrantOp.CACHE_FLUSH, "cache_flush", SUPPORTED));
  }

  static List<SubOperation> memory() {
    return List.of(
        operation(MemoryOp.INCREASE_RESERVATION, "increase_reservation", SUPPORTED),
        operation(MemoryOp.DECREASE_RESERVATION, "decrease_reservation", SUPPORTED),
        operation(MemoryOp.MAXIMUM_RAM_PAGE, "maximum_ram_page", SUPPORTED),
        operation(MemoryOp.CURRENT_RESERVATION, "current_reservation", SUPPORTED),
        operation(MemoryOp.MAXIMUM_RESERVATION, "maximum_reservation", SUPPORTED),
        operation(MemoryOp.MACHPHYS_MFN_LIST, "machphys_mfn_list", SUPPORTED),
        operation(MemoryOp.POPULATE_PHYSMAP, "populate_physmap", SUPPORTED),
        operation(
            MemoryOp.ADD_TO_PHYSMAP,
            "add_to_physmap",
            partial("translated domains, which only domain 0 is; -EACCES otherwise")),
        operation(MemoryOp.MEMORY_MAP, "memory_map", SUPPORTED),
        operation(MemoryOp.MACHINE_MEMORY_MAP, "machine_memory_map", SUPPORTED),
        operation(MemoryOp.EXCHANGE, "exchange", SUPPORTED),
        operation(MemoryOp.MACHPHYS_MAPPING, "machphys_mapping", SUPPORTED),
        operation(MemoryOp.SET_MEMORY_MAP, "set_memory_map", SUPPORTED),
        operation(MemoryOp.MAXIMUM_GPFN, "maximum_gpfn", SUPPORTED),
        operation(
            MemoryOp.REMOVE_FROM_PHYSMAP,
            "remove_from_physmap",
            partial("translated domains, which only domain 0 is; -EACCES otherwise")),
        operation(MemoryOp.SET_POD_TARGET, "set_pod_target", refused(Errno.EINVAL)),
        operation(MemoryOp.GET_POD_TARGET, "get_pod_target", refused(Errno.EINVAL)),
        operation(MemoryOp.GET_SHARING_FREED_PAGES, "get_sharing_freed_pages", SUPPORTED),
        operation(MemoryOp.GET_SHARING_SHARED_PAGES, "get_sharing_shared_pages", SUPPORTED),
        operation(MemoryOp.PAGING_OP, "paging_op", refused(Errno.ENOSYS)),
        operation(
            MemoryOp.ACCESS_OP, "access_op", refused("-EINVAL: for fully virtualized guests")),
        operation(MemoryOp.SHARING_OP, "sharing_op", refused(Errno.ENOSYS)),
        operation(
            MemoryOp.ADD_TO_PHYSMAP_BATCH,
            "add_to_physmap_batch",
            partial("translated domains, which only domain 0 is; -EACCES otherwise")),
        operation(MemoryOp.CLAIM_PAGES, "claim_pages", SUPPORTED),
        operation(
            MemoryOp.MACHPHYS_COMPAT_MFN_LIST,
            "machphys_compat_mfn_list",
            refused(Errno.EOPNOTSUPP)),
        operation(MemoryOp.GET_VNUMAINFO, "get_vnumainfo", refused(Errno.EOPNOTSUPP)),
        operation(
            MemoryOp.RESERVED_DEVICE_MEMORY_MAP,
            "reserved_device_memory_map",
            partial("there is no such memory")),
        operation(MemoryOp.ACQUIRE_RESOURCE, "acquire_resource", partial("grant table frames")));
  }

  static List<SubOperation> mmuext() {
    return List.of(
        operation(MmuextCommand.PIN_L1_TABLE, "PIN_L1_TABLE", SUPPORTED),
        operation(MmuextCommand.PIN_L2_TABLE, "PIN_L2_TABLE", SUPPORTED),
        operation(MmuextCommand.PIN_L3_TABLE, "PIN_L3_TABLE", SUPPORTED),
        operation(MmuextCommand.PIN_L4_TABLE, "PIN_L4_TABLE", SUPPORTED),
        operation(MmuextCommand.UNPIN_TABLE, "UNPIN_TABLE", SUPPORTED),
        operation(MmuextCommand.NEW_BASEPTR, "NEW_BASEPTR", SUPPORTED),
        operation(MmuextCommand.TLB_FLUSH_LOCAL, "TLB_FLUSH_LOCAL", SUPPORTED),
        operation(MmuextCommand.INVLPG_LOCAL, "INVLPG_LOCAL", SUPPORTED),
        operation(MmuextCommand.TLB_FLUSH_MULTI, "TLB_FLUSH_MULTI", SUPPORTED),
        operation(MmuextCommand.INVLPG_MULTI, "INVLPG_MULTI", SUPPORTED),
        operation(MmuextCommand.TLB_FLUSH_ALL, "TLB_FLUSH_ALL", SUPPORTED),
        operation(MmuextCommand.INVLPG_ALL, "INVLPG_ALL", SUPPORTED),
        operation(MmuextCommand.FLUSH_CACHE, "FLUSH_CACHE", refused(Errno.EACCES)),
        operation(MmuextCommand.SET_LDT, "SET_LDT", SUPPORTED),
        operation(MmuextCommand.NEW_USER_BASEPTR, "NEW_USER_BASEPTR", SUPPORTED),
        operation(MmuextCommand.CLEAR_PAGE, "CLEAR_PAGE", SUPPORTED),
        operation(MmuextCommand.COPY_PAGE, "COPY_PAGE", SUPPORTED),
        operation(MmuextCommand.FLUSH_CACHE_GLOBAL, "FLUSH_CACHE_GLOBAL", refused(Errno.EINVAL)),
        operation(MmuextCommand.MARK_SUPER, "MARK_SUPER", refused(Errno.EOPNOTSUPP)),
        operation(MmuextCommand.UNMARK_SUPER, "UNMARK_SUPER", refused(Errno.EOPNOTSUPP)));
  }

  static List<SubOperation> sched() {
    return List.of(
        operation(SchedOp.YIELD, "yield", SUPPORTED),
        operation(SchedOp.BLOCK, "block", SUPPORTED),
        operation(SchedOp.SHUTDOWN, "shutdown", SUPPORTED),
        operation(SchedOp.POLL, "poll", SUPPORTED),
        operation(SchedOp.REMOTE_SHUTDOWN, "remote_shutdown", SUPPORTED),
        operation(SchedOp.SHUTDOWN_CODE, "shutdown_code", SUPPORTED),
        operation(SchedOp.WATCHDOG, "watchdog", SUPPORTED),
        operation(SchedOp.PIN_OVERRIDE, "pin_override", refused(Errno.EPERM)));
  }

  static List<SubOperation> vcpu() {
    return List.of(
        operation(VcpuOp.INITIALISE, "initialise", SUPPORTED),
        operation(VcpuOp.UP, "up", SUPPORTED),
        operation(VcpuOp.DOWN, "down", SUPPORTED),
        operation(VcpuOp.IS_UP, "is_up", SUPPORTED),
        operation(VcpuOp.GET_RUNSTATE_INFO, "get_runstate_info", SUPPORTED),
        operation(VcpuOp.REGISTER_RUNSTATE_MEMORY_AREA, "register_runstate_memory_area", SUPPORTED),
        operation(VcpuOp.SET_PERIODIC_TIMER, "set_periodic_timer", SUPPORTED),
        operation(VcpuOp.STOP_PERIODIC_TIMER, "stop_periodic_timer", SUPPORTED),
        operation(VcpuOp.SET_SINGLESHOT_TIMER, "set_singleshot_timer", SUPPORTED),
        operation(VcpuOp.STOP_SINGLESHOT_TIMER, "stop_singleshot_timer", SUPPORTED),
        operation(VcpuOp.REGISTER_VCPU_INFO, "register_vcpu_info", SUPPORTED),
        operation(VcpuOp.SEND_NMI, "send_nmi", SUPPORTED),
        operation(VcpuOp.GET_PHYSID, "get_physid", refused(Errno.EINVAL)),
        operation(
            VcpuOp.REGISTER_VCPU_TIME_MEMORY_AREA, "register_vcpu_time_memory_area", SUPPORTED));
  }

  static List<SubOperation> callback() {
    return List.of(
        operation(CallbackOp.REGISTER, "register", SUPPORTED),
        operation(CallbackOp.UNREGISTER, "unregister", SUPPORTED));
  }

  static List<SubOperation> nmi() {
    return List.of(
        operation(NmiOp.REGISTER_CALLBACK, "register_callback", SUPPORTED),
        operation(NmiOp.UNREGISTER_CALLBACK, "unregister_callback", SUPPORTED));
  }

  static List<SubOperation> version() {
    return List.of(
        operation(VersionOp.VERSION, "version", SUPPORTED),
        operation(VersionOp.EXTRAVERSION, "extraversion", SUPPORTED),
        operation(VersionOp.COMPILE_INFO, "compile_info", SUPPORTED),
        operation(VersionOp.CAPABILITIES, "capabilities", SUPPORTED),
        operation(VersionOp.CHANGESET, "changeset", SUPPORTED),
        operation(VersionOp.PLATFORM_PARAMETERS, "platform_parameters", SUPPORTED),
        operation(VersionOp.GET_FEATURES, "get_features", SUPPORTED),
        operation(VersionOp.PAGESIZE, "pagesize", SUPPORTED),
        operation(VersionOp.GUEST_HANDLE, "guest_handle", SUPPORTED),
        operation(VersionOp.COMMANDLINE, "commandline", SUPPORTED),
        operation(VersionOp.BUILD_ID, "build_id", refused(Errno.EPERM)));
  }

  static List<SubOperation> physdev() {
    return List.of(
        operation(
            PhysdevOp.IRQ_STATUS_QUERY, "irq_status_query", partial("no interrupt needs EOI")),
        operation(PhysdevOp.SET_IOPL, "set_iopl", SUPPORTED),
        operation(PhysdevOp.SET_IOBITMAP, "set_iobitmap", SUPPORTED),
        operation(PhysdevOp.APIC_READ, "apic_read", refused(Errno.EPERM)),
        operation(PhysdevOp.APIC_WRITE, "apic_write", refused(Errno.EPERM)),
        operation(PhysdevOp.ALLOC_IRQ_VECTOR, "alloc_irq_vector", refused(Errno.EPERM)),
        operation(PhysdevOp.FREE_IRQ_VECTOR, "free_irq_vector", refused(Errno.ENOSYS)),
        operation(PhysdevOp.EOI, "eoi", refused(Errno.EINVAL)),
        operation(PhysdevOp.MAP_PIRQ, "map_pirq", refused(Errno.EPERM)),
        operation(PhysdevOp.UNMAP_PIRQ, "unmap_pirq", refused(Errno.EPERM)),
        operation(PhysdevOp.MANAGE_PCI_ADD, "manage_pci_add", refused(Errno.EPERM)),
        operation(PhysdevOp.MANAGE_PCI_REMOVE, "manage_pci_remove", refused(Errno.EPERM)),
        operation(
            PhysdevOp.PIRQ_EOI_GMFN_V1, "pirq_eoi_gmfn_v1", partial("no interrupt needs EOI")),
        operation(PhysdevOp.RESTORE_MSI, "restore_msi", refused(Errno.EPERM)),
        operation(PhysdevOp.MANAGE_PCI_ADD_EXT, "manage_pci_add_ext", refused(Errno.EPERM)),
        operation(PhysdevOp.SETUP_GSI, "setup_gsi", refused(Errno.EPERM)),
        operation(PhysdevOp.GET_FREE_PIRQ, "get_free_pirq", partial("sets none aside")),
        operation(PhysdevOp.PCI_MMCFG_RESERVED, "pci_mmcfg_reserved", refused(Errno.EPERM)),
        operation(PhysdevOp.PCI_DEVICE_ADD, "pci_device_add", refused(Errno.EPERM)),
        operation(PhysdevOp.PCI_DEVICE_REMOVE, "pci_device_remove", refused(Errno.EPERM)),
        operation(PhysdevOp.RESTORE_MSI_EXT, "restore_msi_ext", refused(Errno.EPERM)),
        operation(
            PhysdevOp.PIRQ_EOI_GMFN_V2, "pirq_eoi_gmfn_v2", partial("no interrupt needs EOI")),
        operation(PhysdevOp.DBGP_OP, "dbgp_op", refused(Errno.EPERM)),
        operation(PhysdevOp.PREPARE_MSIX, "prepare_msix", refused(Errno.EPERM)),
        operation(PhysdevOp.RELEASE_MSIX, "release_msix", refused(Errno.EPERM)));
  }

  static List<SubOperation> consoleIo() {
    return List.of(
        operation(ConsoleIo.WRITE, "write", SUPPORTED),
        operation(ConsoleIo.READ, "read", SUPPORTED));
  }

  static List<SubOperation> vmAssist() {
    return List.of(
        operation(VmAssistCommand.ENABLE, "enable", SUPPORTED),
        operation(VmAssistCommand.DISABLE, "disable", SUPPORTED));
  }

  static List<SubOperation> domctl() {
    return List.of(
        operation(DomctlOp.CREATEDOMAIN, "createdomain", SUPPORTED),
        operation(DomctlOp.DESTROYDOMAIN, "destroydomain", SUPPORTED),
        operation(DomctlOp.PAUSEDOMAIN, "pausedomain", SUPPORTED),
        operation(DomctlOp.UNPAUSEDOMAIN, "unpausedomain", SUPPORTED),
        operation(DomctlOp.GETDOMAININFO, "getdomaininfo", SUPPORTED),
        operation(DomctlOp.SETVCPUAFFINITY, "setvcpuaffinity", SUPPORTED),
        operation(
            DomctlOp.SHADOW_OP, "shadow_op", partial("the log of written pages is there alone")),
        operation(DomctlOp.MAX_MEM, "max_mem", SUPPORTED),
        operation(DomctlOp.SETVCPUCONTEXT, "setvcpucontext", SUPPORTED),
        operation(DomctlOp.GETVCPUCONTEXT, "getvcpucontext", partial("without descriptor tables")),
        operation(DomctlOp.GETVCPUINFO, "getvcpuinfo", SUPPORTED),
        operation(DomctlOp.MAX_VCPUS, "max_vcpus", SUPPORTED),
        operation(
            DomctlOp.SCHEDULER_OP, "scheduler_op", partial("the credit scheduler is there alone")),
        operation(DomctlOp.SETDOMAINHANDLE, "setdomainhandle", SUPPORTED),
        operation(DomctlOp.SETDEBUGGING, "setdebugging", SUPPORTED),
        operation(
            DomctlOp.IRQ_PERMISSION,
            "irq_permission",
            refused("-EPERM: no domain may use devices")),
        operation(
            DomctlOp.IOMEM_PERMISSION,
            "iomem_permission",
            refused("-EPERM: no domain may use devices")),
        operation(
            DomctlOp.IOPORT_PERMISSION,
            "ioport_permission",
            refused("-EPERM: no domain may use devices")),
        operation(DomctlOp.HYPERCALL_INIT, "hypercall_init", SUPPORTED),
        operation(DomctlOp.SETTIMEOFFSET, "settimeoffset", SUPPORTED),
        operation(DomctlOp.GETVCPUAFFINITY, "getvcpuaffinity", SUPPORTED),
        operation(DomctlOp.RESUMEDOMAIN, "resumedomain", SUPPORTED),
        operation(DomctlOp.SENDTRIGGER, "sendtrigger", SUPPORTED),
        operation(DomctlOp.SUBSCRIBE, "subscribe", refused(Errno.ENOSYS)),
        operation(DomctlOp.SET_ADDRESS_SIZE, "set_address_size", partial("64 bits")),
        operation(DomctlOp.GET_ADDRESS_SIZE, "get_address_size", partial("64 bits")),
        operation(DomctlOp.ASSIGN_DEVICE, "assign_device", refused(Errno.ENOSYS)),
        operation(DomctlOp.SET_EXT_VCPUCONTEXT, "set_ext_vcpucontext", SUPPORTED),
        operation(DomctlOp.GET_EXT_VCPUCONTEXT, "get_ext_vcpucontext", SUPPORTED),
        operation(DomctlOp.SET_TARGET, "set_target", refused(Errno.ENOSYS)),
        operation(DomctlOp.DEBUG_OP, "debug_op", refused(Errno.ENOSYS)),
        operation(DomctlOp.GETTSCINFO, "gettscinfo", SUPPORTED),
        operation(DomctlOp.SETTSCINFO, "settscinfo", partial("accepted without effect")),
        operation(DomctlOp.GETPAGEFRAMEINFO3, "getpageframeinfo3", SUPPORTED),
        operation(DomctlOp.SETVCPUEXTSTATE, "setvcpuextstate", SUPPORTED),
        operation(DomctlOp.GETVCPUEXTSTATE, "getvcpuextstate", SUPPORTED),
        operation(DomctlOp.SET_VIRQ_HANDLER, "set_virq_handler", refused(Errno.ENOSYS)),
        operation(DomctlOp.SETNODEAFFINITY, "setnodeaffinity", refused(Errno.ENOSYS)),
        operation(DomctlOp.GETNODEAFFINITY, "getnodeaffinity", refused(Errno.ENOSYS)),
        operation(DomctlOp.GET_VCPU_MSRS, "get_vcpu_msrs", partial("TSC_AUX")),
        operation(DomctlOp.SET_VCPU_MSRS, "set_vcpu_msrs", partial("TSC_AUX")),
        operation(DomctlOp.SOFT_RESET, "soft_reset", refused(Errno.ENOSYS)),
        operation(DomctlOp.GET_CPU_POLICY, "get_cpu_policy", refused(Errno.ENOSYS)),
        operation(DomctlOp.SET_CPU_POLICY, "set_cpu_policy", refused(Errno.ENOSYS)),
        operation(DomctlOp.GDBSX_GUESTMEMIO, "gdbsx_guestmemio", refused(Errno.ENOSYS)),
        operation(DomctlOp.GDBSX_PAUSEVCPU, "gdbsx_pausevcpu", refused(Errno.ENOSYS)),
        operation(DomctlOp.GDBSX_UNPAUSEVCPU, "gdbsx_unpausevcpu", refused(Errno.ENOSYS)),
        operation(DomctlOp.GDBSX_DOMSTATUS, "gdbsx_domstatus", refused(Errno.ENOSYS)));
  }

  static List<SubOperation> sysctl() {
    return List.of(
        operation(SysctlOp.READCONSOLE, "readconsole", refused(Errno.ENOSYS)),
        operation(SysctlOp.TBUF_OP, "tbuf_op", refused(Errno.ENOSYS)),
        operation(SysctlOp.PHYSINFO, "physinfo", SUPPORTED),
        operation(SysctlOp.SCHED_ID, "sched_id", SUPPORTED),
        operation(SysctlOp.PERFC_OP, "perfc_op", refused(Errno.ENOSYS)),
        operation(SysctlOp.GETDOMAININFOLIST, "getdomaininfolist", SUPPORTED),
        operation(SysctlOp.DEBUG_KEYS, "debug_keys", refused(Errno.ENOSYS)),
        operation(SysctlOp.GETCPUINFO, "getcpuinfo", refused(Errno.ENOSYS)),
        operation(SysctlOp.AVAILHEAP, "availheap", SUPPORTED),
        operation(SysctlOp.GET_PMSTAT, "get_pmstat", refused(Errno.ENOSYS)),
        operation(SysctlOp.CPU_HOTPLUG, "cpu_hotplug", refused(Errno.ENOSYS)),
        operation(SysctlOp.PM_OP, "pm_op", refused(Errno.ENOSYS)),
        operation(SysctlOp.PAGE_OFFLINE_OP, "page_offline_op", refused(Errno.ENOSYS)),
        operation(SysctlOp.LOCKPROF_OP, "lockprof_op", refused(Errno.ENOSYS)),
        operation(SysctlOp.CPUTOPOINFO, "cputopoinfo", SUPPORTED),
        operation(SysctlOp.NUMAINFO, "numainfo", SUPPORTED),
        operation(SysctlOp.CPUPOOL_OP, "cpupool_op", refused(Errno.ENOSYS)),
        operation(
            SysctlOp.SCHEDULER_OP, "scheduler_op", partial("the migration delay has no effect")),
        operation(SysctlOp.PCITOPOINFO, "pcitopoinfo", refused(Errno.ENOSYS)),
        operation(SysctlOp.GET_CPU_LEVELLING_CAPS, "get_cpu_levelling_caps", refused(Errno.ENOSYS)),
        operation(SysctlOp.GET_CPU_FEATURESET, "get_cpu_featureset", refused(Errno.ENOSYS)),
        operation(SysctlOp.LIVEPATCH_OP, "livepatch_op", refused(Errno.ENOSYS)),
        operation(SysctlOp.GET_CPU_POLICY, "get_cpu_policy", refused(Errno.ENOSYS)));
  }

  static List<SubOperation> platform() {
    return List.of(
        operation(PlatformCommand.SETTIME32, "settime32", refused(Errno.ENOSYS)),
        operation(PlatformCommand.ADD_MEMTYPE, "add_memtype", refused(Errno.ENOSYS)),
        operation(PlatformCommand.DEL_MEMTYPE, "del_memtype", refused(Errno.ENOSYS)),
        operation(PlatformCommand.READ_MEMTYPE, "read_memtype", refused(Errno.ENOSYS)),
        operation(PlatformCommand.MICROCODE_UPDATE, "microcode_update", refused(Errno.ENOSYS)),
        operation(PlatformCommand.PLATFORM_QUIRK, "platform_quirk", refused(Errno.ENOSYS)),
        operation(PlatformCommand.GET_CPU_VERSION, "get_cpu_version", SUPPORTED),
        operation(PlatformCommand.EFI_RUNTIME_CALL, "efi_runtime_call", refused(Errno.ENOSYS)),
        operation(PlatformCommand.FIRMWARE_INFO, "firmware_info", refused(Errno.ENOSYS)),
        operation(PlatformCommand.ENTER_ACPI_SLEEP, "enter_acpi_sleep", refused(Errno.ENOSYS)),
        operation(PlatformCommand.CHANGE_FREQ, "change_freq", refused(Errno.ENOSYS)),
        operation(PlatformCommand.GETIDLETIME, "getidletime", refused(Errno.ENOSYS)),
        operation(
            PlatformCommand.SET_PROCESSOR_PMINFO, "set_processor_pminfo", refused(Errno.ENOSYS)),
        operation(PlatformCommand.GET_CPUINFO, "get_cpuinfo", SUPPORTED),
        operation(PlatformCommand.CPU_ONLINE, "cpu_online", refused(Errno.ENOSYS)),
        operation(PlatformCommand.CPU_OFFLINE, "cpu_offline", refused(Errno.ENOSYS)),
        operation(PlatformCommand.CPU_HOTADD, "cpu_hotadd", refused(Errno.ENOSYS)),
        operation(PlatformCommand.MEM_HOTADD, "mem_hotadd", refused(Errno.ENOSYS)),
        operation(PlatformCommand.CORE_PARKING, "core_parking", refused(Errno.ENOSYS)),
        operation(PlatformCommand.RESOURCE_OP, "resource_op", refused(Errno.ENOSYS)),
        operation(PlatformCommand.SETTIME64, "settime64", SUPPORTED),
        operation(PlatformCommand.GET_SYMBOL, "get_symbol", refused(Errno.ENOSYS)));
  }

  static List<SubOperation> pmu() {
    return List.of(
        operation(PmuOp.MODE_GET, "mode_get", refused(Errno.EOPNOTSUPP)),
        operation(PmuOp.MODE_SET, "mode_set", refused(Errno.EOPNOTSUPP)),
        operation(PmuOp.FEATURE_GET, "feature_get", refused(Errno.EOPNOTSUPP)),
        operation(PmuOp.FEATURE_SET, "feature_set", refused(Errno.EOPNOTSUPP)),
        operation(PmuOp.INIT, "init", refused(Errno.EOPNOTSUPP)),
        operation(PmuOp.FINISH, "finish", refused(Errno.EOPNOTSUPP)),
        operation(PmuOp.LVTPC_SET, "lvtpc_set", refused(Errno.EOPNOTSUPP)),
        operation(PmuOp.FLUSH, "flush", refused(Errno.EOPNOTSUPP)));
  }

  private static SubOperation operation(int number, String name, Support support) {
    return new SubOperation(number, name, support);
  }
}
