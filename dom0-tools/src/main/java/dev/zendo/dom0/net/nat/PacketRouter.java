package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.nat.dhcp.DhcpMessage;
import dev.zendo.dom0.net.nat.dhcp.DhcpServer;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.MacAddress;
import dev.zendo.dom0.net.wire.Offload;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.dom0.net.wire.Wire;
import java.net.InetAddress;

/** Looks what frames from guests are, and hands them to whom they concern. One thread. */
final class PacketRouter {
  private final NatCore core;
  private final Fragments fragments;
  private final Reassembly reassembly;
  private final TcpProxy tcp;
  private final UdpProxy udp;
  private final EchoProbe probe;
  private final DhcpServer dhcp;
  private final PacketView view = new PacketView();

  /** With the DHCP server, or null where there is none. */
  PacketRouter(
      NatCore core,
      Fragments fragments,
      Reassembly reassembly,
      TcpProxy tcp,
      UdpProxy udp,
      EchoProbe probe,
      DhcpServer dhcp) {
    this.core = core;
    this.fragments = fragments;
    this.reassembly = reassembly;
    this.tcp = tcp;
    this.udp = udp;
    this.probe = probe;
    this.dhcp = dhcp;
  }

  /** Takes a frame, which stays the caller's. */
  void receive(Frame frame, long now) {
    byte[] data = frame.data();
    long to = Wire.u48(data, 0);
    if (frame.length() < Ip.ETHERNET || to != core.lan.station() && to != MacAddress.BROADCAST) {
      return;
    }
    long station = Wire.u48(data, 6);
    int type = Wire.u16(data, Ip.ETHER_TYPE);
    if (type == Ip.TYPE_ARP) {
      arp(frame, station);
    } else if (type == Ip.TYPE_IPV4) {
      if (view.parse(data, frame.length()) && Offload.verified(frame, view)) {
        ip(frame, station, now);
      } else {
        core.metrics.malformed++;
      }
    }
  }

  private void arp(Frame frame, long station) {
    if (!Arp.sound(frame)) {
      core.metrics.malformed++;
      return;
    }
    int sender = Arp.sender(frame);
    if (sender != 0 && !learn(sender, station)) {
      return;
    }
    boolean dns = core.spec.nat() && Arp.asksFor(frame, core.lan.dns());
    if (dns || Arp.asksFor(frame, core.lan.gateway())) {
      core.send(Arp.answer(core, frame));
    }
  }

  /** Whether a station may have an address; notes that it has it. */
  private boolean learn(int address, long station) {
    long owner = dhcp == null ? 0 : dhcp.owner(address);
    if (!core.lan.guest(address) || owner != 0 && owner != station) {
      core.metrics.malformed++;
      return false;
    }
    core.neighbours.learn(address, station);
    return true;
  }

  private void ip(Frame frame, long station, long now) {
    byte[] data = frame.data();
    if (view.fragment()) {
      fragment(frame, station, now);
      return;
    }
    if (view.transport() < 0) {
      core.metrics.malformed++;
      return;
    }
    if (isDhcp(data)) {
      dhcp(frame, station, now);
      return;
    }
    int from = Wire.i32(data, view.network() + Ip.V4_SOURCE);
    if (Wire.u48(data, 0) != core.lan.station() || !learn(from, station)) {
      return;
    }
    switch (view.protocol()) {
      case Ip.TCP -> tcp.receive(frame, view, station, now);
      case Ip.UDP -> {
        if (!udp.receive(frame, view, station, now)) {
          core.send(Icmp.unreachable(core, frame, view, Icmp.PORT));
        }
      }
      case Ip.ICMP -> icmp(frame);
      default -> core.metrics.refused++;
    }
  }

  private void fragment(Frame frame, long station, long now) {
    byte[] data = frame.data();
    int from = Wire.i32(data, view.network() + Ip.V4_SOURCE);
    if (Wire.u48(data, 0) != core.lan.station() || !learn(from, station)) {
      return;
    }
    Frame whole = reassembly.add(frame, view, station, now);
    if (whole == null) {
      return;
    }
    try {
      core.metrics.reassembled++;
      if (view.parse(whole.data(), whole.length()) && Offload.verified(whole, view)) {
        ip(whole, station, now);
      } else {
        core.metrics.malformed++;
      }
    } finally {
      whole.release();
    }
  }

  private boolean isDhcp(byte[] data) {
    return view.protocol() == Ip.UDP
        && Wire.u16(data, view.transport() + Ip.DESTINATION_PORT) == DhcpServer.SERVER_PORT
        && (Wire.u48(data, 0) == MacAddress.BROADCAST
            || Wire.i32(data, view.network() + Ip.V4_DESTINATION) == core.lan.gateway());
  }

  private void icmp(Frame frame) {
    if (!Icmp.asksEcho(frame, view)) {
      return;
    }
    int to = Wire.i32(frame.data(), view.network() + Ip.V4_DESTINATION);
    if (to == core.lan.gateway() || core.spec.nat() && to == core.lan.dns()) {
      core.metrics.echoes++;
      fragments.send(Icmp.echo(core, frame, view));
      return;
    }
    InetAddress host = core.destinations.echo(to);
    Frame echo = Icmp.echo(core, frame, view);
    Frame lost = Icmp.unreachable(core, frame, view, Icmp.HOST);
    if (host == null || !probe.ask(host, there -> choose(there, echo, lost))) {
      choose(false, echo, lost);
    }
  }

  private void choose(boolean there, Frame echo, Frame lost) {
    core.metrics.echoes += there ? 1 : 0;
    fragments.send(there ? echo : lost);
    (there ? lost : echo).release();
  }

  private void dhcp(Frame frame, long station, long now) {
    if (dhcp == null) {
      return;
    }
    int at = view.transport() + Ip.UDP_HEADER;
    DhcpMessage message =
        DhcpMessage.parse(frame.data(), at, view.end() - at)
            .filter(asks -> asks.station() == station)
            .orElse(null);
    if (message == null) {
      core.metrics.malformed++;
      return;
    }
    byte[] answer = new byte[DhcpServer.ANSWER_BYTES];
    int type = dhcp.answer(message, answer, 0, now);
    if (type != 0) {
      core.metrics.leases++;
      core.send(answer(message, type, answer));
    }
  }

  private Frame answer(DhcpMessage message, int type, byte[] answer) {
    int address = Wire.i32(answer, message.client() != 0 ? DhcpServer.CLIENT : DhcpServer.YOURS);
    boolean all = message.client() == 0 && message.broadcast() || type == DhcpMessage.NAK;
    Frame frame =
        core.writer.udp(
            all ? MacAddress.BROADCAST : message.station(),
            core.lan.gateway(),
            DhcpServer.SERVER_PORT,
            all ? -1 : address,
            DhcpServer.CLIENT_PORT,
            answer.length);
    System.arraycopy(answer, 0, frame.data(), PacketWriter.PAYLOAD + Ip.UDP_HEADER, answer.length);
    return frame;
  }
}
