package dev.zendo.dom0.net.vif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.dom0.net.wire.Packets;
import dev.zendo.dom0.net.wire.Wire;
import dev.zendo.hypercalls.io.NetifHashType;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Against the figures that Microsoft publishes for receive side scaling. */
class ToeplitzHashTest {
  private static final String KEY =
      "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa";

  @Test
  void itIsTheFunctionOfReceiveSideScaling() {
    ToeplitzHash hash = new ToeplitzHash();
    hash.key(HexFormat.of().parseHex(KEY), 40);
    Frame frame = Packets.tcp4(new FramePool(), 1, 2, 0, Packets.ACK);
    byte[] data = frame.data();
    Wire.put32(data, 26, 0x420995bb); // 66.9.149.187
    Wire.put32(data, 30, 0xa18e6450); // 161.142.100.80
    Wire.put16(data, 34, 2794);
    Wire.put16(data, 36, 1766);
    PacketView packet = new PacketView();
    assertTrue(packet.parse(data, frame.length()));
    assertEquals(0x323e8fc2, hash.of(data, packet, NetifHashType.IPV4));
    assertEquals(0x51ccc178, hash.of(data, packet, NetifHashType.IPV4 | NetifHashType.IPV4_TCP));
    assertEquals(0, hash.of(data, packet, NetifHashType.IPV6_TCP));
  }
}
