package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.bridge.Bridge;
import dev.zendo.dom0.net.bridge.BridgePort;
import dev.zendo.dom0.net.bridge.PortFeatures;
import dev.zendo.dom0.net.bridge.PortSpec;
import dev.zendo.dom0.net.bridge.Station;
import dev.zendo.dom0.net.nat.dhcp.DhcpServer;
import dev.zendo.dom0.net.nat.tcp.ByteRing;
import dev.zendo.dom0.net.nat.tcp.TcpEndpoint;
import dev.zendo.dom0.net.nat.tcp.TcpSegment;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.MacAddress;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.dom0.net.wire.Wire;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A guest on a switch, driven by a test's thread. */
final class NatGuest implements Station {
  static final long GATEWAY_STATION = Lan.DEFAULT.station();
  static final int GATEWAY = Lan.DEFAULT.gateway();

  final PacketWriter writer;
  final int address;
  private final long mac;
  private final Executor events;
  private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
  private final BridgePort port;
  private final PacketView view = new PacketView();

  NatGuest(Bridge bridge, Executor events, long mac, int address, PortFeatures features) {
    this.events = events;
    this.address = address;
    this.mac = mac;
    this.writer = new PacketWriter(bridge.pool(), mac);
    this.port = bridge.attach(new PortSpec("guest", mac, false), this);
    port.features(features);
  }

  @Override
  public void deliver(Frame frame) {
    frames.add(frame);
  }

  @Override
  public void flush() {}

  void send(Frame frame) {
    events.execute(
        () -> {
          port.send(frame);
          port.flush();
        });
  }

  /** The next IP packet with a protocol; null when none comes. */
  Frame take(int protocol) throws InterruptedException {
    return take(protocol, 10_000);
  }

  /** The same with another patience, from one frame to the next. */
  Frame take(int protocol, long millis) throws InterruptedException {
    while (true) {
      Frame frame = frames.poll(millis, TimeUnit.MILLISECONDS);
      if (frame == null) {
        return null;
      }
      if (Wire.u16(frame.data(), Ip.ETHER_TYPE) == Ip.TYPE_ARP) {
        answer(frame);
      } else if (Wire.u8(frame.data(), Ip.ETHERNET + Ip.V4_PROTOCOL) == protocol) {
        return frame;
      }
    }
  }

  /** The next frame of any kind. */
  Frame any() throws InterruptedException {
    return frames.poll(10, TimeUnit.SECONDS);
  }

  Frame arp(int asks) {
    Frame frame = writer.ethernet(MacAddress.BROADCAST, Ip.TYPE_ARP, 28);
    byte[] data = frame.data();
    Wire.put48(data, 14, 0x0001_0800_0604L);
    Wire.put16(data, 20, 1);
    Wire.put48(data, 22, mac);
    Wire.put32(data, 28, address);
    Wire.put48(data, 32, 0);
    Wire.put32(data, 38, asks);
    return frame;
  }

  private void answer(Frame asked) {
    if (Wire.i32(asked.data(), 38) == address && Wire.u16(asked.data(), 20) == 1) {
      Frame frame = arp(Wire.i32(asked.data(), 28));
      Wire.put48(frame.data(), 0, GATEWAY_STATION);
      Wire.put16(frame.data(), 20, 2);
      send(frame);
    }
  }

  Frame dhcp(int type, int wanted) {
    byte[] data = new byte[300];
    Wire.put32(data, 0, 0x0101_0600);
    Wire.put48(data, 28, mac);
    Wire.put32(data, 236, 0x6382_5363);
    byte[] options = {53, 1, (byte) type, 50, 4, 0, 0, 0, 0, (byte) 255};
    Wire.put32(options, 5, wanted);
    System.arraycopy(options, 0, data, 240, options.length);
    return udp(0, DhcpServer.CLIENT_PORT, -1, DhcpServer.SERVER_PORT, data, true);
  }

  Frame udp(int from, int fromPort, int to, int toPort, byte[] payload, boolean all) {
    long station = all ? MacAddress.BROADCAST : GATEWAY_STATION;
    Frame frame = writer.udp(station, from, fromPort, to, toPort, payload.length);
    System.arraycopy(payload, 0, frame.data(), 42, payload.length);
    return frame;
  }

  /** A connection of this guest. */
  final class Connection implements TcpEndpoint.Output {
    final TcpEndpoint end;
    private final int local;
    private final int to;
    private final int toPort;

    /** Asks for one, unless a request was read already. */
    Connection(int local, int to, int toPort, TcpSegment request) {
      this.local = local;
      this.to = to;
      this.toPort = toPort;
      this.end =
          request == null
              ? TcpEndpoint.asking(this, 1000, 1460, 128 << 10, System.nanoTime())
              : TcpEndpoint.asked(request, this, 1000, 1460, 128 << 10);
    }

    @Override
    public void send(TcpSegment segment, ByteRing data, int offset) {
      int bytes = segment.headerBytes() + segment.length();
      Frame frame = writer.ip(GATEWAY_STATION, address, to, Ip.TCP, bytes);
      segment.write(frame.data(), PacketWriter.PAYLOAD);
      TcpProxy.ports(frame, local, toPort);
      int at = PacketWriter.PAYLOAD + segment.headerBytes();
      data.copy(offset, frame.data(), at, segment.length());
      PacketWriter.open(frame, Ip.TCP, Ip.TCP_CHECKSUM, bytes);
      frame.segmentBytes(segment.length() > 1460 ? 1460 : 0);
      NatGuest.this.send(frame);
    }

    /** Works on the next packet, or on what is due after a short while without one. */
    void step() throws InterruptedException {
      Frame frame = frames.poll(20, TimeUnit.MILLISECONDS);
      if (frame != null && Wire.u16(frame.data(), Ip.ETHER_TYPE) == Ip.TYPE_ARP) {
        answer(frame);
      } else if (frame != null && view.parse(frame.data(), frame.length())) {
        end.receive(segment(frame), System.nanoTime());
        frame.release();
      }
      end.expire(System.nanoTime());
      end.flush(System.nanoTime());
    }
  }

  TcpSegment segment(Frame frame) {
    view.parse(frame.data(), frame.length());
    TcpSegment segment = new TcpSegment();
    segment.parse(frame.data(), view.transport(), view.end());
    return segment;
  }
}
