package dev.zendo.dom0.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompressionTest {
  private static final long LIMIT = 64 << 20;

  /** Compressible, but not trivially. */
  private static byte[] sample(int size) {
    Random random = new Random(42);
    byte[] data = new byte[size];
    for (int i = 0; i < size; i++) {
      data[i] = (byte) (random.nextInt(8) == 0 ? random.nextInt() : i >> 4);
    }
    return data;
  }

  private static byte[] unpack(Compression compression, byte[] packed, long expected, long limit) {
    assertEquals(compression, Compression.of(packed, 0, packed.length));
    return compression.unpack("test", packed, 0, packed.length, expected, limit);
  }

  @ParameterizedTest
  @EnumSource
  void unpacksWhatWasPacked(Compression compression) throws IOException {
    byte[] data = sample(3_000_001);
    byte[] packed = Packers.pack(compression, data);
    assertArrayEquals(data, unpack(compression, packed, data.length, LIMIT));
    assertArrayEquals(data, unpack(compression, packed, 0, LIMIT));
    assertArrayEquals(data, unpack(compression, packed, 100, LIMIT));
  }

  @ParameterizedTest
  @EnumSource
  void unpacksEmptyData(Compression compression) throws IOException {
    byte[] packed = Packers.pack(compression, new byte[0]);
    assertEquals(0, unpack(compression, packed, 0, LIMIT).length);
  }

  @ParameterizedTest
  @EnumSource
  void namesTruncatedData(Compression compression) throws IOException {
    byte[] packed = Packers.pack(compression, sample(500_000));
    for (int part : new int[] {10, 50, 90}) {
      byte[] cut = Arrays.copyOf(packed, packed.length * part / 100);
      ImageException e =
          assertThrows(ImageException.class, () -> unpack(compression, cut, 500_000, LIMIT));
      assertTrue(e.getMessage().contains("truncated"), e.getMessage());
      assertTrue(e.getMessage().contains(compression.label()), e.getMessage());
      assertEquals(1, e.getMessage().lines().count());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LZ4") // has no checksum
  void noticesCorruptData(Compression compression) throws IOException {
    byte[] data = sample(200_000);
    byte[] packed = Packers.pack(compression, data);
    Random random = new Random(7);
    int noticed = 0;
    for (int i = 0; i < 40; i++) {
      byte[] bad = packed.clone();
      int at = 20 + random.nextInt(bad.length - 40);
      bad[at] ^= (byte) (1 << random.nextInt(8));
      try {
        if (!Arrays.equals(data, unpack(compression, bad, data.length, LIMIT))) {
          noticed++; // formats without a checksum: what comes out is at least checked by size
        }
      } catch (ImageException e) {
        noticed++;
        assertEquals(1, e.getMessage().lines().count());
      }
    }
    assertTrue(noticed > 30, "noticed " + noticed);
  }

  @ParameterizedTest
  @EnumSource
  void stopsBombsAtTheLimit(Compression compression) throws IOException {
    byte[] packed = Packers.pack(compression, new byte[32 << 20]);
    for (long expected : new long[] {0, 1 << 20, 32 << 20}) {
      ImageException e =
          assertThrows(ImageException.class, () -> unpack(compression, packed, expected, 16 << 20));
      assertTrue(e.getMessage().contains("more than 16 MiB"), e.getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource
  void survivesRandomBytesBehindTheMagicNumber(Compression compression) throws IOException {
    byte[] start = Packers.pack(compression, sample(1000));
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      byte[] bad = new byte[2000];
      random.nextBytes(bad);
      System.arraycopy(start, 0, bad, 0, 9 + random.nextInt(40));
      try {
        assertTrue(compression.unpack("test", bad, 0, bad.length, 0, 1 << 20).length <= 1 << 20);
      } catch (ImageException e) {
        assertEquals(1, e.getMessage().lines().count());
      }
    }
  }

  @Test
  void readsLz4OfManyBlocksAndConcatenatedFrames() throws IOException {
    byte[] data = sample(20 << 20);
    byte[] packed = Packers.lz4(data, 8 << 20);
    assertArrayEquals(data, unpack(Compression.LZ4, packed, data.length, LIMIT));
    byte[] twice = Arrays.copyOf(packed, 2 * packed.length);
    System.arraycopy(packed, 0, twice, packed.length, packed.length);
    assertEquals(2 * data.length, unpack(Compression.LZ4, twice, 0, LIMIT).length);
  }
}
