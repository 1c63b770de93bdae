package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.nat.tcp.ByteRing;
import dev.zendo.dom0.net.nat.tcp.TcpEndpoint;
import dev.zendo.dom0.net.nat.tcp.TcpSegment;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.Ip;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * A guest's TCP connection and the host's socket that stands for its other end: moves bytes between
 * both, each as fast as the slower side takes them.
 */
final class TcpFlow implements TcpEndpoint.Output, Ready {
  private final TcpProxy proxy;
  private final FlowKey key;
  private final long station;
  private final SocketChannel channel;
  private final int buffer;
  private SelectionKey selection;
  private TcpEndpoint end;
  private boolean connected;
  private boolean hostFinished;
  private boolean outputShut;
  private boolean closed;
  private long resent;
  private long active;

  /** Kept by {@link TcpProxy}: it is in the list of flows to look after. */
  boolean touched;

  TcpFlow(TcpProxy proxy, FlowKey key, long station, SocketChannel channel, int buffer) {
    this.proxy = proxy;
    this.key = key;
    this.station = station;
    this.channel = channel;
    this.buffer = buffer;
  }

  /** Waits for the socket. */
  SelectionKey register(Selector selector, int operations) throws IOException {
    return channel.register(selector, operations, this);
  }

  /** Begins, with a socket that connects or is connected. */
  void start(TcpEndpoint endpoint, SelectionKey waits, boolean isConnected, long now) {
    end = endpoint;
    selection = waits;
    connected = isConnected;
    active = now;
  }

  FlowKey key() {
    return key;
  }

  /** Who pays for it; 0 for the host. */
  long station() {
    return station;
  }

  int buffer() {
    return buffer;
  }

  TcpEndpoint end() {
    return end;
  }

  boolean connected() {
    return connected;
  }

  /** When something happened last. */
  long active() {
    return active;
  }

  /** Takes a segment from the guest. */
  void receive(TcpSegment segment, long now) {
    active = now;
    end.receive(segment, now);
  }

  @Override
  public void ready(SelectionKey waits, long now) {
    active = now;
    try {
      if (waits.isConnectable() && channel.finishConnect()) {
        connected(now);
      }
      if (waits.isReadable()) {
        read();
      }
    } catch (IOException e) {
      // Refused, reset, unreachable: for the guest all the same.
      fail();
    }
    proxy.touch(this);
  }

  /** The other end is there. */
  void connected(long now) {
    connected = true;
    end.accept(now);
  }

  private void read() throws IOException {
    int count = end.outgoing().fill(channel);
    if (count < 0) {
      hostFinished = true;
      end.finish();
    } else {
      proxy.core().metrics.bytesIn += count;
    }
  }

  private void fail() {
    if (!connected) {
      proxy.core().metrics.tcpFailed++;
    }
    end.abort();
  }

  /** Moves what can be moved. */
  void pump(long now) {
    if (!end.done() && connected) {
      try {
        write();
      } catch (IOException e) {
        end.abort();
      }
    }
    end.flush(now);
    proxy.core().metrics.tcpResent += end.retransmissions() - resent;
    resent = end.retransmissions();
    if (end.done()) {
      closeSocket();
    } else {
      selection.interestOps(interest());
    }
  }

  private void write() throws IOException {
    if (end.incoming().size() > 0) {
      proxy.core().metrics.bytesOut += end.incoming().drain(channel);
    }
    if (end.peerFinished() && end.incoming().size() == 0 && !outputShut) {
      outputShut = true;
      channel.shutdownOutput();
    }
  }

  private int interest() {
    if (!connected) {
      return SelectionKey.OP_CONNECT;
    }
    // Small holes are not worth a call.
    boolean reads =
        end.open() && !hostFinished && end.outgoing().free() >= end.outgoing().capacity() / 8;
    return (reads ? SelectionKey.OP_READ : 0)
        | (end.incoming().size() > 0 ? SelectionKey.OP_WRITE : 0);
  }

  /** Gives up what it has. */
  void release() {
    end.drop();
    closeSocket();
  }

  private void closeSocket() {
    if (closed) {
      return;
    }
    closed = true;
    if (end.broken()) {
      Sockets.reset(channel);
    } else {
      Sockets.close(channel);
    }
  }

  @Override
  public void giveUp() {
    end.abort();
    closeSocket();
    proxy.touch(this);
  }

  /** Breaks the connection off on both sides. */
  void abort() {
    end.abort();
    closeSocket();
  }

  @Override
  public void send(TcpSegment segment, ByteRing data, int offset) {
    int header = segment.headerBytes();
    NatCore core = proxy.core();
    long to = station != 0 ? station : core.neighbours.find(key.guest());
    if (to == 0) {
      // The handshake is repeated; until then somebody may answer.
      core.send(Arp.request(core, key.guest()));
      return;
    }
    int bytes = header + segment.length();
    Frame frame = core.writer.ip(to, key.other(), key.guest(), Ip.TCP, bytes);
    segment.write(frame.data(), PacketWriter.PAYLOAD);
    TcpProxy.ports(frame, key.otherPort(), key.guestPort());
    data.copy(offset, frame.data(), PacketWriter.PAYLOAD + header, segment.length());
    PacketWriter.open(frame, Ip.TCP, Ip.TCP_CHECKSUM, bytes);
    if (end != null && segment.length() > end.segmentBytes()) {
      frame.segmentBytes(end.segmentBytes());
    }
    core.send(frame);
  }
}
