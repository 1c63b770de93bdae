package dev.zendo.dom0.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables are built here by the rules of Linux' scripts/kallsyms.c, in both orders. */
class KallsymsTest {
  private static final long BASE = 0xffffffff81000000L;
  private static final int COUNT = 1000;
  private static final int LONG_NAME = 999;
  private static final int SMALL = 30_000;

  private static String name(int i) {
    return i == LONG_NAME ? "x".repeat(300) : "function_" + i;
  }

  private static void align(ByteBuffer out) {
    while ((out.position() & 7) != 0) {
      out.put((byte) 0);
    }
  }

  private static void offsets(ByteBuffer out, boolean absolute) {
    for (int i = 0; i < COUNT; i++) {
      out.putInt(!absolute ? 64 * i : i == 0 ? 0x4000 : -1 - 64 * i);
    }
    align(out);
    out.putLong(BASE);
  }

  /** Names as they are: a token for each of their characters. */
  private static void names(ByteBuffer out) {
    out.putLong(COUNT);
    int first = out.position();
    List<Integer> markers = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      if (i % 256 == 0) {
        markers.add(out.position() - first);
      }
      byte[] text = ("t" + name(i)).getBytes(StandardCharsets.US_ASCII);
      if (text.length < 128) {
        out.put((byte) text.length);
      } else {
        out.put((byte) (text.length | 0x80)).put((byte) (text.length >> 7));
      }
      out.put(text);
    }
    align(out);
    markers.forEach(out::putInt);
    align(out);
  }

  private static void tokens(ByteBuffer out) {
    short[] index = new short[256];
    int first = out.position();
    for (int i = 0; i < 256; i++) {
      index[i] = (short) (out.position() - first);
      String token = i == '_' ? "_" : i > ' ' && i < 0x7f ? "" + (char) i : "tok" + i % 10;
      out.put(token.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
    }
    align(out);
    for (short each : index) {
      out.putShort(each);
    }
    align(out);
  }

  private static ByteBuffer image(boolean newOrder, boolean absolute) {
    ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    // Digits that stand elsewhere, as in a real kernel.
    out.put(
        "0\0001\0002\0003\0004\0005\0006\0007\0008\0009\000".getBytes(StandardCharsets.US_ASCII));
    out.position(512);
    if (!newOrder) {
      offsets(out, absolute);
    }
    names(out);
    tokens(out);
    if (newOrder) {
      offsets(out, absolute);
    }
    return out.clear();
  }

  /** Tables in both orders, for others to spoil. */
  static Stream<byte[]> smallTables() {
    return Stream.of(image(false, false), image(true, true))
        .map(
            image -> {
              byte[] start = new byte[SMALL];
              image.get(start);
              return start;
            });
  }

  private static List<String> read(ByteBuffer image) {
    List<String> found = new ArrayList<>();
    Kallsyms.read(
        image, (address, type, name) -> found.add(Long.toHexString(address) + type + name));
    return found;
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void readsBothOrdersAndBothKindsOfOffsets(boolean newOrder, boolean absolute) {
    List<String> found = read(image(newOrder, absolute));
    assertEquals(COUNT, found.size());
    assertEquals((absolute ? "4000" : "ffffffff81000000") + "tfunction_0", found.get(0));
    assertEquals("ffffffff81004000tfunction_256", found.get(256));
    assertEquals(Long.toHexString(BASE + 64L * LONG_NAME) + "t" + name(LONG_NAME), found.get(999));
  }

  @Test
  void brokenTablesDoNoHarm() {
    byte[] whole = new byte[1 << 16];
    image(false, true).get(whole);
    Random random = new Random(1);
    int read = 0;
    for (int round = 0; round < 300; round++) {
      byte[] bytes = whole.clone();
      for (int i = 0; i < 20; i++) {
        bytes[random.nextInt(28000)] = (byte) random.nextInt();
      }
      read += read(little(bytes, bytes.length)).size();
      read += read(little(whole, random.nextInt(28000))).size();
    }
    assertTrue(read >= 0);
    assertEquals(0, read(little(new byte[0], 0)).size());
  }

  private static ByteBuffer little(byte[] bytes, int length) {
    return ByteBuffer.wrap(bytes, 0, length).slice().order(ByteOrder.LITTLE_ENDIAN);
  }
}
