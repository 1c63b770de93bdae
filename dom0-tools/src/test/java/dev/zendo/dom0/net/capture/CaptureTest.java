package dev.zendo.dom0.net.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.net.bridge.Bridge;
import dev.zendo.dom0.net.bridge.BridgePort;
import dev.zendo.dom0.net.bridge.PortSpec;
import dev.zendo.dom0.net.bridge.Station;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.Packets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaptureTest {
  private final FramePool pool = new FramePool();
  private final Bridge bridge = new Bridge("xenbr0", pool, () -> 0);
  private final BridgePort a = bridge.attach(new PortSpec("a", 0, false), new Nobody());
  private final BridgePort b = bridge.attach(new PortSpec("b", 0, false), new Nobody());

  private static final class Nobody implements Station {
    @Override
    public void deliver(Frame frame) {
      frame.release();
    }

    @Override
    public void flush() {
      // nothing waits
    }
  }

  /** Types and bodies of the blocks of a file, whose lengths must agree. */
  private static List<ByteBuffer> blocks(byte[] file) {
    ByteBuffer all = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    List<ByteBuffer> blocks = new ArrayList<>();
    while (all.hasRemaining()) {
      int at = all.position();
      int length = all.getInt(at + 4);
      assertEquals(0, length % 4);
      assertEquals(length, all.getInt(at + length - 4));
      blocks.add(all.slice(at, length).order(ByteOrder.LITTLE_ENDIAN));
      all.position(at + length);
    }
    return blocks;
  }

  @Test
  void whatPassesIsInTheFile() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    Capture capture = new Capture(file, 65536, () -> 0x1234_5678_9abc_def0L);
    bridge.observe(capture);
    a.send(Packets.tcp4(pool, 1 << 8, 2, 1, Packets.ACK));
    Frame large = Packets.tcp4(pool, 2, 1 << 8, 3000, Packets.ACK);
    large.segmentBytes(1448);
    b.send(large);
    a.send(Packets.tcp4(pool, 1 << 8, 2, 2, Packets.ACK));
    capture.close();
    assertEquals(5, capture.written());
    List<ByteBuffer> blocks = blocks(file.toByteArray());
    assertEquals(
        List.of(0x0a0d0d0a, 1, 6, 1, 6, 6, 6, 6),
        blocks.stream().map(block -> block.getInt(0)).toList());
    ByteBuffer packet = blocks.get(2);
    assertEquals(0, packet.getInt(8));
    assertEquals(0x1234_5678, packet.getInt(12));
    assertEquals(0x9abc_def0, packet.getInt(16));
    assertEquals(55, packet.getInt(20));
    assertEquals(55, packet.getInt(24));
    assertEquals(1, blocks.get(4).getInt(8));
    assertEquals(1448 + 54, blocks.get(4).getInt(20));
    assertEquals(0, blocks.get(7).getInt(8));
  }

  @Test
  void aStreamThatFailsEndsTheCaptureAlone() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space");
          }
        };
    Capture capture = new Capture(broken, 65536, () -> 1);
    bridge.observe(capture);
    for (int i = 0; i < 100; i++) {
      a.send(Packets.tcp4(pool, 1 << 8, 2, 1000, Packets.ACK));
    }
    capture.close();
    assertTrue(capture.written() > 0);
  }
}
