package dev.zendo.dom0.net.nat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.Offload;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.dom0.net.wire.Wire;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReassemblyTest {
  private static final int FROM = 0x0a00020f;
  private static final int TO = 0x0a000202;

  private final FramePool pool = new FramePool();
  private final PacketWriter writer = new PacketWriter(pool, 7);
  private final PacketView view = new PacketView();
  private final Reassembly reassembly = new Reassembly(pool);

  private Frame piece(int id, int offset, int bytes, boolean more) {
    int bits = offset / 8 | (more ? Ip.MORE_FRAGMENTS : 0);
    Frame frame = writer.fragment(9, FROM, TO, Ip.UDP, bytes, id, bits);
    for (int i = 0; i < bytes; i++) {
      frame.data()[PacketWriter.PAYLOAD + i] = (byte) ((offset + i) * 31 + (offset + i >> 8));
    }
    return frame;
  }

  private Frame add(Frame frame, long station, long now) {
    assertTrue(view.parse(frame.data(), frame.length()));
    assertTrue(view.fragment());
    Frame whole = reassembly.add(frame, view, station, now);
    frame.release();
    return whole;
  }

  private Frame add(int id, int offset, int bytes, boolean more) {
    return add(piece(id, offset, bytes, more), 1, 0);
  }

  private void check(Frame whole, int bytes) {
    assertNotNull(whole);
    assertTrue(view.parse(whole.data(), whole.length()));
    assertEquals(Ip.ETHERNET + Ip.V4_HEADER + bytes, whole.length());
    assertEquals(whole.length(), view.end());
    // Its checksum of UDP is nonsense, the one of IP is not.
    whole.checksum(false, true);
    assertTrue(Offload.verified(whole, view));
    Frame same = piece(0, 0, bytes, false);
    int at = PacketWriter.PAYLOAD;
    assertArrayEquals(
        Arrays.copyOfRange(same.data(), at, at + bytes),
        Arrays.copyOfRange(whole.data(), at, at + bytes));
    assertEquals(0, reassembly.size());
  }

  @Test
  void fragmentsComeInAnyOrder() {
    List<int[]> pieces = new ArrayList<>();
    for (int at = 0; at < 60_001; at += 1480) {
      pieces.add(new int[] {at, Math.min(1480, 60_001 - at)});
    }
    for (int seed = 0; seed < 20; seed++) {
      Collections.shuffle(pieces, new Random(seed));
      Frame whole = null;
      for (int[] piece : pieces) {
        assertNull(whole);
        whole = add(5, piece[0], piece[1], piece[0] + piece[1] < 60_001);
      }
      check(whole, 60_001);
    }
  }

  @Test
  void packetsAreToldApart() {
    add(1, 0, 800, true);
    add(2, 0, 1600, true);
    add(piece(1, 800, 40, false), 2, 0);
    assertEquals(3, reassembly.size());
    assertNotNull(add(2, 1600, 8, false));
    assertNotNull(add(1, 800, 8, false));
    assertEquals(1, reassembly.size());
  }

  @Test
  void overlapsCostThePacket() {
    int[][] second = {{0, 800, 1}, {8, 8, 1}, {792, 16, 0}};
    for (int[] piece : second) {
      assertNull(add(1, 0, 800, true));
      assertNull(add(1, piece[0], piece[1], piece[2] != 0));
      assertEquals(0, reassembly.size());
    }
  }

  @Test
  void endsMustAgree() {
    int[][] second = {{1600, 8, 1}, {2000, 8, 0}, {400, 8, 0}, {960, 80, 1}};
    for (int[] piece : second) {
      assertNull(add(1, 800, 200, false));
      assertNull(add(1, piece[0], piece[1], piece[2] != 0));
      assertEquals(0, reassembly.size());
    }
    assertNull(add(1, 0, 801, true), "only the last may end anywhere");
    assertNull(add(1, 65_528, 100, false), "no packet is so large");
    assertEquals(0, reassembly.size());
  }

  @Test
  void fewPacketsAreKeptAndNotForLong() {
    for (int station = 0; station < 20; station++) {
      for (int id = 0; id < 20; id++) {
        add(piece(id, 0, 800, true), station, 0);
      }
    }
    assertEquals(Reassembly.MOST, reassembly.size());
    assertNull(add(piece(19, 800, 8, false), 19, 0), "who came late has no room");
    assertNotNull(add(piece(19, 800, 8, false), 0, 1), "the newest of a station are kept");
    assertNull(add(piece(3, 800, 8, true), 0, Reassembly.PATIENCE));
    assertEquals(1, reassembly.size());
  }

  @Test
  void nonsenseIsBounded() {
    Random random = new Random(12);
    int whole = 0;
    for (int i = 0; i < 200_000; i++) {
      boolean more = random.nextInt(3) != 0;
      int bytes = random.nextInt(8) == 0 ? random.nextInt(1480) : 8 * random.nextInt(4);
      int offset = random.nextInt(20) == 0 ? 8 * random.nextInt(8192) : 8 * random.nextInt(6);
      if (offset == 0 && !more) {
        continue;
      }
      Frame frame = piece(random.nextInt(10), offset, bytes, more);
      if (random.nextInt(4) == 0) {
        // Options, which the payload stands for.
        Wire.put8(frame.data(), Ip.ETHERNET, 0x45 + random.nextInt(11));
      }
      if (view.parse(frame.data(), frame.length())) {
        Frame got = reassembly.add(frame, view, random.nextInt(3), i);
        if (got != null) {
          whole++;
          assertTrue(view.parse(got.data(), got.length()));
          got.release();
        }
      }
      frame.release();
      assertTrue(reassembly.size() <= 3 * Reassembly.MOST_EACH);
    }
    assertTrue(whole > 100, whole + " packets");
  }
}
