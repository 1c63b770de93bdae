package dev.zendo.dom0.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KernelImageTest {
  private static final long LIMIT = 64 << 20;

  private static KernelImage read(byte[] file) {
    return KernelImage.of("test", file, LIMIT);
  }

  private static String failure(byte[] file) {
    ImageException e = assertThrows(ImageException.class, () -> read(file));
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    return e.getMessage();
  }

  private static void assertMentions(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), text);
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsBzImagesInEveryCompression(Compression compression) throws IOException {
    byte[] elf = ElfMaker.kernel(100_000).bytes();
    byte[] packed = Packers.pack(compression, elf);
    boolean appendSize = compression != Compression.GZIP;
    KernelImage kernel = read(Packers.bzImage(packed, elf.length, appendSize));
    assertEquals(0x100000, kernel.start());
    assertEquals(0x100000 + 104_096, kernel.end());
    assertEquals(100_000, kernel.segmentData(0).remaining());
    assertEquals(0x100000, read(packed).entry());
  }

  @ParameterizedTest
  @EnumSource
  void namesTruncatedBzImages(Compression compression) throws IOException {
    byte[] elf = ElfMaker.kernel(100_000).bytes();
    byte[] image =
        Packers.bzImage(
            Packers.pack(compression, elf), elf.length, compression != Compression.GZIP);
    assertMentions(failure(Arrays.copyOf(image, image.length - 200)), "truncated bzImage");
  }

  @Test
  void noticesBzImagesWhoseSizeDiffers() throws IOException {
    byte[] elf = ElfMaker.kernel(10_000).bytes();
    byte[] packed = Packers.pack(Compression.LZ4, elf);
    assertMentions(failure(Packers.bzImage(packed, elf.length + 1, true)), "corrupt", "LZ4");
  }

  @Test
  void framePointersAreRecognisedByTheStartsOfFunctions() {
    byte[] code = new byte[8192];
    Arrays.fill(code, (byte) 0x90);
    assertFalse(read(ElfMaker.kernel(code).bytes()).keepsFramePointers());
    for (int at = 100; at < code.length; at += 500) {
      ByteBuffer.wrap(code, at, 4).order(ByteOrder.LITTLE_ENDIAN).putInt(0xe5894855);
    }
    assertTrue(read(ElfMaker.kernel(code).bytes()).keepsFramePointers());
  }

  @Test
  void saysWhichFormatsWereTried() {
    assertMentions(
        failure(new byte[] {1, 2, 3, 4, 5, 6, 7}), "not a kernel", "bzImage", "zstd", "LZO");
    assertMentions(failure(new byte[0]), "not a kernel");
  }

  @Test
  void refusesOtherMachines() {
    byte[] elf = ElfMaker.kernel(100).bytes();
    elf[18] = (byte) 183;
    assertMentions(failure(elf), "machine 183", "x86-64");
    elf[4] = 1;
    assertMentions(failure(elf), "64-bit");
  }

  @Test
  void missesNotes() {
    byte[] elf = new ElfMaker().entry(0).load(0, 0, new byte[10], 10).bytes();
    assertMentions(failure(elf), "without Xen notes", "__xen_guest");
  }

  @Test
  void refusesWhatNoXenOffers() {
    assertMentions(failure(ElfMaker.kernel(10).note(8, "grub").bytes()), "LOADER", "generic");
    assertMentions(failure(ElfMaker.kernel(10).note(10, "!warp_drive|dom0").bytes()), "warp_drive");
    assertMentions(
        failure(new ElfMaker().load(0, 0, new byte[9], 9).note(5, "xen-2.0").bytes()),
        "XEN_VERSION");
  }

  @Test
  void acceptsRequiredFeaturesThatExistAndOptionalOnesThatDoNot() {
    read(ElfMaker.kernel(10).note(10, "!writable_page_tables|pae_pgdir_above_4gb|magic").bytes());
  }

  @Test
  void readsLegacySection() {
    byte[] elf =
        new ElfMaker()
            .entry(0x55)
            .load(0, 0, new byte[0x4000], 0x5000)
            .legacy(
                "GUEST_OS=Mini-OS,XEN_VER=xen-3.0,VIRT_BASE=0x0,ELF_PADDR_OFFSET=0x0,"
                    + "HYPERCALL_PAGE=0x2,LOADER=generic,FEATURES=!writable_descriptor_tables"
                    + "|hvm_callback_vector")
            .bytes();
    KernelImage kernel = read(elf);
    assertEquals("Mini-OS", kernel.notes().guestOs());
    assertEquals(0x2000, kernel.notes().hypercallPage());
    assertEquals(0x55, kernel.entry());
  }

  @Test
  void subtractsVirtBaseInLegacyKernelsWithoutOffset() {
    long base = 0xffffffff80000000L;
    byte[] elf =
        new ElfMaker()
            .entry(base + 0x1000)
            .load(base, base, new byte[0x2000], 0x2000)
            .legacy("XEN_VER=xen-3.0,VIRT_BASE=0xffffffff80000000")
            .bytes();
    KernelImage kernel = read(elf);
    assertEquals(0, kernel.start());
    assertEquals(0x2000, kernel.end());
  }

  @Test
  void readsNumbersOfFourAndEightBytes() {
    byte[] four = {0, 0, 0x20, 0};
    KernelImage kernel = read(ElfMaker.kernel(10).note(15, four).note(16, 1L).bytes());
    assertEquals(0x200000, kernel.notes().initP2m());
    assertTrue(kernel.notes().unmappedRamdisk());
  }

  @Test
  void loadsByPhysicalAddress() {
    long base = 0xffffffff80000000L;
    byte[] elf =
        new ElfMaker()
            .load(base + 0x1000000, 0x1000000, new byte[0x1000], 0x1000)
            .load(0, 0x1001000, new byte[0x100], 0x200)
            .load(base + 0x1002000, 0x1002000, new byte[0x10], 0x900000)
            .note(3, base)
            .note(1, base + 0x1000000)
            .note(5, "xen-3.0")
            .bytes();
    KernelImage kernel = read(elf);
    assertEquals(0x1000000, kernel.start());
    assertEquals(0x1902000, kernel.end());
    assertEquals(0x1001000, kernel.segmentAddress(1));
  }

  @Test
  void refusesOverlapsAndWrap() {
    assertMentions(
        failure(ElfMaker.kernel(0x1000).load(0x100800, 0x100800, new byte[16], 16).bytes()),
        "overlap");
    assertMentions(
        failure(ElfMaker.kernel(0x1000).load(-16, -16, new byte[16], 4096).bytes()), "corrupt");
  }

  @Test
  void refusesEntriesOutsideOfTheKernel() {
    assertMentions(failure(ElfMaker.kernel(10).entry(0x99000000L).bytes()), "entry point");
    assertMentions(failure(ElfMaker.kernel(10).note(2, 0x7000000L).bytes()), "HYPERCALL_PAGE");
  }

  @Test
  void survivesHugeHeaderCounts() {
    byte[] elf = ElfMaker.kernel(100).bytes();
    ByteBuffer header = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
    header.putShort(56, (short) 0xffff);
    assertMentions(failure(elf), "program headers");
    header.putShort(56, (short) 2).putLong(32, Long.MAX_VALUE);
    assertMentions(failure(elf), "program headers");
  }

  @Test
  void namesFilesThatCannotBeRead(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("none");
    assertMentions(
        assertThrows(ImageException.class, () -> KernelImage.read(missing, LIMIT)).getMessage(),
        "no such file");
    assertMentions(
        assertThrows(ImageException.class, () -> KernelImage.read(folder, LIMIT)).getMessage(),
        "folder");
    Path file = folder.resolve("kernel");
    Files.write(file, ElfMaker.kernel(10).bytes());
    assertEquals(file.toString(), KernelImage.read(file, LIMIT).name());
  }

  @Test
  void readsWhatItLetGoOfAgain(@TempDir Path folder) throws IOException {
    byte[] elf = ElfMaker.kernel(0x1000).symbol("start", 0x100000, 0x10).bytes();
    Path file = folder.resolve("kernel");
    Files.write(file, Packers.bzImage(Packers.pack(Compression.GZIP, elf), elf.length, false));
    KernelImage kernel = KernelImage.read(file, LIMIT);
    kernel.letGo();
    assertEquals("start+0x0/0x10", kernel.symbols().name(0x100000));
    assertFalse(kernel.keepsFramePointers());
    assertEquals(0x1000, kernel.segmentData(0).remaining());
    assertTrue(kernel.isCode(0x100000));

    kernel.letGo();
    Files.write(file, elf);
    assertTrue(kernel.symbols().isEmpty());
    assertMentions(
        assertThrows(ImageException.class, () -> kernel.segmentData(0)).getMessage(), "changed");
    Files.delete(file);
    assertTrue(kernel.symbols().isEmpty());
  }

  @Test
  void keepsWhatItCannotReadAgain() {
    KernelImage kernel = read(ElfMaker.kernel(0x1000).symbol("start", 0x100000, 0x10).bytes());
    kernel.letGo();
    assertFalse(kernel.symbols().isEmpty());
  }

  @Test
  void namesAddressesBySymbols() {
    Symbols symbols =
        read(ElfMaker.kernel(0x1000)
                .symbol("start", 0x100000, 0x10)
                .symbol("main", 0x100020, 0x40)
                .symbol("assembly", 0x100100, 0)
                .bytes())
            .symbols();
    assertFalse(symbols.isEmpty());
    assertEquals("start+0x0/0x10", symbols.name(0x100000));
    assertEquals("main+0x3f/0x40", symbols.name(0x10005f));
    assertNull(symbols.name(0x100060));
    assertEquals("assembly+0x8", symbols.name(0x100108));
    assertNull(symbols.name(0));
    assertNull(symbols.name(-1));
    assertTrue(read(ElfMaker.kernel(10).bytes()).symbols().isEmpty());
  }
}
