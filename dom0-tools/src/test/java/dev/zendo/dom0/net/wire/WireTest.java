package dev.zendo.dom0.net.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WireTest {
  private final FramePool pool = new FramePool();
  private final PacketView view = new PacketView();
  private final Offload offload = new Offload(pool);

  private boolean verified(Frame frame) {
    return view.parse(frame.data(), frame.length()) && Offload.verified(frame, view);
  }

  /** The example of RFC 1071, section 3. */
  @Test
  void theChecksumIsThatOfRfc1071() {
    byte[] data = {
      0x00, 0x01, (byte) 0xf2, 0x03, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7
    };
    assertEquals(0xddf2, InternetChecksum.fold(InternetChecksum.add(0, data, 0, 8)));
  }

  @Test
  void theChecksumOfAnyPieceIsThatOfSingleWords() {
    byte[] data = new byte[70];
    new Random(1).nextBytes(data);
    for (int at = 0; at < 9; at++) {
      for (int length = 0; length < 60; length++) {
        long plain = 0;
        for (int i = 0; i < length; i++) {
          plain += (data[at + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        int sum = InternetChecksum.fold(InternetChecksum.add(0, data, at, length));
        assertEquals(InternetChecksum.fold(plain), sum);
      }
    }
  }

  @Test
  void macAddressesAreReadAndWritten() {
    assertEquals("00:16:3e:0a:ff:01", MacAddress.parse("00:16:3E:a:ff:01").toString());
    for (String bad :
        List.of("", "00:16:3e:0a:ff", "00:16:3e:0a:ff:01:02", "g0:0:0:0:0:0", "::::::")) {
      assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(bad), bad);
    }
  }

  @Test
  void openChecksumsAreCompleted() {
    for (Frame frame :
        List.of(
            Packets.tcp4(pool, 1, 2, 333, Packets.ACK),
            Packets.tcp6(pool, 1, 2, 222, Packets.ACK),
            Packets.udp4(pool, 1, 2, new byte[11]))) {
      assertTrue(verified(frame));
      byte[] right = Arrays.copyOf(frame.data(), frame.length());
      assertTrue(view.parse(frame.data(), frame.length()));
      Wire.put16(frame.data(), view.checksum(), 0x7777);
      assertFalse(verified(frame));
      frame.checksum(true, true);
      assertTrue(offload.sound(frame));
      offload.complete(frame);
      assertArrayEquals(right, Arrays.copyOf(frame.data(), frame.length()));
    }
  }

  @Test
  void aLargePacketBecomesSegmentsThatAreTheSameStream() {
    for (boolean v6 : new boolean[] {false, true}) {
      int flags = Ip.ACK | Ip.PSH | Ip.FIN | Ip.CWR;
      Frame large =
          v6 ? Packets.tcp6(pool, 1, 2, 10_000, flags) : Packets.tcp4(pool, 1, 2, 10_000, flags);
      byte[] original = Arrays.copyOf(large.data(), large.length());
      int headers = v6 ? 74 : 54;
      large.segmentBytes(1448);
      assertTrue(offload.sound(large));
      assertTrue(large.partial());
      List<Frame> segments = new ArrayList<>();
      offload.segment(large, segments::add);
      assertEquals(7, segments.size());
      int at = 0;
      for (Frame segment : segments) {
        assertTrue(verified(segment));
        int bytes = segment.length() - headers;
        assertTrue(bytes <= 1448);
        assertEquals(0xffff_ff00 + at, Wire.i32(segment.data(), headers - 20 + Ip.TCP_SEQUENCE));
        assertTrue(
            Arrays.equals(
                original,
                headers + at,
                headers + at + bytes,
                segment.data(),
                headers,
                segment.length()));
        int got = Wire.u8(segment.data(), headers - 20 + Ip.TCP_FLAGS);
        int first = at == 0 ? Ip.CWR : 0;
        at += bytes;
        assertEquals(Ip.ACK | first | (at == 10_000 ? Ip.PSH | Ip.FIN : 0), got);
      }
      assertEquals(10_000, at);
    }
  }

  @Test
  void whatIsNoTcpCannotBeLarge() {
    Frame udp = Packets.udp4(pool, 1, 2, new byte[3000]);
    udp.segmentBytes(1000);
    assertFalse(offload.sound(udp));
    Frame tiny = Packets.tcp4(pool, 1, 2, 3000, Packets.ACK);
    tiny.segmentBytes(1);
    assertFalse(offload.sound(tiny));
    Frame fragment = Packets.tcp4(pool, 1, 2, 100, Packets.ACK);
    Wire.put16(fragment.data(), 14 + Ip.V4_FRAGMENT, Ip.MORE_FRAGMENTS);
    fragment.checksum(true, true);
    assertFalse(offload.sound(fragment));
  }

  /** TCP over IPv6 behind headers of any kind, fragments among them, and perhaps behind a tag. */
  private Frame extended(Random random) {
    int[] kinds = {0, 43, 44, 60};
    int tag = random.nextInt(4) == 0 ? 4 : 0;
    int count = random.nextInt(10);
    Frame inner = Packets.tcp6(pool, 1, 2, random.nextInt(200), Packets.ACK);
    int more = 8 * count;
    Frame frame = pool.take(inner.length() + tag + more);
    byte[] data = frame.data();
    System.arraycopy(inner.data(), 0, data, 0, 12);
    Wire.put32(data, 12, 0x8100_0005);
    System.arraycopy(inner.data(), 12, data, 12 + tag, 42);
    System.arraycopy(inner.data(), 54, data, 54 + tag + more, inner.length() - 54);
    int ip = 14 + tag;
    Wire.put16(data, ip + Ip.V6_PAYLOAD_LENGTH, inner.length() - 54 + more);
    int next = ip + Ip.V6_NEXT_HEADER;
    for (int at = ip + 40; at < ip + 40 + more; at += 8) {
      Wire.put8(data, next, kinds[random.nextInt(kinds.length)]);
      Wire.put32(data, at, random.nextInt(4) == 0 ? random.nextInt(0x1_0000) : 0);
      Wire.put32(data, at + 4, random.nextInt());
      next = at;
    }
    Wire.put8(data, next, random.nextInt(4) == 0 ? Ip.UDP : Ip.TCP);
    inner.release();
    return frame;
  }

  private Frame fragment(Random random) {
    Frame frame = Packets.udp4(pool, 1, 2, new byte[random.nextInt(200)]);
    Wire.put16(frame.data(), 14 + Ip.V4_FRAGMENT, random.nextInt(0x4000));
    return frame;
  }

  @Test
  void headersOfIpv6AreSkippedAndFragmentsSeen() {
    Random random = new Random(6);
    int found = 0;
    int fragments = 0;
    for (int i = 0; i < 5000; i++) {
      Frame frame = extended(random);
      boolean parsed = view.parse(frame.data(), frame.length());
      assertTrue(parsed, "the lengths are right");
      assertEquals(frame.length(), view.end());
      found += view.transport() >= 0 ? 1 : 0;
      fragments += view.fragment() ? 1 : 0;
      frame.checksum(true, false);
      assertFalse(view.fragment() && offload.sound(frame), "no card sums up fragments");
      frame.release();
    }
    assertTrue(found > 500 && fragments > 500, found + " found, " + fragments + " fragments");
  }

  /** Whatever stands in a frame, nothing is read or written beyond it. */
  @Test
  void hostilePacketsDoNoHarm() {
    Random random = new Random(2);
    for (int i = 0; i < 50_000; i++) {
      Frame frame =
          switch (i % 5) {
            case 0 -> Packets.tcp4(pool, 1, 2, random.nextInt(200), Packets.ACK);
            case 1 -> Packets.tcp6(pool, 1, 2, random.nextInt(200), Packets.ACK);
            case 2 -> extended(random);
            case 3 -> fragment(random);
            default -> Packets.udp4(pool, 1, 2, new byte[random.nextInt(200)]);
          };
      int changes = random.nextInt(4);
      for (int j = 0; j < changes; j++) {
        frame.data()[12 + random.nextInt(70)] = (byte) random.nextInt();
      }
      frame.length(random.nextInt(frame.length() + 1));
      frame.checksum(random.nextBoolean(), false);
      frame.segmentBytes(random.nextBoolean() ? random.nextInt(1500) : 0);
      if (view.parse(frame.data(), frame.length())) {
        assertTrue(view.end() <= frame.length());
        assertTrue(view.transport() < 0 || view.transport() + 8 <= view.end());
        Offload.verified(frame, view);
      }
      if (!offload.sound(frame)) {
        frame.release();
      } else if (frame.segmentBytes() != 0) {
        offload.segment(frame, Frame::release);
      } else {
        offload.complete(frame);
        frame.release();
      }
    }
  }

  @Test
  void aFrameIsReleasedOnce() {
    Frame frame = pool.take(100);
    frame.release();
    assertThrows(IllegalStateException.class, frame::release);
  }
}
