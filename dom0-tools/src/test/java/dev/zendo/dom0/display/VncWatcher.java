package dev.zendo.dom0.display;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A VNC client that keeps looking, and decodes what RFC 6143 sections 7.7.1 and 7.7.6 have. Its
 * picture has the pixels as they come over the wire.
 */
final class VncWatcher implements AutoCloseable {
  static final int RAW = 0;
  static final int ZRLE = 16;
  static final int DESKTOP_SIZE = -223;

  private final Socket socket;
  private final Counted counted;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final Inflater inflater = new Inflater();
  private final VncPixels format;
  private final int compactFrom;
  private final int compactSize;
  int width;
  int height;
  byte[] picture;

  /** Areas of the last update. */
  List<Area> areas = List.of();

  /** Counts what was read. */
  private static final class Counted extends FilterInputStream {
    long count;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      int read = super.read(to, from, length);
      count += Math.max(0, read);
      return read;
    }
  }

  /**
   * Connects without a password.
   *
   * @param compactFrom first byte of a compressed pixel
   * @param compactSize how many there are
   */
  VncWatcher(int port, VncPixels format, int compactFrom, int compactSize, int... encodings)
      throws IOException {
    this.format = format;
    this.compactFrom = compactFrom;
    this.compactSize = compactSize;
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(60_000);
    counted = new Counted(socket.getInputStream());
    in = new DataInputStream(counted);
    out = new DataOutputStream(socket.getOutputStream());
    in.readNBytes(12);
    out.write("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII));
    in.readNBytes(in.readUnsignedByte());
    out.writeByte(1);
    assertEquals(0, in.readInt());
    out.writeByte(1);
    resize(in.readUnsignedShort(), in.readUnsignedShort());
    in.readNBytes(16);
    in.readNBytes(in.readInt());
    out.write(new byte[4]);
    format.write(out);
    out.writeShort(0x0200);
    out.writeShort(encodings.length);
    for (int encoding : encodings) {
      out.writeInt(encoding);
    }
  }

  private void resize(int newWidth, int newHeight) {
    width = newWidth;
    height = newHeight;
    picture = new byte[width * height * format.bytes()];
  }

  /** Asks for all that changed, or all there is. */
  void ask(boolean incremental) throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    DataOutputStream to = new DataOutputStream(request);
    to.writeByte(3);
    to.writeBoolean(incremental);
    to.writeInt(0);
    to.writeShort(width);
    to.writeShort(height);
    out.write(request.toByteArray());
  }

  /** Waits for an update; how many bytes it had. */
  long update() throws IOException, DataFormatException {
    long before = counted.count;
    assertEquals(0, in.readUnsignedByte());
    in.readByte();
    areas = new ArrayList<>();
    for (int count = in.readUnsignedShort(); count > 0; count--) {
      Area area =
          new Area(
              in.readUnsignedShort(),
              in.readUnsignedShort(),
              in.readUnsignedShort(),
              in.readUnsignedShort());
      areas.add(area);
      rectangle(area, in.readInt());
    }
    return counted.count - before;
  }

  private void rectangle(Area area, int encoding) throws IOException, DataFormatException {
    switch (encoding) {
      case DESKTOP_SIZE -> resize(area.width(), area.height());
      case RAW -> {
        for (int y = 0; y < area.height(); y++) {
          for (int x = 0; x < area.width(); x++) {
            put(area.x() + x, area.y() + y, in.readNBytes(format.bytes()));
          }
        }
      }
      case ZRLE -> {
        byte[] packed = in.readNBytes(in.readInt());
        DataInputStream plain = new DataInputStream(new ByteArrayInputStream(inflate(packed)));
        for (int y = 0; y < area.height(); y += 64) {
          for (int x = 0; x < area.width(); x += 64) {
            int columns = Math.min(64, area.width() - x);
            int rows = Math.min(64, area.height() - y);
            tile(plain, new Area(area.x() + x, area.y() + y, columns, rows));
          }
        }
        assertEquals(0, plain.available(), "nothing is left of a rectangle");
      }
      default -> throw new IOException("encoding " + encoding);
    }
  }

  private byte[] inflate(byte[] packed) throws DataFormatException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 16];
    inflater.setInput(packed);
    int count;
    while ((count = inflater.inflate(buffer)) > 0) {
      plain.write(buffer, 0, count);
    }
    assertEquals(0, inflater.getRemaining());
    return plain.toByteArray();
  }

  private void tile(DataInputStream plain, Area area) throws IOException {
    int kind = plain.readUnsignedByte();
    assertTrue(kind <= 16, () -> "a tile of kind " + kind);
    byte[][] palette = new byte[kind][];
    for (int i = 0; i < kind; i++) {
      palette[i] = pixel(plain);
    }
    int bits = kind <= 1 ? 0 : kind == 2 ? 1 : kind <= 4 ? 2 : 4;
    for (int y = area.y(); y < area.y() + area.height(); y++) {
      int left = 0;
      int value = 0;
      for (int x = area.x(); x < area.x() + area.width(); x++) {
        if (kind == 0) {
          put(x, y, pixel(plain));
          continue;
        }
        if (bits > 0 && left == 0) {
          value = plain.readUnsignedByte();
          left = 8;
        }
        left -= bits;
        put(x, y, palette[value >> left & (1 << bits) - 1]);
      }
    }
  }

  private byte[] pixel(DataInputStream plain) throws IOException {
    byte[] pixel = new byte[format.bytes()];
    plain.readFully(pixel, compactFrom, compactSize);
    return pixel;
  }

  private void put(int x, int y, byte[] pixel) {
    System.arraycopy(pixel, 0, picture, (y * width + x) * pixel.length, pixel.length);
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    socket.close();
  }
}
