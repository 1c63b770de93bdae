package dev.zendo.dom0.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.builder.DomainLayout;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.dump.GuestPages;
import dev.zendo.dom0.image.KernelImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Follows the memory of a guest that writes by its log of written pages. */
@Timeout(60)
class DirtyPagesTest {
  private static final int PAGES = 8 << 8;

  /** The guest writes the pages from here on. */
  private static final int FIRST = 0x300;

  private static final int LAST = 0x3e0;

  @TempDir private Path temp;

  /** Increments, stores, pushes, and stores across the end of a page, all over a megabyte. */
  private static TinyKernel writer() {
    return new TinyKernel()
        .put(0x48, 0xc7, 0xc7, 0x00, 0x00, 0x30, 0x00) // mov rdi, 0x300000
        .put(0xf0, 0x48, 0xff, 0x07) // lock inc qword [rdi]
        .put(0x48, 0x89, 0x7f, 0x08) // mov [rdi + 8], rdi
        .put(0x48, 0x8d, 0xa7, 0x00, 0x08, 0x00, 0x00) // lea rsp, [rdi + 0x800]
        .put(0x57) // push rdi
        .put(0x48, 0x89, 0xbf, 0xfc, 0x0f, 0x00, 0x00) // mov [rdi + 0xffc], rdi
        .put(0x48, 0x81, 0xc7, 0x10, 0x70, 0x00, 0x00) // add rdi, 0x7010
        .put(0x48, 0x81, 0xff, 0x00, 0x00, 0x3d, 0x00) // cmp rdi, 0x3d0000
        .put(0x72, 0xd9) // jb to the increment
        .put(0x48, 0x81, 0xef, 0x00, 0xf0, 0x0c, 0x00) // sub rdi, 0xcf000
        .put(0xeb, 0xd0); // jmp to the increment
  }

  private static byte[] page(Machine machine, Guest guest, long frame) {
    byte[] bytes = new byte[4096];
    MemoryControl memory = machine.control().memory();
    try (Mapping mapping = memory.mapForeign(guest.id(), new long[] {frame}, 0, 1)) {
      memory.memory().read(mapping.address(), bytes, 0, bytes.length);
    }
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(names = {"INTERPRETER", "DIRECT"})
  void aCopyThatFollowsTheLogIsTheMemory(EngineChoice engine) throws Exception {
    Assumptions.assumeTrue(engine.obstacle().isEmpty());
    Path file = temp.resolve("writer.elf");
    Files.write(file, writer().elf().bytes());
    KernelImage kernel = KernelImage.read(file, 8 << 20);
    DomainSpec spec = new DomainSpec("writer", UUID.randomUUID(), kernel, null, "", 8, 1);
    DomainLayout layout = new DomainLayout(kernel, PAGES, 0);
    try (Machine machine = Machine.start(128, 1, engine);
        Guest guest = machine.create(spec, ConsoleOutput.NONE)) {
      DirtyPages log = machine.control().dirtyPages();
      long[] frames = new long[PAGES];
      GuestPages pages = machine.pages(guest);
      for (int i = 0; i < pages.count(); i++) {
        frames[(int) pages.pfn(i)] = pages.mfn(i);
      }
      guest.start();
      log.begin(guest.id());
      assertThrows(HypercallFailure.class, () -> log.begin(guest.id()));
      byte[][] copy = new byte[PAGES][];
      BitSet seen = new BitSet();
      for (int pfn = FIRST; pfn < LAST; pfn++) {
        copy[pfn] = page(machine, guest, frames[pfn]);
      }
      for (int round = 0; round < 200 || seen.cardinality() < 20; round++) {
        BitSet written = log.written(guest.id(), PAGES, true);
        // Domain 0 has the ring of the console mapped, and may write it at any time.
        assertTrue(written.get((int) layout.consolePfn()));
        for (int pfn = FIRST; pfn < LAST; pfn++) {
          copy[pfn] = written.get(pfn) ? page(machine, guest, frames[pfn]) : copy[pfn];
        }
        seen.or(written.get(FIRST, LAST));
      }
      machine.control().domains().pause(guest.id());
      BitSet last = log.written(guest.id(), PAGES, true);
      for (int pfn = FIRST; pfn < LAST; pfn++) {
        if (!last.get(pfn)) {
          assertArrayEquals(page(machine, guest, frames[pfn]), copy[pfn], "page " + pfn);
        }
      }
      BitSet after = log.written(guest.id(), PAGES, false);
      assertEquals(0, after.get(FIRST, LAST).cardinality());
      log.end(guest.id());
      assertThrows(HypercallFailure.class, () -> log.written(guest.id(), PAGES, true));
      assertTrue(machine.internalErrors().isEmpty());
    }
  }
}
