package dev.zendo.hypervisor.memory;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.memory.E820Entry;
import dev.zendo.hypercalls.memory.ForeignMemoryMap;
import dev.zendo.hypercalls.memory.MachphysMapping;
import dev.zendo.hypercalls.memory.MachphysMfnList;
import dev.zendo.hypercalls.memory.MemoryMap;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachToPhys;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.PageOwners;
import dev.zendo.hypervisor.paging.Paging;

/**
 * What {@code memory_op} tells about memory as a whole: E820 maps of domains and of the machine,
 * and where the machine-to-physical table is.
 */
final class MemoryMaps {
  /** Most entries of a map. */
  private static final int MAX_ENTRIES = 1024;

  private static final int ENTRY = E820Entry.LAYOUT.size();

  /** Where lists are built in scratch memory. */
  private static final int LIST = 1024;

  private static final int RAM = 1;
  private static final int RESERVED = 2;

  /** Frames of the table that one entry of machphys_mfn_list stands for (2 MiB of table). */
  private static final int LIST_STEP = 512;

  /** Last frame number that the table's address range could describe. */
  private static final long LAST_DESCRIBED = 0x7ffffffffL;

  private final Paging paging;

  MemoryMaps(Paging paging) {
    this.paging = paging;
  }

  long get(Vcpu caller, long pointer) {
    if (!MemoryArguments.read(caller, pointer, MemoryMap.LAYOUT)) {
      return -Errno.EFAULT;
    }
    byte[] map = DomainState.stateOf(caller.domain()).memoryMap();
    if (map.length == 0) {
      return -Errno.ENOSYS;
    }
    long room = MemoryMap.NR_ENTRIES.getUnsigned(HostView.HOST, caller.scratch());
    long buffer = MemoryMap.BUFFER.get(HostView.HOST, caller.scratch());
    int count = (int) Math.min(room, map.length / ENTRY);
    MemoryMap.NR_ENTRIES.set(HostView.HOST, caller.scratch(), count);
    for (int i = 0; i < count; i++) {
      HostMemory.copyFromArray(map, i * ENTRY, caller.scratch() + LIST, ENTRY);
      if (!caller.guest().write(buffer + (long) i * ENTRY, caller.scratch() + LIST, ENTRY)) {
        return -Errno.EFAULT;
      }
    }
    return MemoryArguments.write(caller, pointer, MemoryMap.LAYOUT) ? 0 : -Errno.EFAULT;
  }

  long set(Vcpu caller, long pointer) {
    if (!MemoryArguments.read(caller, pointer, ForeignMemoryMap.LAYOUT)) {
      return -Errno.EFAULT;
    }
    long map = ForeignMemoryMap.MAP.at(caller.scratch());
    long count = MemoryMap.NR_ENTRIES.getUnsigned(HostView.HOST, map);
    long buffer = MemoryMap.BUFFER.get(HostView.HOST, map);
    if (count > MAX_ENTRIES) {
      return -Errno.EINVAL;
    }
    Domain self = caller.domain();
    int number = ForeignMemoryMap.DOMID.get(HostView.HOST, caller.scratch());
    Domain domain = paging.owners().any(self, number);
    if (domain == null) {
      return -Errno.ESRCH;
    }
    if (!PageOwners.mayControl(self, domain.id())) {
      return -Errno.EPERM;
    }
    byte[] entries = new byte[(int) count * ENTRY];
    for (int i = 0; i < count; i++) {
      if (!caller.guest().read(buffer + (long) i * ENTRY, caller.scratch() + LIST, ENTRY)) {
        return -Errno.EFAULT;
      }
      HostMemory.copyToArray(caller.scratch() + LIST, entries, i * ENTRY, ENTRY);
    }
    DomainState.stateOf(domain).memoryMap(entries);
    return 0;
  }

  /** The map of the machine, for the control domain only. */
  long machine(Vcpu caller, long pointer) {
    if (!caller.domain().privileged()) {
      return -Errno.EPERM;
    }
    if (!MemoryArguments.read(caller, pointer, MemoryMap.LAYOUT)) {
      return -Errno.EFAULT;
    }
    long room = MemoryMap.NR_ENTRIES.getUnsigned(HostView.HOST, caller.scratch());
    long buffer = MemoryMap.BUFFER.get(HostView.HOST, caller.scratch());
    long at = caller.scratch() + LIST;
    int count = buildMachineMap(at);
    if (room < count) {
      return -Errno.EINVAL;
    }
    MemoryMap.NR_ENTRIES.set(HostView.HOST, caller.scratch(), count);
    return caller.guest().write(buffer, at, count * ENTRY)
            && MemoryArguments.write(caller, pointer, MemoryMap.LAYOUT)
        ? 0
        : -Errno.EFAULT;
  }

  private int buildMachineMap(long at) {
    long frames = paging.table().frames();
    int count = 0;
    count = addEntry(at, count, 0, 0xa0, RAM);
    count = addEntry(at, count, 0xa0, MachineLayout.LOW_END, RESERVED);
    count =
        addEntry(at, count, MachineLayout.LOW_END, Math.min(frames, MachineLayout.HOLE_START), RAM);
    count = addEntry(at, count, MachineLayout.HOLE_START, MachineLayout.HOLE_END, RESERVED);
    return addEntry(at, count, MachineLayout.HOLE_END, frames, RAM);
  }

  private static int addEntry(long at, int count, long from, long to, int type) {
    if (from >= to) {
      return count;
    }
    long entry = at + (long) count * ENTRY;
    E820Entry.ADDR.set(HostView.HOST, entry, from << MachineMemory.FRAME_SHIFT);
    E820Entry.SIZE.set(HostView.HOST, entry, to - from << MachineMemory.FRAME_SHIFT);
    E820Entry.TYPE.set(HostView.HOST, entry, type);
    return count + 1;
  }

  long machphysList(Vcpu caller, long pointer) {
    if (!MemoryArguments.read(caller, pointer, MachphysMfnList.LAYOUT)) {
      return -Errno.EFAULT;
    }
    long at = caller.scratch();
    long room = MachphysMfnList.MAX_EXTENTS.getUnsigned(HostView.HOST, at);
    long list = MachphysMfnList.EXTENT_START.get(HostView.HOST, at);
    MachToPhys map = paging.machToPhys();
    int count = 0;
    for (long page = 0; page < map.pages() && count < room; page += LIST_STEP) {
      if (!MemoryArguments.writeElement(caller, list, count, map.firstFrame() + page)) {
        return -Errno.EFAULT;
      }
      count++;
    }
    MachphysMfnList.NR_EXTENTS.set(HostView.HOST, at, count);
    return MemoryArguments.write(caller, pointer, MachphysMfnList.LAYOUT) ? 0 : -Errno.EFAULT;
  }

  long machphysMapping(Vcpu caller, long pointer) {
    long at = caller.scratch();
    long last = caller.domain().privileged() ? paging.table().frames() - 1 : LAST_DESCRIBED;
    MachphysMapping.V_START.set(HostView.HOST, at, MachToPhys.VIRTUAL_START);
    MachphysMapping.V_END.set(HostView.HOST, at, MachToPhys.VIRTUAL_END);
    MachphysMapping.MAX_MFN.set(HostView.HOST, at, last);
    return MemoryArguments.write(caller, pointer, MachphysMapping.LAYOUT) ? 0 : -Errno.EFAULT;
  }
}
