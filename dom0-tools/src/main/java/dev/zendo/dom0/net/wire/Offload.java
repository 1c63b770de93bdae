package dev.zendo.dom0.net.wire;

import java.util.function.Consumer;

/**
 * What a network card would do: computes checksums, cuts large TCP packets. Not thread-safe: it
 * keeps the headers of the packet at hand.
 */
public final class Offload {
  /**
   * Fewest bytes of payload in a segment: no TCP has fewer, and a sender could otherwise make us
   * produce 65000 packets from one.
   */
  public static final int MIN_SEGMENT = 48;

  private final PacketView packet = new PacketView();
  private final FramePool pool;

  /** With the pool from which segments come. */
  public Offload(FramePool pool) {
    this.pool = pool;
  }

  /**
   * Whether the packet is one for which the sender may leave the checksum open. The content of a
   * large packet must be TCP, and its checksum becomes open.
   */
  public boolean sound(Frame frame) {
    if (!frame.partial() && frame.segmentBytes() == 0) {
      return true;
    }
    if (!packet.parse(frame.data(), frame.length()) || !packet.summable()) {
      return false;
    }
    if (frame.segmentBytes() == 0) {
      return true;
    }
    if (packet.protocol() != Ip.TCP || frame.segmentBytes() < MIN_SEGMENT) {
      return false;
    }
    if (!frame.partial()) {
      open(frame);
    }
    return true;
  }

  /** Leaves the sum of addresses, protocol and length in the place of the checksum. */
  private void open(Frame frame) {
    int bytes = packet.end() - packet.transport();
    long sum = InternetChecksum.pseudoHeader(frame.data(), packet, bytes);
    Wire.put16(frame.data(), packet.checksum(), InternetChecksum.fold(sum));
    frame.checksum(true, true);
  }

  /** Computes a checksum that is open; the frame is {@link #sound}. */
  public void complete(Frame frame) {
    if (!frame.partial() || !packet.parse(frame.data(), frame.length()) || !packet.summable()) {
      return;
    }
    sum(frame.data(), packet.end() - packet.transport());
    frame.checksum(false, true);
  }

  /** From scratch: what stands in the place of the checksum is not trusted. */
  private void sum(byte[] data, int bytes) {
    Wire.put16(data, packet.checksum(), 0);
    long sum = InternetChecksum.pseudoHeader(data, packet, bytes);
    int checksum =
        InternetChecksum.finish(InternetChecksum.add(sum, data, packet.transport(), bytes));
    // A UDP checksum of 0 would mean that there is none.
    boolean zero = checksum == 0 && packet.protocol() == Ip.UDP;
    Wire.put16(data, packet.checksum(), zero ? 0xffff : checksum);
  }

  /**
   * Whether the checksums of a packet for this process are right: those of IPv4 and of TCP, UDP or
   * ICMP. Frames whose sender leaves them open or vouches for them are taken as they are.
   *
   * @param view parsed from the frame
   */
  public static boolean verified(Frame frame, PacketView view) {
    byte[] data = frame.data();
    if (view.version() == 4) {
      int header = (Wire.u8(data, view.network()) & 15) * 4;
      if (InternetChecksum.of(data, view.network(), header) != 0) {
        return false;
      }
    }
    if (frame.partial() || frame.valid() || view.transport() < 0 || view.fragment()) {
      return true;
    }
    int bytes = view.end() - view.transport();
    boolean icmp = view.protocol() == Ip.ICMP;
    if (!icmp && view.protocol() == Ip.UDP && Wire.u16(data, view.checksum()) == 0) {
      return view.version() == 4;
    }
    long sum = icmp ? 0 : InternetChecksum.pseudoHeader(data, view, bytes);
    return InternetChecksum.finish(InternetChecksum.add(sum, data, view.transport(), bytes)) == 0;
  }

  /**
   * Cuts a large packet that is {@link #sound}, releases it, and hands out its segments with
   * complete checksums.
   */
  public void segment(Frame frame, Consumer<Frame> segments) {
    if (!packet.parse(frame.data(), frame.length()) || !packet.summable()) {
      frame.release();
      return;
    }
    byte[] data = frame.data();
    int payload = packet.payload(data);
    int end = packet.end();
    int most = Math.min(frame.segmentBytes(), FramePool.MAX_BYTES - payload);
    int at = payload;
    int index = 0;
    do {
      int bytes = Math.min(most, end - at);
      Frame segment = pool.take(payload + bytes);
      System.arraycopy(data, 0, segment.data(), 0, payload);
      System.arraycopy(data, at, segment.data(), payload, bytes);
      adjust(segment, index, at - payload, at + bytes == end);
      segments.accept(segment);
      at += bytes;
      index++;
    } while (at < end);
    frame.release();
  }

  /** Makes the headers of a segment its own. */
  private void adjust(Frame segment, int index, int offset, boolean last) {
    byte[] data = segment.data();
    int network = packet.network();
    int transport = packet.transport();
    int total = segment.length() - network;
    if (packet.version() == 4) {
      Wire.put16(data, network + Ip.V4_TOTAL_LENGTH, total);
      Wire.put16(data, network + Ip.V4_ID, Wire.u16(data, network + Ip.V4_ID) + index);
      Wire.put16(data, network + Ip.V4_CHECKSUM, 0);
      int header = (Wire.u8(data, network) & 15) * 4;
      Wire.put16(data, network + Ip.V4_CHECKSUM, InternetChecksum.of(data, network, header));
    } else {
      Wire.put16(data, network + Ip.V6_PAYLOAD_LENGTH, total - Ip.V6_HEADER);
    }
    int sequence = Wire.i32(data, transport + Ip.TCP_SEQUENCE) + offset;
    Wire.put32(data, transport + Ip.TCP_SEQUENCE, sequence);
    int flags = Wire.u8(data, transport + Ip.TCP_FLAGS);
    flags &= last ? ~0 : ~(Ip.FIN | Ip.PSH);
    flags &= index == 0 ? ~0 : ~Ip.CWR;
    Wire.put8(data, transport + Ip.TCP_FLAGS, flags);
    sum(data, segment.length() - transport);
    segment.checksum(false, true);
  }
}
