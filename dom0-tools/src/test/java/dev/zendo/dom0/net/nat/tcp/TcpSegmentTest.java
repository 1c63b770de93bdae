package dev.zendo.dom0.net.nat.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.net.wire.Ip;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TcpSegmentTest {
  @Test
  void whatIsWrittenIsRead() {
    TcpSegment segment = new TcpSegment().set(-5, 7, Ip.SYN | Ip.ACK, 65535, 3);
    segment.mss = 1460;
    segment.scale = 7;
    byte[] packet = new byte[segment.headerBytes() + 3];
    segment.write(packet, 0);
    TcpSegment read = new TcpSegment();
    read.parse(packet, 0, packet.length);
    assertEquals(-5, read.sequence());
    assertEquals(7, read.acknowledged());
    assertEquals(Ip.SYN | Ip.ACK, read.flags());
    assertEquals(1460, read.mss);
    assertEquals(7, read.scale);
    assertEquals(3, read.length());
    assertEquals(4, read.span());
  }

  @Test
  void optionsThatEndTooLateAreNoneAndScalesAreBounded() {
    byte[] packet = new byte[60];
    packet[12] = (byte) 0xf0;
    packet[13] = Ip.SYN;
    Random random = new Random(1);
    TcpSegment segment = new TcpSegment();
    for (int i = 0; i < 50_000; i++) {
      for (int j = 20; j < 60; j++) {
        packet[j] = (byte) (random.nextBoolean() ? random.nextInt(5) : random.nextInt());
      }
      int header = 20 + 4 * random.nextInt(11);
      packet[12] = (byte) (header / 4 << 4);
      byte[] exact = Arrays.copyOf(packet, header);
      segment.parse(exact, 0, header);
      assertTrue(segment.scale <= 14 && segment.mss <= 0xffff);
    }
  }
}
