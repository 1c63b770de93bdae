package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.GuestAccess;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/** Hypercall pointers of a translated domain: guest-physical addresses. Thread-safe. */
final class TranslatedAccess implements GuestAccess {
  private final MachineMemory memory;
  private final CodeMap codeMap;
  private final TranslatedSpace space;

  TranslatedAccess(MachineMemory memory, CodeMap codeMap, TranslatedSpace space) {
    this.memory = memory;
    this.codeMap = codeMap;
    this.space = space;
  }

  @Override
  public boolean read(long guestPointer, long hostAddress, int bytes) {
    for (int done = 0; done < bytes; ) {
      long at = guestPointer + done;
      long entry = space.get(at >>> MachineMemory.FRAME_SHIFT);
      if (entry == TranslatedSpace.ABSENT) {
        return false;
      }
      int offset = (int) at & MachineMemory.FRAME_SIZE - 1;
      int part = Math.min(bytes - done, MachineMemory.FRAME_SIZE - offset);
      long host = memory.address(TranslatedSpace.frame(entry)) + offset;
      HostMemory.copy(host, hostAddress + done, part);
      done += part;
    }
    return true;
  }

  @Override
  public boolean write(long guestPointer, long hostAddress, int bytes) {
    for (int done = 0; done < bytes; ) {
      long at = guestPointer + done;
      long entry = space.get(at >>> MachineMemory.FRAME_SHIFT);
      if (!TranslatedSpace.isWritable(entry)) {
        return false;
      }
      int offset = (int) at & MachineMemory.FRAME_SIZE - 1;
      int part = Math.min(bytes - done, MachineMemory.FRAME_SIZE - offset);
      long mfn = TranslatedSpace.frame(entry);
      HostMemory.copy(hostAddress + done, memory.address(mfn) + offset, part);
      codeMap.written(mfn);
      done += part;
    }
    return true;
  }
}
