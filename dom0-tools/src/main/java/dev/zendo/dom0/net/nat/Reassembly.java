package dev.zendo.dom0.net.nat;

import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.InternetChecksum;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.dom0.net.wire.Wire;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Puts the fragments of IPv4 packets together (RFC 791), of few packets at a time. Fragments that
 * overlap others cost the whole packet, as RFC 5722 has it for IPv6. One thread.
 */
final class Reassembly {
  /** Packets of which fragments are kept, 64 KiB each at most. */
  static final int MOST = 64;

  static final int MOST_EACH = 8;

  /** As in Linux (ipfrag_time). */
  static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

  private static final int UNIT = 8;
  private static final int MAX_PACKET = 0xffff;

  private record Key(long station, int from, int to, int id, int protocol) {}

  private final FramePool pool;
  private final Map<Key, Packet> packets = new LinkedHashMap<>();
  private final Quota quota = new Quota(MOST, MOST_EACH);

  Reassembly(FramePool pool) {
    this.pool = pool;
  }

  /** A packet of which something is there. */
  private static final class Packet {
    final Frame payload;
    final long begun;
    final BitSet units = new BitSet();
    byte[] header = {};

    /** Bytes of the whole payload; negative until the last fragment is there. */
    int length = -1;

    Packet(Frame payload, long begun) {
      this.payload = payload;
      this.begun = begun;
    }

    /** Takes a fragment; false when it does not agree with the others. */
    boolean add(byte[] data, PacketView view, int headerBytes, int offset, boolean last) {
      int from = view.network() + headerBytes;
      int bytes = view.end() - from;
      int end = offset + bytes;
      int first = offset / UNIT;
      int behind = (end + UNIT - 1) / UNIT;
      boolean fits =
          last
              ? length < 0 && units.length() <= behind
              : bytes % UNIT == 0 && (length < 0 || end <= length);
      int set = units.nextSetBit(first);
      if (bytes == 0 || !fits || end > MAX_PACKET - headerBytes || set >= 0 && set < behind) {
        return false;
      }
      System.arraycopy(data, from, payload.data(), offset, bytes);
      units.set(first, behind);
      length = last ? end : length;
      if (offset == 0) {
        header = new byte[headerBytes];
        System.arraycopy(data, view.network(), header, 0, headerBytes);
      }
      return true;
    }

    boolean complete() {
      return length >= 0
          && header.length != 0
          && header.length + length <= MAX_PACKET
          && units.nextClearBit(0) * UNIT >= length;
    }
  }

  /** Packets of which something is there. */
  int size() {
    return packets.size();
  }

  /**
   * Takes a fragment, which stays the caller's.
   *
   * @param view parsed from the frame, which has no tags
   * @return the whole packet, which is the caller's; null while something is missing
   */
  Frame add(Frame frame, PacketView view, long station, long now) {
    expire(now);
    byte[] data = frame.data();
    int at = view.network();
    Key key =
        new Key(
            station,
            Wire.i32(data, at + Ip.V4_SOURCE),
            Wire.i32(data, at + Ip.V4_DESTINATION),
            Wire.u16(data, at + Ip.V4_ID),
            view.protocol());
    Packet packet = packets.get(key);
    if (packet == null) {
      if (!room(station)) {
        return null;
      }
      packet = new Packet(pool.take(MAX_PACKET), now);
      packets.put(key, packet);
    }
    int bits = Wire.u16(data, at + Ip.V4_FRAGMENT);
    boolean last = (bits & Ip.MORE_FRAGMENTS) == 0;
    int header = (Wire.u8(data, at) & 15) * 4;
    boolean sound = packet.add(data, view, header, (bits & 0x1fff) * UNIT, last);
    if (sound && !packet.complete()) {
      return null;
    }
    packets.remove(key);
    Frame whole = sound ? whole(data, packet) : null;
    drop(key, packet);
    return whole;
  }

  private Frame whole(byte[] data, Packet packet) {
    int header = packet.header.length;
    Frame whole = pool.take(Ip.ETHERNET + header + packet.length);
    byte[] to = whole.data();
    int at = Ip.ETHERNET;
    System.arraycopy(data, 0, to, 0, at);
    System.arraycopy(packet.header, 0, to, at, header);
    System.arraycopy(packet.payload.data(), 0, to, at + header, packet.length);
    Wire.put16(to, at + Ip.V4_TOTAL_LENGTH, header + packet.length);
    Wire.put16(to, at + Ip.V4_FRAGMENT, 0);
    Wire.put16(to, at + Ip.V4_CHECKSUM, 0);
    Wire.put16(to, at + Ip.V4_CHECKSUM, InternetChecksum.of(to, at, header));
    return whole;
  }

  /** Makes room for another packet: a station with too many loses its oldest. */
  private boolean room(long station) {
    if (quota.take(station)) {
      return true;
    }
    Iterator<Map.Entry<Key, Packet>> all = packets.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Key, Packet> oldest = all.next();
      if (oldest.getKey().station() == station) {
        all.remove();
        drop(oldest.getKey(), oldest.getValue());
        return quota.take(station);
      }
    }
    return false;
  }

  private void expire(long now) {
    Iterator<Map.Entry<Key, Packet>> all = packets.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Key, Packet> oldest = all.next();
      if (now - oldest.getValue().begun < PATIENCE) {
        return;
      }
      all.remove();
      drop(oldest.getKey(), oldest.getValue());
    }
  }

  private void drop(Key key, Packet packet) {
    quota.give(key.station());
    packet.payload.release();
  }
}
