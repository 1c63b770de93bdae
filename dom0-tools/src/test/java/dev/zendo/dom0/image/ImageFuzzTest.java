package dev.zendo.dom0.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is in a kernel file, it is read or refused in one line. In a build the seeds are tried;
 * {@code bench/fuzz codecs} lets Jazzer look for more, guided by coverage.
 */
class ImageFuzzTest {
  private static final long LIMIT = 1 << 20;

  private static byte[] elf() {
    return ElfMaker.kernel(500)
        .note(10, "!writable_page_tables|dom0")
        .note(2, 0x101000L)
        .legacy("XEN_VER=xen-3.0,VIRT_BASE=0x0")
        .symbol("start", 0x100000, 16)
        .bytes();
  }

  static Stream<byte[]> kernels() throws IOException {
    List<byte[]> all = new ArrayList<>(List.of(elf()));
    for (Compression compression : Compression.values()) {
      all.add(Packers.bzImage(Packers.pack(compression, elf()), elf().length, true));
    }
    return all.stream();
  }

  @MethodSource("kernels")
  @FuzzTest(maxDuration = "1m")
  void kernel(byte[] file) {
    HostileImageTest.readOrRefuse(file);
  }

  static Stream<byte[]> packed() throws IOException {
    List<byte[]> all = new ArrayList<>();
    for (Compression compression : Compression.values()) {
      byte[] data = Packers.pack(compression, new byte[300]);
      byte[] seed = new byte[data.length + 1];
      seed[0] = (byte) compression.ordinal();
      System.arraycopy(data, 0, seed, 1, data.length);
      all.add(seed);
    }
    return all.stream();
  }

  /** The first byte chooses the compression, so that no magic number has to be guessed. */
  @MethodSource("packed")
  @FuzzTest(maxDuration = "1m")
  void compression(byte[] input) {
    if (input.length == 0) {
      return;
    }
    Compression[] all = Compression.values();
    Compression compression = all[(input[0] & 0xff) % all.length];
    try {
      byte[] out = compression.unpack("test", input, 1, input.length - 1, 0, LIMIT);
      assertTrue(out.length <= LIMIT);
    } catch (ImageException e) {
      assertEquals(1, e.getMessage().lines().count());
    }
  }

  static Stream<byte[]> tables() {
    return KallsymsTest.smallTables();
  }

  @MethodSource("tables")
  @FuzzTest(maxDuration = "1m")
  void kallsyms(byte[] file) {
    int[] names = {0};
    Kallsyms.read(
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN),
        (address, type, name) -> names[0] += name.length());
    assertTrue(names[0] >= 0);
  }
}
