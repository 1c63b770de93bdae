package dev.zendo.dom0.block.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Random operations on an image, and on an array that shows what must come of them. */
final class ImageModel {
  private final Random random;
  private byte[] expected;

  /** What was durable at the last flush; bytes written since may show either. */
  private byte[] flushed;

  ImageModel(long seed, byte[] contents) {
    random = new Random(seed);
    expected = contents.clone();
    flushed = contents.clone();
  }

  byte[] expected() {
    return expected;
  }

  /** A range of whole sectors, mostly short. */
  private int[] range() {
    int sectors = expected.length / 512;
    int start = random.nextInt(sectors);
    int longest = random.nextInt(8) == 0 ? 400 : 20;
    int length = 1 + random.nextInt(Math.min(longest, sectors - start));
    return new int[] {start * 512, length * 512};
  }

  void step(DiskImage image) throws IOException {
    int[] range = range();
    switch (random.nextInt(10)) {
      case 0:
        flush(image);
        break;
      case 1:
        discard(image, range[0], range[1]);
        break;
      case 2:
      case 3:
      case 4:
        checkRange(image, range[0], range[1]);
        break;
      default:
        write(image, range[0], range[1]);
        break;
    }
  }

  void write(DiskImage image, int at, int length) throws IOException {
    byte[] data = new byte[length];
    random.nextBytes(data);
    System.arraycopy(data, 0, expected, at, length);
    ByteBuffer buffer = ByteBuffer.allocateDirect(length).put(data).flip();
    image.write(buffer, at);
  }

  /** What is read afterwards is one or the other, so the model takes what the image shows. */
  private void discard(DiskImage image, int at, int length) throws IOException {
    byte[] before = Arrays.copyOfRange(expected, at, at + length);
    // While it is under way nothing is certain there.
    for (int i = at; i < at + length; i++) {
      expected[i] = (byte) ~before[i - at];
    }
    image.discard(at, length);
    System.arraycopy(before, 0, expected, at, length);
    byte[] shown = read(image, at, length);
    for (int i = 0; i < length; i += 512) {
      byte[] sector = Arrays.copyOfRange(shown, i, i + 512);
      if (!Arrays.equals(sector, new byte[512])) {
        assertArrayEquals(Arrays.copyOfRange(expected, at + i, at + i + 512), sector);
      }
    }
    System.arraycopy(shown, 0, expected, at, length);
  }

  void flush(DiskImage image) throws IOException {
    image.flush();
    flushed = expected.clone();
  }

  static byte[] read(DiskImage image, int at, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(length);
    image.read(buffer, at);
    byte[] bytes = new byte[length];
    buffer.flip().get(bytes);
    return bytes;
  }

  private void checkRange(DiskImage image, int at, int length) throws IOException {
    assertArrayEquals(Arrays.copyOfRange(expected, at, at + length), read(image, at, length));
  }

  void checkAll(DiskImage image) throws IOException {
    checkRange(image, 0, expected.length);
  }

  /** The sectors that were not touched since the last flush. */
  void checkFlushed(DiskImage image) throws IOException {
    byte[] shown = read(image, 0, expected.length);
    for (int i = 0; i < shown.length; i += 512) {
      byte[] durable = Arrays.copyOfRange(flushed, i, i + 512);
      if (Arrays.equals(durable, Arrays.copyOfRange(expected, i, i + 512))) {
        assertArrayEquals(durable, Arrays.copyOfRange(shown, i, i + 512), "sector " + i / 512);
      }
    }
  }

  void grow(DiskImage image, int bytes) throws IOException {
    image.resize(bytes);
    expected = Arrays.copyOf(expected, bytes);
    flushed = Arrays.copyOf(flushed, bytes);
  }
}
