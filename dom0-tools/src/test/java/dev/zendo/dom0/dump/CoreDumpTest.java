package dev.zendo.dom0.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.image.KernelImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Core files of guests of a few instructions. */
@Timeout(60)
class CoreDumpTest {
  private static final long BASE = 0x100000;
  private static final int MIB = 8;
  private static final int CRASH = 3;
  private static final int CONTEXT = 5168;
  private static final int RIP = 520 + 16 * 8;
  private static final int CR3 = 4984 + 3 * 8;

  @TempDir private Path folder;
  private Machine machine;

  @BeforeEach
  void start() {
    machine = Machine.start(64, 1, EngineChoice.INTERPRETER);
  }

  @AfterEach
  void stop() {
    machine.close();
    assertEquals(0, machine.internalErrors().size());
  }

  private Guest guest(TinyKernel code, int vcpus) {
    KernelImage kernel = KernelImage.of("test", code.elf().bytes(), 1 << 24);
    return machine.create(
        new DomainSpec("test", UUID.randomUUID(), kernel, null, "", MIB, vcpus),
        ConsoleOutput.NONE);
  }

  private DomainImage image(Guest guest) {
    return new DomainImage(
        machine.control(), guest.id(), guest.spec().vcpus(), machine.pages(guest));
  }

  private CoreDump dump(Guest guest) {
    return new CoreDump(image(guest));
  }

