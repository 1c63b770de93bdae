package dev.zendo.dom0.display;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/** Looks once at what a VNC server shows (RFC 6143): version 3.8, raw pixels. One thread. */
public final class VncClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;
  private static final int MAX_SIDE = 16384;
  private static final int MAX_NAME = 4096;
  private static final int NONE = 1;
  private static final int PASSWORD = 2;

  private final Socket socket = new Socket();
  private final DataInputStream in;
  private final DataOutputStream out;
  private int width;
  private int height;

  /**
   * Connects.
   *
   * @param password empty when there is none
   * @throws IOException when nobody answers, or not as a VNC server
   */
  public VncClient(String host, int port, String password) throws IOException {
    try {
      socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      out = new DataOutputStream(socket.getOutputStream());
      greet(password);
      initialise();
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void greet(String password) throws IOException {
    byte[] version = in.readNBytes(12);
    if (!new String(version, StandardCharsets.US_ASCII).startsWith("RFB 003.")) {
      throw new IOException("no VNC server");
    }
    out.write("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII));
    byte[] kinds = in.readNBytes(in.readUnsignedByte());
    int wanted = password.isEmpty() ? NONE : PASSWORD;
    boolean offered = false;
    for (byte kind : kinds) {
      offered |= kind == wanted;
    }
    if (!offered) {
      throw new IOException(
          password.isEmpty() ? "the server wants a password" : "the server takes no password");
    }
    out.writeByte(wanted);
    if (wanted == PASSWORD) {
      out.write(answer(in.readNBytes(16), password));
    }
    if (in.readInt() != 0) {
      throw new IOException("the server refuses: wrong password");
    }
  }

  private static byte[] answer(byte[] challenge, String password) throws IOException {
    try {
      return VncHandshake.encrypt(challenge, password);
    } catch (GeneralSecurityException e) {
      throw new IOException("the password cannot be used", e);
    }
  }

  private void initialise() throws IOException {
    out.writeByte(1);
    width = in.readUnsignedShort();
    height = in.readUnsignedShort();
    in.skipNBytes(16);
    int name = in.readInt();
    if (width > MAX_SIDE || height > MAX_SIDE || name < 0 || name > MAX_NAME) {
      throw new IOException("a display of " + width + " x " + height);
    }
    in.skipNBytes(name);
    out.writeByte(0);
    out.write(new byte[3]);
    VncPixels.SERVER.write(out);
  }

  /** The whole picture as it is now. */
  public Picture picture() throws IOException {
    out.writeByte(3);
    out.writeByte(0);
    out.writeShort(0);
    out.writeShort(0);
    out.writeShort(width);
    out.writeShort(height);
    if (in.readUnsignedByte() != 0) {
      throw new IOException("the server sends something else than a picture");
    }
    in.skipNBytes(1);
    int[] pixels = new int[width * height];
    for (int rectangles = in.readUnsignedShort(); rectangles > 0; rectangles--) {
      rectangle(pixels);
    }
    return new Picture(width, height, pixels);
  }

  private void rectangle(int[] pixels) throws IOException {
    int x = in.readUnsignedShort();
    int y = in.readUnsignedShort();
    int columns = in.readUnsignedShort();
    int rows = in.readUnsignedShort();
    if (in.readInt() != 0 || x + columns > width || y + rows > height) {
      throw new IOException("the server sends an encoding that was not asked for");
    }
    for (int row = y; row < y + rows; row++) {
      for (int column = x; column < x + columns; column++) {
        pixels[row * width + column] = Integer.reverseBytes(in.readInt()) & 0xffffff;
      }
    }
  }

  /** Presses and releases a key, named by its X symbol. */
  public void type(int symbol) throws IOException {
    for (int down = 1; down >= 0; down--) {
      out.writeByte(4);
      out.writeByte(down);
      out.writeShort(0);
      out.writeInt(symbol);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
