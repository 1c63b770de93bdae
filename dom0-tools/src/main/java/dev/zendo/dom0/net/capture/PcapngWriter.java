package dev.zendo.dom0.net.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Blocks of a pcapng file (draft-ietf-opsawg-pcapng) with one section, as bytes to be written one
 * after the other. Stateless but for the numbers of interfaces, which the caller counts.
 */
final class PcapngWriter {
  private static final int SECTION_HEADER = 0x0a0d0d0a;
  private static final int INTERFACE_DESCRIPTION = 1;
  private static final int INTERFACE_STATISTICS = 5;
  private static final int ENHANCED_PACKET = 6;
  private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
  private static final int LINK_ETHERNET = 1;
  private static final int OPTION_END = 0;
  private static final int OPTION_USER_APPLICATION = 4;
  private static final int OPTION_INTERFACE_NAME = 2;
  private static final int OPTION_TIME_RESOLUTION = 9;
  private static final int OPTION_DROPPED = 5;
  private static final int NANOSECONDS = 9;

  /** Type, twice the length, and the end of the options. */
  private static final int FRAME = 12;

  private PcapngWriter() {}

  /** The block at the beginning of a file. */
  static byte[] section() {
    byte[] name = "Zendo".getBytes(StandardCharsets.UTF_8);
    ByteBuffer block = begin(SECTION_HEADER, 16 + option(name.length) + 4);
    block.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
    put(block, OPTION_USER_APPLICATION, name);
    return end(block);
  }

  /** The block that describes the next interface, the first of which has the number 0. */
  static byte[] describe(String name, int snapLength) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer block = begin(INTERFACE_DESCRIPTION, 8 + option(text.length) + option(1) + 4);
    block.putShort((short) LINK_ETHERNET).putShort((short) 0).putInt(snapLength);
    put(block, OPTION_INTERFACE_NAME, text);
    put(block, OPTION_TIME_RESOLUTION, new byte[] {NANOSECONDS});
    return end(block);
  }

  /**
   * The block of a packet.
   *
   * @param nanos since 1970
   * @param kept bytes of the packet that are written
   * @param length bytes of the packet
   */
  static byte[] packet(int interfaceNumber, long nanos, byte[] data, int kept, int length) {
    ByteBuffer block = begin(ENHANCED_PACKET, 20 + pad(kept));
    block.putInt(interfaceNumber).putInt((int) (nanos >>> 32)).putInt((int) nanos);
    block.putInt(kept).putInt(length).put(data, 0, kept);
    block.position(block.limit() - 4);
    return end(block);
  }

  /** The block that says how many packets are missing. */
  static byte[] statistics(int interfaceNumber, long nanos, long dropped) {
    ByteBuffer block = begin(INTERFACE_STATISTICS, 12 + option(8) + 4);
    block.putInt(interfaceNumber).putInt((int) (nanos >>> 32)).putInt((int) nanos);
    block.putShort((short) OPTION_DROPPED).putShort((short) 8).putLong(dropped);
    block.putShort((short) OPTION_END).putShort((short) 0);
    return end(block);
  }

  private static ByteBuffer begin(int type, int body) {
    ByteBuffer block = ByteBuffer.allocate(FRAME + body).order(ByteOrder.LITTLE_ENDIAN);
    return block.putInt(type).putInt(FRAME + body);
  }

  private static byte[] end(ByteBuffer block) {
    // What was not written are the end of options and padding: zeros.
    block.putInt(block.limit() - 4, block.limit());
    byte[] bytes = new byte[block.limit()];
    block.get(0, bytes);
    return bytes;
  }

  private static void put(ByteBuffer block, int option, byte[] value) {
    block.putShort((short) option).putShort((short) value.length).put(value);
    block.position(block.position() + pad(value.length) - value.length);
  }

  private static int option(int length) {
    return 4 + pad(length);
  }

  private static int pad(int length) {
    return (length + 3) & ~3;
  }
}