  @Test
  void aDomainThatNeverRanIsWhollyInTheFile() throws IOException {
    Guest guest = guest(TinyKernel.endless(), 2);
    Path file = folder.resolve("test.core");
    CoreDump dump = dump(guest);
    CoreFile.write(dump, file);
    assertEquals(dump.size(), Files.size(file));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    CoreReader core = new CoreReader(file);

    assertEquals(MIB << 8, core.pages());
    // The second vcpu was never started.
    assertEquals(1, core.vcpus());
    assertEquals(CONTEXT, core.section(".xen_prstatus").limit());
    assertEquals(BASE, core.section(".xen_prstatus").getLong(RIP));
    ByteBuffer text = core.page(BASE >> 12);
    byte[] expected = {0x48, (byte) 0x89, (byte) 0xf3, (byte) 0xeb, (byte) 0xfe};
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], text.get(i));
    }
    // vcpu_info of the first vcpu: events are masked from the start.
    assertEquals(1, core.section(".xen_shared_info").get(1));
    assertEquals(0, core.note(0x2000000).limit());
    assertEquals(1, core.note(0x2000003).getLong(0));
    ByteBuffer version = core.note(0x2000002);
    assertEquals(1280, version.limit());
    assertEquals(machine.control().version().version() >>> 16, version.getLong(0));
    assertEquals(4096, version.getLong(1272));
  }

  @Test
  void aCrashedDomainTellsWhereItWas() throws Exception {
    Guest guest = guest(new TinyKernel().shutdown(CRASH), 1);
    guest.start();
    assertTrue(guest.await(Duration.ofSeconds(30)) != null);
    Path file = folder.resolve("test.core");
    CoreFile.write(dump(guest), file);
    long rip = new CoreReader(file).section(".xen_prstatus").getLong(RIP);
    assertTrue(rip > BASE && rip < BASE + 0x800, Long.toHexString(rip));
  }

  @Test
  void theMachineFramesAreThoseOfTheDomain() throws IOException {
    guest(TinyKernel.endless(), 1);
    Guest guest = guest(TinyKernel.endless(), 1);
    Path file = folder.resolve("test.core");
    CoreFile.write(dump(guest), file);
    CoreReader core = new CoreReader(file);
    GuestPages pages = machine.pages(guest);
    for (int i = 0; i < pages.count(); i++) {
      assertEquals(pages.pfn(i), core.section(".xen_p2m").getLong(16 * i));
      assertEquals(pages.mfn(i), core.section(".xen_p2m").getLong(16 * i + 8));
    }
    // The root of its page tables, by the machine frame that its CR3 names.
    long root = core.section(".xen_prstatus").getLong(CR3) >>> 12;
    assertTrue(root > 0);
    boolean found = false;
    for (int i = 0; i < pages.count(); i++) {
      found |= pages.mfn(i) == root;
    }
    assertTrue(found);
  }

  @Test
  void readelfAgrees() throws Exception {
    Path program = Path.of("/usr/bin/readelf");
    assumeTrue(Files.isExecutable(program));
    Path file = folder.resolve("test.core");
    CoreFile.write(dump(guest(TinyKernel.endless(), 1)), file);
    Process process =
        new ProcessBuilder(program.toString(), "-W", "-h", "-S", file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertTrue(said.contains("CORE (Core file)"), said);
    assertTrue(said.contains(".xen_p2m"), said);
    assertFalse(said.contains("Warning") || said.contains("Error"), said);
  }

  @Test
  void gdbSeesRegistersAndMemoryByVirtualAddresses() throws Exception {
    Path program = Path.of("/usr/bin/gdb");
    assumeTrue(Files.isExecutable(program));
    Path file = folder.resolve("test.core");
    CoreFile.write(new GdbDump(image(guest(TinyKernel.endless(), 1))), file);
    Process process =
        new ProcessBuilder(
                program.toString(),
                "-nx",
                "-batch",
                "-ex",
                "core-file " + file,
                "-ex",
                "print/x $rip",
                "-ex",
                "x/5xb 0x100000")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertTrue(said.contains("$1 = 0x100000"), said);
    assertTrue(said.contains("0x48\t0x89\t0xf3\t0xeb\t0xfe"), said);
  }

  @Test
  void rangesFollowOneAnotherInBothSpaces() {
    Guest guest = guest(TinyKernel.endless(), 1);
    DomainImage image = image(guest);
    long root =
        ByteBuffer.wrap(image.contexts().get(0)).order(ByteOrder.LITTLE_ENDIAN).getLong(CR3);
    long pages = 0;
    for (VirtualRanges.Range range : VirtualRanges.of(image, root >>> 12)) {
      assertEquals(0, range.address() & 0xfff);
      assertTrue(range.firstPage() + range.pages() <= image.pages().count());
      pages += range.pages();
    }
    // The builder maps at least 512 KiB behind the kernel.
    assertTrue(pages >= 128, pages + " pages");
    assertEquals(0, VirtualRanges.of(image, 0).size());
    assertEquals(0, VirtualRanges.of(image, -1L >>> 12).size());
  }

  @Test
  void whatCannotBeWrittenLeavesNothing() throws IOException {
    CoreDump dump = dump(guest(TinyKernel.endless(), 1));
    assertTrue(refusal(dump, folder.resolve("no/such.core")).contains("no such file or folder"));
    assertTrue(refusal(dump, folder).startsWith(folder + ": cannot be written ("));
    assumeTrue(Files.exists(Path.of("/dev/full")));
    assertTrue(refusal(dump, Path.of("/dev/full")).contains("No space left"));
    try (var files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
    Path kept = Files.writeString(folder.resolve("old.core"), "old");
    machine.close();
    assertThrows(RuntimeException.class, () -> CoreFile.write(dump, kept));
    assertEquals("old", Files.readString(kept));
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  private static String refusal(CoreDump dump, Path file) {
    return assertThrows(ToolException.class, () -> CoreFile.write(dump, file)).getMessage();
  }

  @Test
  void numbersOfPagesAreTheGuestsToChoose() {
    long[] numbers = {7, -1, 3, 7, Long.MAX_VALUE, 1L << 33, Long.MIN_VALUE, (1L << 32) - 1, 0};
    GuestPages pages =
        GuestPages.of(new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8}, mfn -> numbers[(int) mfn]);
    assertEquals(4, pages.count());
    assertEquals(5, pages.nameless());
    long[][] expected = {{0, 8}, {3, 2}, {7, 0}, {(1L << 32) - 1, 7}};
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i][0], pages.pfn(i));
      assertEquals(expected[i][1], pages.mfn(i));
    }
    assertEquals(0, GuestPages.of(new long[0], mfn -> 0).count());
  }
}
