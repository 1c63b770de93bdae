package dev.zendo.dom0.migrate.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The migration stream as bytes. */
class StreamTest {
  private static byte[] example() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Recorder.example(new StreamWriter(out));
    return out.toByteArray();
  }

  private static void read(byte[] bytes, DomainSink sink) {
    StreamReader.read(new ByteArrayInputStream(bytes), sink);
  }

  private static String refusal(byte[] bytes) {
    return assertThrows(StreamException.class, () -> read(bytes, new Recorder())).getMessage();
  }

  /** Headers, then records as {type, length, body}. */
  private static byte[] stream(int version, byte[]... records) {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    bytes.putLong(-1).putInt(0x58454e46).putInt(version).putLong(0);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putInt(1).putShort((short) 12).putShort((short) 0);
    bytes.putInt(4).putInt(17);
    for (byte[] record : records) {
      bytes.put(record);
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  private static byte[] record(int type, int... words) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + 4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(type).putInt(4 * words.length);
    for (int word : words) {
      bytes.putInt(word);
    }
    return Arrays.copyOf(bytes.array(), bytes.capacity() + 7 & ~7);
  }

  private static final byte[] INFO = record(2, 0x0408, 0);
  private static final byte[] STATIC_END = record(16);
  private static final byte[] LIST = record(3, 0, 7, 3, 0);
  private static final byte[] END = record(0);

  @Test
  void whatIsWrittenIsRead() {
    Recorder told = new Recorder();
    Recorder.example(told);
    Recorder read = new Recorder();
    read(example(), read);
    assertEquals(told.lines(), read.lines());
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    read(example(), new StreamWriter(again));
    assertArrayEquals(example(), again.toByteArray());
  }

  /**
   * Arrays of megabytes for each of thousands of records would be as many pauses of a small heap.
   */
  @Test
  void recordsOfPagesAreReadIntoOneArray() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StreamWriter writer = new StreamWriter(out);
    writer.list(0, 7, new long[] {3});
    for (int i = 0; i < 3; i++) {
      writer.pages(new long[] {i}, new int[1], ByteBuffer.allocate(DomainSink.PAGE));
    }
    writer.end();
    Set<byte[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
    DomainSink sink =
        new Recorder() {
          @Override
          public void pages(long[] pfns, int[] kinds, ByteBuffer data) {
            assertTrue(data.arrayOffset() >= 0);
            arrays.add(data.array());
          }
        };
    read(out.toByteArray(), sink);
    assertEquals(1, arrays.size());
  }

  @Test
  void headersAndRecordsLieWhereXenPutsThem() {
    byte[] bytes = example();
    byte[] start = stream(3, INFO, STATIC_END, record(3, 0, 600, 3, 0, 4, 0));
    assertArrayEquals(start, Arrays.copyOf(bytes, start.length));
    assertEquals(0, bytes.length % 8);
  }

  @Test
  void aStreamThatWasCutOffIsRefused() {
    byte[] bytes = example();
    for (int length = 0; length < bytes.length; length += 3) {
      refusal(Arrays.copyOf(bytes, length));
    }
  }

  @Test
  void damageNeverDoesMoreThanBeRefused() {
    byte[] bytes = example();
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = bytes.clone();
      int at = random.nextBoolean() ? random.nextInt(160) : random.nextInt(bytes.length);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      try {
        read(damaged, new Recorder());
      } catch (StreamException e) {
        assertTrue(!e.getMessage().isEmpty());
      }
    }
  }

  @Test
  void olderStreamsHaveNoEndOfWhatIsStatic() {
    read(stream(2, INFO, LIST, END), new Recorder());
    assertTrue(refusal(stream(3, INFO, LIST, END)).contains("p2m"));
    refusal(stream(1, INFO, LIST, END));
    refusal(stream(4, INFO, STATIC_END, LIST, END));
  }

  @Test
  void unknownRecordsAreLeftAloneOnlyIfTheyMayBe() {
    Recorder told = new Recorder();
    read(stream(3, INFO, record(17, 5), record(18), STATIC_END, record(0x80000005, 1), END), told);
    assertEquals(List.of("end"), told.lines());
    for (int type : new int[] {9, 10, 11, 13, 14, 15, 19, 0x7fffffff}) {
      refusal(stream(3, INFO, STATIC_END, LIST, record(type), END));
    }
  }

  @Test
  void whatCannotBeIsRefused() {
    for (byte[] bad :
        new byte[][] {
          record(2, 0x0304, 0),
          record(3, 0, 7, 8, 0),
          record(3, 8, 7, 3, 0),
          record(3, 0, -1, 3, 0),
          record(3, 0, 7),
          record(1, 0, 0),
          record(1, 1, 0, 8, 0xf0000000),
          record(1, 1, 0, 1, 0x50000000),
          record(1, 1, 0, 1, 0x80000000),
          record(1, 1, 0, 1, 0),
          record(1, 100, 0),
          record(4, -1, 0, 1),
          record(7, 1, 2),
          record(8, 1),
          record(0, 1)
        }) {
      refusal(stream(3, INFO, STATIC_END, LIST, bad, END));
    }
    refusal(stream(3, STATIC_END, LIST, END));
    refusal(stream(3, INFO, STATIC_END, record(1, 1, 0, 1, 0xf0000000), END));
    byte[] hvm = stream(3, END);
    hvm[24] = 2;
    assertTrue(refusal(hvm).contains("HVM"));
    byte[] big = stream(3, END);
    big[17] = 1;
    refusal(big);
  }
}
