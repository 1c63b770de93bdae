package dev.zendo.hypervisor.paging;

import static dev.zendo.hypervisor.machine.FrameTable.DESCRIPTORS;
import static dev.zendo.hypervisor.machine.FrameTable.WRITABLE;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.hypercall.HypercallHandler;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/** The hypercall {@code update_descriptor}: stores one checked descriptor. */
public final class UpdateDescriptor implements HypercallHandler {
  private final MachineMemory memory;
  private final FrameTable table;
  private final PageTypes types;
  private final CodeMap codeMap;

  /** The call on one machine. */
  public UpdateDescriptor(
      MachineMemory memory, FrameTable table, PageTypes types, CodeMap codeMap) {
    this.memory = memory;
    this.table = table;
    this.types = types;
    this.codeMap = codeMap;
  }

  @Override
  public long handle(Vcpu caller, long address, long descriptor, long a3, long a4, long a5) {
    long mfn = address >>> MachineMemory.FRAME_SHIFT;
    if ((address & 7) != 0 || !Descriptors.isAllowed(descriptor)) {
      int index = (int) (address & MachineMemory.FRAME_SIZE - 1) >>> 3;
      return FrameRefusals.descriptor(mfn, index, descriptor, -Errno.EINVAL);
    }
    Domain domain = caller.domain();
    domain.pagingLock().lock();
    try {
      int type = table.type(mfn) == DESCRIPTORS ? DESCRIPTORS : WRITABLE;
      if (domain.translated() || types.get(domain, mfn, type) != 0) {
        return -Errno.EINVAL;
      }
      int offset = (int) address & MachineMemory.FRAME_SIZE - 1;
      HostMemory.putLongRelease(memory.address(mfn) + offset, Descriptors.adjust(descriptor));
      codeMap.written(mfn);
      domain.descriptorChanged();
      types.put(domain, mfn);
      return 0;
    } finally {
      domain.pagingLock().unlock();
    }
  }
}
