package dev.zendo.dom0.block.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrozenDiskTest {
  private static final int SIZE = (3 << 20) + 512;

  @TempDir private Path temp;

  private static long read(DiskImage image, long at) throws IOException {
    ByteBuffer sector = ByteBuffer.allocate(512);
    image.read(sector, at);
    return sector.getLong(0);
  }

  private static void write(DiskImage image, long at, long value) throws IOException {
    image.write(ByteBuffer.allocate(512).putLong(0, value), at);
  }

  /** A copy of a disk with two sectors. */
  private Path copy() throws IOException {
    Path disk = Files.write(temp.resolve("disk"), new byte[SIZE]);
    Path copy = temp.resolve("copy.raw");
    try (DiskImage image = DiskImages.open(disk, ImageFormat.RAW, ImageAccess.WRITE)) {
      write(image, 1 << 20, 7);
      write(image, SIZE - 512, 8);
      FrozenDisk.copy(image, copy);
    }
    assertEquals(-1, Files.mismatch(disk, copy));
    return copy;
  }

  @Test
  void overlaysShowTheCopyAndKeepWhatIsWritten() throws IOException {
    Path copy = copy();
    byte[] before = Files.readAllBytes(copy);
    Path one = temp.resolve("one.qcow2");
    Path two = temp.resolve("two.qcow2");
    FrozenDisk.overlay(one, copy);
    FrozenDisk.overlay(two, copy);
    try (DiskImage first = DiskImages.open(one, ImageFormat.QCOW2, ImageAccess.WRITE);
        DiskImage second = DiskImages.open(two, ImageFormat.QCOW2, ImageAccess.WRITE)) {
      assertEquals(SIZE, first.size());
      write(first, 1 << 20, 9);
      write(second, 512, 10);
      assertEquals(9, read(first, 1 << 20));
      assertEquals(8, read(first, SIZE - 512));
      assertEquals(0, read(first, 512));
      assertEquals(7, read(second, 1 << 20));
      assertEquals(10, read(second, 512));
    }
    assertEquals(-1, Files.mismatch(copy, Files.write(temp.resolve("before"), before)));
    QemuImg.assumeInstalled();
    QemuImg.check(one);
    QemuImg.check(two);
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    Path copy = copy();
    Path overlay = temp.resolve("overlay.qcow2");
    FrozenDisk.overlay(overlay, copy);
    assertThrows(FileAlreadyExistsException.class, () -> FrozenDisk.overlay(overlay, copy));
    try (DiskImage image = DiskImages.open(copy, ImageFormat.RAW, ImageAccess.READ)) {
      assertThrows(FileAlreadyExistsException.class, () -> FrozenDisk.copy(image, copy));
    }
  }

  @Test
  void aDiskOfZerosIsAsLong() throws IOException {
    Path disk = Files.write(temp.resolve("empty"), new byte[SIZE]);
    try (DiskImage image = DiskImages.open(disk, ImageFormat.RAW, ImageAccess.READ)) {
      FrozenDisk.copy(image, temp.resolve("empty.raw"));
    }
    assertEquals(-1, Files.mismatch(disk, temp.resolve("empty.raw")));
  }
}
