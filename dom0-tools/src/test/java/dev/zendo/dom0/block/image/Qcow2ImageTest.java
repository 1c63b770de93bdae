package dev.zendo.dom0.block.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that qemu-img makes, used here, and judged by qemu-img again. */
class Qcow2ImageTest {
  private static final int SIZE = 3 << 20;

  @TempDir private Path folder;
  private Path image;

  @BeforeEach
  void needsQemu() {
    QemuImg.assumeInstalled();
    image = folder.resolve("disk.qcow2");
  }

  private DiskImage open(ImageAccess access) throws IOException {
    return DiskImages.open(image, ImageFormat.QCOW2, access);
  }

  private void create(String options) throws IOException {
    QemuImg.run("create", "-q", "-f", "qcow2", "-o", options, image, SIZE);
  }

  private static byte[] pattern() {
    byte[] bytes = new byte[SIZE];
    Random random = new Random(1);
    for (int i = 0; i < SIZE; i += 4096) {
      // A third random, a third the same byte, a third zero: what compression and holes are for.
      int kind = random.nextInt(3);
      for (int j = i; j < i + 4096; j++) {
        bytes[j] = (byte) (kind == 0 ? random.nextInt() : kind == 1 ? i >> 12 : 0);
      }
    }
    return bytes;
  }

