package dev.zendo.hypervisor.memory;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.memory.MemoryDomain;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypercalls.memory.PodTarget;
import dev.zendo.hypercalls.memory.Reservation;
import dev.zendo.hypercalls.memory.VnumaTopologyInfo;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.hypercall.HypercallHandler;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.paging.PageOwners;
import dev.zendo.hypervisor.paging.Paging;

/** The hypercall {@code memory_op}. */
final class MemoryOpCall implements HypercallHandler {
  /** Bits of the command; the extents already done are above them. */
  static final int COMMAND_BITS = 6;

  private static final int COMMAND_MASK = (1 << COMMAND_BITS) - 1;

  /** Offset of max_pfn in struct shared_info (arch.max_pfn of xen.h). */
  private static final int SHARED_MAX_PFN = 3088;

  private final Paging paging;
  private final Reservations reservations;
  private final ExchangeCall exchange;
  private final MemoryMaps maps;
  private final PhysicalMaps physicalMaps;
  private final ResourceCall resources;

  MemoryOpCall(Paging paging, PhysicalMaps physicalMaps, ResourceCall resources) {
    this.paging = paging;
    this.reservations = new Reservations(paging);
    this.exchange = new ExchangeCall(paging, reservations);
    this.maps = new MemoryMaps(paging);
    this.physicalMaps = physicalMaps;
    this.resources = resources;
  }

  @Override
  public long handle(Vcpu caller, long command, long pointer, long a3, long a4, long a5) {
    int operation = (int) command & COMMAND_MASK;
    long start = command >>> COMMAND_BITS;
    switch (operation) {
      case MemoryOp.INCREASE_RESERVATION:
      case MemoryOp.DECREASE_RESERVATION:
      case MemoryOp.POPULATE_PHYSMAP:
        return reservations.handle(caller, operation, pointer, start);
      case MemoryOp.ADD_TO_PHYSMAP:
        return physicalMaps.add(caller, pointer, start);
      case MemoryOp.ADD_TO_PHYSMAP_BATCH:
        return physicalMaps.addBatch(caller, pointer, start);
      case MemoryOp.ACQUIRE_RESOURCE:
        return resources.handle(caller, pointer, start);
      default:
        return start != 0 && takesNoStart(operation)
            ? -Errno.EINVAL
            : whole(caller, operation, pointer);
    }
  }

  private static boolean takesNoStart(int operation) {
    return switch (operation) {
      case MemoryOp.EXCHANGE,
          MemoryOp.MAXIMUM_RAM_PAGE,
          MemoryOp.CURRENT_RESERVATION,
          MemoryOp.MAXIMUM_RESERVATION,
          MemoryOp.MAXIMUM_GPFN,
          MemoryOp.REMOVE_FROM_PHYSMAP,
          MemoryOp.CLAIM_PAGES,
          MemoryOp.GET_VNUMAINFO,
          MemoryOp.RESERVED_DEVICE_MEMORY_MAP ->
          true;
      default -> false;
    };
  }

  private long whole(Vcpu caller, int operation, long pointer) {
    return switch (operation) {
      case MemoryOp.EXCHANGE -> exchange.handle(caller, pointer);
      case MemoryOp.MAXIMUM_RAM_PAGE -> paging.table().frames();
      case MemoryOp.CURRENT_RESERVATION, MemoryOp.MAXIMUM_RESERVATION, MemoryOp.MAXIMUM_GPFN ->
          count(caller, operation, pointer);
      case MemoryOp.MACHPHYS_MFN_LIST -> maps.machphysList(caller, pointer);
      case MemoryOp.MACHPHYS_MAPPING -> maps.machphysMapping(caller, pointer);
      case MemoryOp.MEMORY_MAP -> maps.get(caller, pointer);
      case MemoryOp.SET_MEMORY_MAP -> maps.set(caller, pointer);
      case MemoryOp.MACHINE_MEMORY_MAP -> maps.machine(caller, pointer);
      case MemoryOp.REMOVE_FROM_PHYSMAP -> physicalMaps.remove(caller, pointer);
      case MemoryOp.SET_POD_TARGET, MemoryOp.GET_POD_TARGET -> populateOnDemand(caller, pointer);
      case MemoryOp.GET_SHARING_FREED_PAGES, MemoryOp.GET_SHARING_SHARED_PAGES -> 0;
      case MemoryOp.ACCESS_OP -> access(caller, pointer);
      case MemoryOp.CLAIM_PAGES -> claim(caller, pointer);
      case MemoryOp.MACHPHYS_COMPAT_MFN_LIST -> -Errno.EOPNOTSUPP;
      case MemoryOp.GET_VNUMAINFO -> virtualNuma(caller, pointer);
      case MemoryOp.RESERVED_DEVICE_MEMORY_MAP -> reservedDeviceMemory(caller, pointer);
      default -> -Errno.ENOSYS;
    };
  }

