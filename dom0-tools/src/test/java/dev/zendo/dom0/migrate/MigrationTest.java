package dev.zendo.dom0.migrate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.builder.DomainLayout;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.StreamException;
import dev.zendo.dom0.migrate.stream.StreamReader;
import dev.zendo.dom0.migrate.stream.StreamWriter;
import dev.zendo.dom0.migrate.stream.VcpuRecord;
import dev.zendo.hypercalls.start.ArchSharedInfo;
import dev.zendo.hypercalls.start.SharedInfo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Domains of a few instructions through a stream and back. {@link TinySuspension} does in their
 * place what a kernel does before it suspends.
 */
@Timeout(60)
class MigrationTest {
  private static final int POWEROFF = 0;
  private static final long PAGES = 8 << 8;

  @TempDir private Path temp;
  private final Machine machine = Machine.start(128, 1, EngineChoice.INTERPRETER);
  private DomainSpec spec;
  private Guest guest;
  private DomainLayout layout;

  @BeforeEach
  void build() throws IOException {
    Path file = temp.resolve("tiny.elf");
    Files.write(file, new TinyKernel().shutdown(POWEROFF).elf().bytes());
    KernelImage kernel = KernelImage.read(file, 8 << 20);
    spec = new DomainSpec("tiny", UUID.randomUUID(), kernel, null, "", 8, 1);
    guest = machine.create(spec, ConsoleOutput.NONE);
    layout = new DomainLayout(kernel, PAGES, 0);
    suspend();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private void suspend() {
    TinySuspension.suspend(machine, guest, layout, PAGES);
  }

  private byte[] save(Guest which) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DomainSaver.save(machine.control(), which.id(), new StreamWriter(out), Progress.NONE);
    return out.toByteArray();
  }

  private Guest restore(byte[] stream) {
    DomainRestorer source =
        new DomainRestorer(() -> new ByteArrayInputStream(stream), PAGES, Progress.NONE);
    return machine.create(spec, source, ConsoleOutput.NONE);
  }

  /** The pages of a stream and the context of its vcpu. */
  private static final class Memory implements DomainSink {
    private final TreeMap<Long, byte[]> pages = new TreeMap<>();
    private final Set<VcpuRecord> parts = EnumSet.noneOf(VcpuRecord.class);
    private byte[] context;

    static Memory of(byte[] stream) {
      Memory memory = new Memory();
      StreamReader.read(new ByteArrayInputStream(stream), memory);
      return memory;
    }

    @Override
    public void list(long first, long last, long[] frames) {}

    @Override
    public void pages(long[] pfns, int[] kinds, ByteBuffer data) {
      for (long pfn : pfns) {
        byte[] page = new byte[PAGE];
        data.get(page);
        pages.put(pfn, page);
      }
    }

    @Override
    public void sharedInfo(byte[] page) {}

    @Override
    public void counter(int mode, int khz, long nanos, int incarnation) {}

    @Override
    public void vcpu(VcpuRecord part, int vcpu, byte[] state) {
      parts.add(part);
      context = part == VcpuRecord.BASIC ? state : context;
    }

    @Override
    public void end() {}
  }

  @Test
  void aRestoredDomainIsWhatWasSavedAndRuns() throws Exception {
    byte[] stream = save(guest);
    guest.close();
    Guest again = restore(stream);
    Memory before = Memory.of(stream);
    // What the kernel would do when it goes on, so that it can be saved once more.
    guest = again;
    suspend();
    Memory after = Memory.of(save(again));
    assertEquals(before.pages.keySet(), after.pages.keySet());
    before.pages.keySet().removeIf(this::holdsMachineFrames);
    before.pages.forEach((pfn, page) -> assertArrayEquals(page, after.pages.get(pfn), "" + pfn));
    assertArrayEquals(before.context, after.context);
    again.start();
    assertEquals(GuestEnd.POWEROFF, again.await(Duration.ofSeconds(30)));
    again.close();
    assertTrue(machine.internalErrors().isEmpty());
  }

  @Test
  void onlyKernelsThatUseXsaveHaveRecordsOfIt() {
    assertEquals(Set.of(VcpuRecord.BASIC, VcpuRecord.EXTENDED), Memory.of(save(guest)).parts);
    byte[] area = machine.control().vcpuStates().area(guest.id(), 0);
    new Contents(area).putLong(0, 3);
    machine.control().vcpuStates().area(guest.id(), 0, area);
    byte[] stream = save(guest);
    assertTrue(Memory.of(stream).parts.contains(VcpuRecord.XSAVE));
    guest.close();
    guest = restore(stream);
    assertArrayEquals(area, machine.control().vcpuStates().area(guest.id(), 0));
  }

  private boolean holdsMachineFrames(long pfn) {
    boolean list = pfn >= layout.p2mPfn() && pfn < layout.p2mPfn() + PAGES / 512;
    return list || pfn == layout.startInfoPfn() || pfn == layout.xenstorePfn();
  }

  @Test
  void damagedStreamsLeaveNothingBehind() {
    byte[] stream = save(guest);
    guest.close();
    long free = machine.freeFrames();
    Random random = new Random(3);
    for (int round = 0; round < 40; round++) {
      byte[] damaged = stream.clone();
      // Page tables and what follows the pages are what matters.
      int table = (int) ((layout.tablesPfn() + random.nextInt(4)) * DomainSink.PAGE);
      int at = random.nextBoolean() ? table : damaged.length - 12000;
      damaged[at + random.nextInt(12000)] ^= (byte) (1 << random.nextInt(8));
      try {
        restore(damaged).close();
      } catch (ToolException e) {
        assertTrue(!e.getMessage().isEmpty());
      }
      assertEquals(free, machine.freeFrames());
    }
    assertTrue(machine.internalErrors().isEmpty());
  }

  @Test
  void aKernelThatDoesNotSayWhereItsListIsCannotBeSaved() {
    long[] shared = {machine.control().domains().info(guest.id()).sharedInfoFrame()};
    MemoryControl memory = machine.control().memory();
    try (Mapping page = memory.mapForeign(guest.id(), shared, 0, 1)) {
      long arch = SharedInfo.ARCH.at(page.address());
      for (long count : new long[] {PAGES, 1L << 40, -1, 0}) {
        ArchSharedInfo.MAX_PFN.set(memory.memory(), arch, count);
        ArchSharedInfo.P2M_VADDR.set(memory.memory(), arch, 0x1234567000L);
        assertThrows(StreamException.class, () -> save(guest));
      }
      ArchSharedInfo.MAX_PFN.set(memory.memory(), arch, PAGES);
      ArchSharedInfo.P2M_CR3.set(memory.memory(), arch, 0);
      ArchSharedInfo.PFN_TO_MFN_FRAME_LIST_LIST.set(memory.memory(), arch, -1);
      assertThrows(StreamException.class, () -> save(guest));
    }
  }
}
