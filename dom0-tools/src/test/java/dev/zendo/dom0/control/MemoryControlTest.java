package dev.zendo.dom0.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zendo.dom0.Machine;
import dev.zendo.dom0.device.FakeFrontend;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Mapping frames of other domains. */
class MemoryControlTest {
  /** A hostile framebuffer found it: mappings that were left kept the frames of a dead domain. */
  @Test
  void framesBehindOneThatCannotBeMappedAreNotMapped() {
    try (Machine machine = Machine.start(64, 1)) {
      long free = machine.freeFrames();
      try (FakeFrontend domain = new FakeFrontend(machine, List.of())) {
        List<FakeFrontend.Page> pages = domain.pages(2);
        long[] frames = {pages.get(0).frame(), -1, pages.get(1).frame()};
        MemoryControl memory = machine.control().memory();
        int id = domain.guest().id();
        assertThrows(HypercallFailure.class, () -> memory.mapForeign(id, frames, 0, 3));
      }
      assertEquals(free, machine.freeFrames());
    }
  }
}
