package dev.zendo.dom0.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is in a file: it is read, or refused in one line. */
class HostileImageTest {
  private static final long LIMIT = 1 << 24;
  private static final byte[] ELF =
      ElfMaker.kernel(5000)
          .note(10, "!writable_page_tables|dom0")
          .note(2, 0x101000L)
          .legacy("XEN_VER=xen-3.0,VIRT_BASE=0x0")
          .symbol("start", 0x100000, 16)
          .bytes();

  /** Numbers that break sloppy arithmetic, and any others. */
  @Provide
  Arbitrary<Long> numbers() {
    return Arbitraries.oneOf(
        Arbitraries.longs(),
        Arbitraries.longs().between(-4096, 1 << 20),
        Arbitraries.of(Long.MAX_VALUE, Long.MIN_VALUE, -1L, 0xffffffffL, 0x7fffffffL, 1L << 47));
  }

  /** Reads a file; if it is refused, then by one line. */
  static void readOrRefuse(byte[] file) {
    try {
      KernelImage kernel = KernelImage.of("test", file, LIMIT);
      for (int i = 0; i < kernel.segmentCount(); i++) {
        assertTrue(kernel.segmentAddress(i) >= kernel.start());
        assertTrue(kernel.segmentData(i).remaining() <= kernel.end() - kernel.start());
      }
      kernel.symbols().name(kernel.entry());
    } catch (ImageException e) {
      assertEquals(1, e.getMessage().lines().count());
    }
  }

  @Property(tries = 3000)
  void numbersInElfFiles(
      @ForAll("numbers") long first,
      @ForAll("numbers") long second,
      @ForAll int firstAt,
      @ForAll int secondAt) {
    byte[] file = ELF.clone();
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int headers = 64 + 2 * 56;
    bytes.putLong(4 + Math.floorMod(firstAt, headers - 12), first);
    int tail = 5 * 64 + 400;
    bytes.putLong(file.length - tail + Math.floorMod(secondAt, tail - 8), second);
    readOrRefuse(file);
  }

  @Property(tries = 1000)
  void numbersInBzImages(@ForAll("numbers") long number, @ForAll int at, @ForAll int cut)
      throws IOException {
    byte[] file = Packers.bzImage(Packers.pack(Compression.LZ4, ELF), ELF.length, true);
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(0x1f0 + Math.floorMod(at, 0x250 - 0x1f0), number);
    readOrRefuse(file);
    readOrRefuse(java.util.Arrays.copyOf(file, Math.floorMod(cut, file.length)));
  }
}
