package dev.zendo.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.MachToPhys;
import dev.zendo.hypervisor.machine.MachineMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineLayoutTest {
  @ParameterizedTest
  @ValueSource(longs = {1024, 4096, 0x20000, 0xf0000, 0xf0100, 0x100000, 0x100400, 0x140000})
  void everyFrameHasOnePlace(long frames) {
    try (MachineMemory memory = new MachineMemory(frames);
        FrameTable table = new FrameTable(frames)) {
      FrameAllocator allocator = new FrameAllocator(memory, table, new CodeMap(1));
      MachineLayout layout = new MachineLayout(memory, table, allocator);
      long own = 0;
      long ram = 0;
      for (long mfn = 0; mfn < frames; mfn++) {
        ram += table.isRam(mfn) ? 1 : 0;
        own += table.owner(mfn) == FrameTable.OWNER_HYPERVISOR ? 1 : 0;
      }
      assertEquals(MachToPhys.pagesFor(frames) + 1, own);
      assertEquals(ram - own, allocator.freeFrames());
      assertFalse(table.isRam(0));
      assertFalse(table.isRam(0xfee00));
      assertFalse(table.isRam(frames));
      assertTrue(table.isRam(layout.emptyFrame));
      assertTrue(table.isRam(layout.machToPhys.firstFrame()));
      assertEquals(FrameTable.REFUSED, table.acquireType(layout.emptyFrame, FrameTable.WRITABLE));
    }
  }
}