  /** Many operations with a fresh start in between; then qemu-img has its say. */
  private void exercise(byte[] contents, int steps) throws IOException {
    ImageModel model = new ImageModel(7, contents);
    for (int round = 0; round < 2; round++) {
      try (DiskImage disk = open(ImageAccess.WRITE)) {
        model.checkAll(disk);
        for (int i = 0; i < steps; i++) {
          model.step(disk);
        }
        model.checkAll(disk);
      }
      QemuImg.check(image);
    }
    Path raw = Files.write(folder.resolve("expected"), model.expected());
    QemuImg.compare(image, raw);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compat=0.10",
        "compat=0.10,cluster_size=512",
        "compat=1.1",
        "compat=1.1,cluster_size=512,refcount_bits=64",
        "compat=1.1,cluster_size=512,refcount_bits=1",
        "compat=1.1,cluster_size=1024,refcount_bits=2",
        "compat=1.1,cluster_size=4k,refcount_bits=4",
        "compat=1.1,cluster_size=16k,refcount_bits=8",
        "compat=1.1,cluster_size=2M,refcount_bits=32",
        "compat=1.1,lazy_refcounts=on",
        "compat=1.1,preallocation=metadata",
      })
  void randomOperationsLeaveWhatTheModelSays(String options) throws IOException {
    create(options);
    exercise(new byte[SIZE], 80);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-c,compat=0.10",
        "-c,compat=1.1,cluster_size=4k",
        "-c,compat=1.1,compression_type=zstd",
        "-p,compat=1.1",
      })
  void compressedAndConvertedImagesAreReadAndWritten(String how) throws IOException {
    Path raw = Files.write(folder.resolve("raw"), pattern());
    String options = how.substring(3);
    if (how.startsWith("-c")) {
      QemuImg.run("convert", "-c", "-f", "raw", "-O", "qcow2", "-o", options, raw, image);
    } else {
      QemuImg.run("convert", "-f", "raw", "-O", "qcow2", "-o", options, raw, image);
    }
    exercise(pattern(), 60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compat=0.10", "compat=1.1", "compat=1.1,cluster_size=4k"})
  void whatTheImageLacksComesFromTheChainOfBackingFiles(String options) throws IOException {
    byte[] contents = pattern();
    Path raw = Files.write(folder.resolve("base.raw"), contents);
    Path middle = folder.resolve("middle.qcow2");
    QemuImg.run("create", "-q", "-f", "qcow2", "-F", "raw", "-b", "base.raw", middle);
    String relative = "middle.qcow2";
    QemuImg.run("create", "-q", "-f", "qcow2", "-o", options, "-F", "qcow2", "-b", relative, image);
    exercise(contents, 60);
    assertArrayEquals(contents, Files.readAllBytes(raw));
    QemuImg.compare(middle, raw);
  }

  @Test
  void aBackingFileMayBeShorter() throws IOException {
    byte[] contents = new byte[SIZE];
    byte[] shorter = Arrays.copyOf(pattern(), 1_000_000 / 512 * 512);
    System.arraycopy(shorter, 0, contents, 0, shorter.length);
    Files.write(folder.resolve("base.raw"), shorter);
    QemuImg.run("create", "-q", "-f", "qcow2", "-F", "raw", "-b", "base.raw", image, SIZE);
    exercise(contents, 60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compat=0.10", "compat=1.1", "compat=1.1,cluster_size=512"})
  void aSnapshotKeepsWhatItHad(String options) throws IOException {
    create(options);
    ImageModel model = new ImageModel(3, new byte[SIZE]);
    try (DiskImage disk = open(ImageAccess.WRITE)) {
      for (int i = 0; i < 50; i++) {
        model.write(disk, i * 49152, 24576);
      }
    }
    byte[] before = model.expected().clone();
    QemuImg.run("snapshot", "-c", "then", image);
    exercise(before, 100);
    QemuImg.run("snapshot", "-a", "then", image);
    QemuImg.compare(image, Files.write(folder.resolve("then"), before));
    QemuImg.check(image);
    QemuImg.run("snapshot", "-d", "then", image);
    QemuImg.check(image);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"compat=1.1", "compat=1.1,cluster_size=512", "compat=0.10,cluster_size=4k"})
  void aDiskGrowsWhileItIsUsed(String options) throws IOException {
    create(options);
    ImageModel model = new ImageModel(5, new byte[SIZE]);
    try (DiskImage disk = open(ImageAccess.WRITE)) {
      for (int size = SIZE; size <= SIZE + (3 << 20); size += 1 << 20) {
        model.grow(disk, size);
        for (int i = 0; i < 30; i++) {
          model.step(disk);
        }
        model.checkAll(disk);
      }
    }
    QemuImg.check(image);
    QemuImg.compare(image, Files.write(folder.resolve("expected"), model.expected()));
  }

  @Test
  void discardGivesRoomBack() throws IOException {
    create("compat=1.1");
    ImageModel model = new ImageModel(5, new byte[SIZE]);
    try (DiskImage disk = open(ImageAccess.WRITE)) {
      model.write(disk, 0, SIZE);
      model.flush(disk);
      disk.discard(0, SIZE);
      disk.flush();
      model.write(disk, 0, SIZE);
    }
    QemuImg.check(image);
    assertTrue(Files.size(image) < 5L << 20, "clusters are used again: " + Files.size(image));
  }

  @Test
  void whatCannotBeUsedIsRefusedInOneLine() throws IOException {
    create("compat=1.1,extended_l2=on");
    assertRefused("subclusters");
    create("compat=1.1,data_file=" + folder.resolve("data"));
    assertRefused("another file");
    create("compat=1.1");
    patch(72, 1);
    assertRefused("repair it");
    patch(72, 1L << 40);
    assertRefused("unknown features");
    QemuImg.run(
        "create", "-q", "-u", "-f", "qcow2", "-F", "qcow2", "-b", "disk.qcow2", image, SIZE);
    assertRefused("somebody else");
    assertRefused(ImageAccess.READ, "too many backing files");
    Files.write(image, new byte[100]);
    assertRefused("no qcow2 image");
  }

  private void patch(int at, long value) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(image));
    Files.write(image, bytes.putLong(at, value).array());
  }

  private void assertRefused(String why) {
    assertRefused(ImageAccess.WRITE, why);
  }

  private void assertRefused(ImageAccess access, String why) {
    IOException e = assertThrows(BadImageException.class, () -> open(access).close());
    assertTrue(e.getMessage().contains(why), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void aBackingFileThatLooksLikeAnImageNeedsItsFormat() throws IOException {
    Path base = folder.resolve("base.qcow2");
    QemuImg.run("create", "-q", "-f", "qcow2", base, SIZE);
    QemuImg.run("create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, image);
    byte[] bytes = Files.readAllBytes(image);
    // Turns the extension that names the format into one that nobody knows.
    for (int i = 0; i < 1024; i++) {
      if (ByteBuffer.wrap(bytes, i, 4).getInt() == 0xe2792aca) {
        bytes[i] = 1;
      }
    }
    Files.write(image, bytes);
    assertRefused("does not say the format");
  }

  @Test
  void readOnlyImagesAreNotWritten() throws IOException {
    create("compat=1.1");
    try (DiskImage disk = open(ImageAccess.READ)) {
      assertThrows(IOException.class, () -> disk.write(ByteBuffer.allocate(512), 0));
      assertThrows(IOException.class, () -> disk.discard(0, 512));
      assertThrows(IndexOutOfBoundsException.class, () -> ImageModel.read(disk, SIZE, 512));
    }
  }
}
