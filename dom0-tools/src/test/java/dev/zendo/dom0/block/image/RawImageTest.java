package dev.zendo.dom0.block.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Raw images, and who may use an image beside whom. */
class RawImageTest {
  private static final int SIZE = 1 << 20;

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void create() throws IOException {
    file = Files.write(folder.resolve("disk"), new byte[SIZE]);
  }

  private DiskImage open(ImageAccess access) throws IOException {
    return RawImage.open(file, access);
  }

  @Test
  void theFileIsTheDisk() throws IOException {
    ImageModel model = new ImageModel(1, new byte[SIZE]);
    try (DiskImage disk = open(ImageAccess.WRITE)) {
      for (int i = 0; i < 300; i++) {
        model.step(disk);
      }
      model.grow(disk, 2 * SIZE);
      model.write(disk, 2 * SIZE - 512, 512);
      assertThrows(IOException.class, () -> disk.resize(SIZE));
    }
    assertArrayEquals(model.expected(), Files.readAllBytes(file));
  }

  @Test
  void aFileThatOthersMadeLongerIsMeasuredAgain() throws IOException {
    try (DiskImage disk = open(ImageAccess.WRITE)) {
      Files.write(file, new byte[SIZE + 700]);
      disk.resize(0);
      assertEquals(SIZE + 1024, disk.size());
      assertEquals(1024, ImageModel.read(disk, SIZE, 1024).length);
    }
  }

  @Test
  void discardMakesHoles() throws IOException {
    ImageModel model = new ImageModel(1, new byte[SIZE]);
    try (DiskImage disk = open(ImageAccess.WRITE)) {
      model.write(disk, 0, SIZE);
      disk.discard(4096, 8192);
      assertArrayEquals(new byte[8192], ImageModel.read(disk, 4096, 8192));
      assertEquals(SIZE, disk.size());
    }
  }

  private void assertRefused(ImageAccess second) {
    IOException e = assertThrows(BadImageException.class, () -> open(second).close());
    assertTrue(e.getMessage().contains("somebody else"), e.getMessage());
  }

  @Test
  void aWriterIsAlone() throws IOException {
    try (DiskImage writer = open(ImageAccess.WRITE)) {
      assertEquals(SIZE, writer.size());
      assertRefused(ImageAccess.WRITE);
      assertRefused(ImageAccess.READ);
      open(ImageAccess.WRITE_SHARED).close();
      assertRefused(ImageAccess.WRITE);
    }
    open(ImageAccess.WRITE).close();
  }

  @Test
  void readersShare() throws IOException {
    try (DiskImage first = open(ImageAccess.READ);
        DiskImage second = open(ImageAccess.READ)) {
      assertEquals(first.size(), second.size());
      assertRefused(ImageAccess.WRITE);
    }
  }

  @Test
  void whatIsNoImageIsRefused() {
    assertThrows(BadImageException.class, () -> RawImage.open(folder, ImageAccess.READ));
    assertThrows(
        BadImageException.class, () -> RawImage.open(folder.resolve("no"), ImageAccess.READ));
  }
}