  private long count(Vcpu caller, int operation, long pointer) {
    if (!MemoryArguments.read(caller, pointer, MemoryDomain.LAYOUT)) {
      return -Errno.EFAULT;
    }
    Domain domain = find(caller, MemoryDomain.DOMID.get(HostView.HOST, caller.scratch()));
    if (domain == null) {
      return -Errno.ESRCH;
    }
    if (!PageOwners.mayControl(caller.domain(), domain.id())) {
      return -Errno.EPERM;
    }
    return switch (operation) {
      case MemoryOp.CURRENT_RESERVATION -> domain.totalPages();
      case MemoryOp.MAXIMUM_RESERVATION -> domain.maxPages();
      default -> maximumGpfn(domain);
    };
  }

  private static long maximumGpfn(Domain domain) {
    if (domain.translated()) {
      return domain.maxPages() - 1;
    }
    long shared = domain.sharedInfo();
    return shared == 0 ? -1 : HostMemory.getLong(shared + SHARED_MAX_PFN) - 1;
  }

  private Domain find(Vcpu caller, int number) {
    return paging.owners().any(caller.domain(), number);
  }

  private long populateOnDemand(Vcpu caller, long pointer) {
    if (!MemoryArguments.read(caller, pointer, PodTarget.LAYOUT)) {
      return -Errno.EFAULT;
    }
    Domain domain = find(caller, PodTarget.DOMID.get(HostView.HOST, caller.scratch()));
    return domain == null ? -Errno.ESRCH : -Errno.EINVAL;
  }

  /** Memory access rights are for fully virtualized guests; here is none. */
  private long access(Vcpu caller, long pointer) {
    long at = caller.scratch();
    if (!caller.guest().read(pointer, at, 8)) {
      return -Errno.EFAULT;
    }
    Domain domain = paging.owners().byNumber(HostMemory.getShort(at + 2) & 0xffff);
    if (domain == null) {
      return -Errno.ESRCH;
    }
    return domain == caller.domain() ? -Errno.EPERM : -Errno.EINVAL;
  }

  private long claim(Vcpu caller, long pointer) {
    if (!MemoryArguments.read(caller, pointer, Reservation.LAYOUT)) {
      return -Errno.EFAULT;
    }
    long at = caller.scratch();
    if (Reservation.EXTENT_START.get(HostView.HOST, at) != 0
        || Reservation.EXTENT_ORDER.get(HostView.HOST, at) != 0
        || Reservation.MEM_FLAGS.get(HostView.HOST, at) != 0) {
      return -Errno.EINVAL;
    }
    Domain domain = paging.owners().byNumber(Reservation.DOMID.get(HostView.HOST, at));
    if (domain == null) {
      return -Errno.EINVAL;
    }
    if (!caller.domain().privileged()) {
      return -Errno.EPERM;
    }
    long pages = Reservation.NR_EXTENTS.get(HostView.HOST, at);
    if (pages < 0 || pages > domain.maxPages()) {
      return -Errno.EINVAL;
    }
    return paging.frames().claim(domain, pages);
  }

  private long virtualNuma(Vcpu caller, long pointer) {
    if (!MemoryArguments.read(caller, pointer, VnumaTopologyInfo.LAYOUT)) {
      return -Errno.EFAULT;
    }
    long at = caller.scratch();
    if (VnumaTopologyInfo.PAD.get(HostView.HOST, at) != 0) {
      return -Errno.EINVAL;
    }
    Domain domain = find(caller, VnumaTopologyInfo.DOMID.get(HostView.HOST, at));
    if (domain == null) {
      return -Errno.ESRCH;
    }
    return PageOwners.mayControl(caller.domain(), domain.id()) ? -Errno.EOPNOTSUPP : -Errno.EPERM;
  }

  /** No device needs reserved memory: an empty list (struct xen_reserved_device_memory_map). */
  private static long reservedDeviceMemory(Vcpu caller, long pointer) {
    long at = caller.scratch();
    if (!caller.guest().read(pointer, at, 24)) {
      return -Errno.EFAULT;
    }
    if ((HostMemory.getInt(at) & ~1) != 0) {
      return -Errno.EINVAL;
    }
    HostMemory.putInt(at + 4, 0);
    return caller.guest().write(pointer, at, 24) ? 0 : -Errno.EFAULT;
  }
}
