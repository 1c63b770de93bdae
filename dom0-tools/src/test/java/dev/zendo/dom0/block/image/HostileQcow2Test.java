package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever stands in an image, using it ends with data or with an {@link IOException}. */
class HostileQcow2Test {
  private static final int SIZE = 1 << 20;

  @TempDir private Path folder;
  private byte[] image;

  @BeforeEach
  void create() throws IOException {
    QemuImg.assumeInstalled();
    Path file = folder.resolve("disk.qcow2");
    QemuImg.run("create", "-q", "-f", "qcow2", "-o", "cluster_size=4k", file, SIZE);
    try (DiskImage disk = DiskImages.open(file, ImageFormat.QCOW2, ImageAccess.WRITE)) {
      ImageModel model = new ImageModel(1, new byte[SIZE]);
      for (int i = 0; i < 50; i++) {
        model.step(disk);
      }
    }
    image = Files.readAllBytes(file);
  }

  private static void use(byte[] bytes, Random random) {
    LossyStorage storage = new LossyStorage(bytes);
    try {
      Qcow2Header header = Qcow2Header.read(storage);
      Qcow2Image disk = new Qcow2Image(storage, header, null, random.nextInt(4) == 0);
      long sectors = Math.min(disk.size(), 4 << 20) / 512;
      for (int i = 0; i < 20 && sectors > 16; i++) {
        long at = (long) random.nextInt((int) sectors - 16) * 512;
        useRange(disk, at);
      }
      disk.close();
    } catch (IOException e) {
      // refused
    }
  }

  private static void useRange(DiskImage disk, long at) {
    try {
      ByteBuffer buffer = ByteBuffer.allocate(8192);
      disk.read(buffer, at);
      disk.write(buffer.flip(), at);
      disk.discard(at, 8192);
      disk.flush();
    } catch (IOException e) {
      // refused; the next range may be sound
    }
  }

  private static void damage(byte[] bytes, int from, int to, Random random) {
    int at = from + random.nextInt(to - from);
    int length = Math.min(1 + random.nextInt(8), to - at);
    for (int i = 0; i < length; i++) {
      bytes[at + i] =
          (byte) (random.nextBoolean() ? random.nextInt() : random.nextBoolean() ? 255 : 0);
    }
  }

  @Test
  void damagedHeadersHarmNobody() {
    Random random = new Random(21);
    for (int i = 0; i < 400; i++) {
      byte[] bytes = image.clone();
      for (int j = random.nextInt(3); j >= 0; j--) {
        damage(bytes, 4, 112, random);
      }
      use(bytes, random);
    }
  }

  @Test
  void damagedTablesHarmNobody() {
    Random random = new Random(22);
    ByteBuffer numbers = ByteBuffer.wrap(image);
    int[] tables = {(int) numbers.getLong(40), (int) numbers.getLong(48)};
    int[] inner = {(int) numbers.getLong(tables[0]), (int) numbers.getLong(tables[1])};
    for (int i = 0; i < 400; i++) {
      byte[] bytes = image.clone();
      int table = random.nextBoolean() ? tables[i & 1] : inner[i & 1] & 0xffffff;
      for (int j = random.nextInt(8); j >= 0; j--) {
        damage(bytes, table, table + (random.nextBoolean() ? 64 : 4096), random);
      }
      use(bytes, random);
    }
  }
}
