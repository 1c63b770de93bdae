package dev.zendo.dom0.display;

import dev.zendo.dom0.Daemons;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One VNC client (RFC 6143): one thread reads what it says, another one sends what has changed
 * since it asked. Nothing that it sends makes this end allocate more than a few KiB.
 */
final class VncSession implements Screen.Viewer {
  private static final Logger LOG = LoggerFactory.getLogger(VncSession.class);

  private static final int PATIENCE_MILLIS = 30_000;
  private static final int MAX_ENCODINGS = 1024;
  private static final int MAX_CLIPBOARD = 1 << 20;

  // Messages of the client (section 7.5).
  private static final int SET_PIXEL_FORMAT = 0;
  private static final int SET_ENCODINGS = 2;
  private static final int UPDATE_REQUEST = 3;
  private static final int KEY_EVENT = 4;
  private static final int POINTER_EVENT = 5;
  private static final int CUT_TEXT = 6;

  // Encodings (section 7.7).
  private static final int RAW = 0;
  private static final int DESKTOP_SIZE = -223;

  private final Socket socket;
  private final Display display;
  private final String password;
  private final Consumer<VncSession> ended;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final VncPointer pointer;

  // What the sending thread waits for; all under the lock of this object.
  private VncPixels pixels = VncPixels.SERVER;
  private boolean resizes;
  private boolean asked;
  private boolean sizeChanged;
  private boolean closed;
  private Area dirty = Area.NONE;

  VncSession(Socket socket, Display display, String password, Consumer<VncSession> ended)
      throws IOException {
    this.socket = socket;
    this.display = display;
    this.password = password;
    this.ended = ended;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
    this.pointer = new VncPointer(display);
  }

  void start() {
    Daemons.start("vnc-reader", this::read);
  }

  private void read() {
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      if (!VncHandshake.greet(in, out, password)) {
        return;
      }
      in.readByte(); // whether others may look, too: always
      sendServerInit();
      socket.setSoTimeout(0);
      display.screen().add(this);
      Daemons.start("vnc-writer", this::write);
      while (true) {
        message(in.readUnsignedByte());
      }
    } catch (IOException | GeneralSecurityException e) {
      LOG.debug("a VNC client is gone", e);
    } finally {
      close();
    }
  }

  private void sendServerInit() throws IOException {
    byte[] name = "zendo".getBytes(StandardCharsets.US_ASCII);
    out.writeShort(display.screen().width());
    out.writeShort(display.screen().height());
    VncPixels.SERVER.write(out);
    out.writeInt(name.length);
    out.write(name);
    out.flush();
  }

  private void message(int type) throws IOException {
    switch (type) {
      case SET_PIXEL_FORMAT:
        in.skipNBytes(3);
        VncPixels wanted = VncPixels.read(in);
        synchronized (this) {
          pixels = wanted;
        }
        break;
      case SET_ENCODINGS:
        setEncodings();
        break;
      case UPDATE_REQUEST:
        boolean incremental = in.readUnsignedByte() != 0;
        Area area =
            new Area(
                in.readUnsignedShort(),
                in.readUnsignedShort(),
                in.readUnsignedShort(),
                in.readUnsignedShort());
        ask(incremental ? Area.NONE : area);
        break;
      case KEY_EVENT:
        boolean down = in.readUnsignedByte() != 0;
        in.skipNBytes(2);
        int keycode = KeySymbols.keycode(in.readInt());
        if (keycode != 0) {
          display.input().key(keycode, down);
        }
        break;
      case POINTER_EVENT:
        pointer.event(in.readUnsignedByte(), in.readUnsignedShort(), in.readUnsignedShort());
        break;
      case CUT_TEXT:
        in.skipNBytes(3);
        int length = in.readInt();
        if (length < 0 || length > MAX_CLIPBOARD) {
          throw new IOException("a clipboard of " + Integer.toUnsignedString(length) + " bytes");
        }
        in.skipNBytes(length);
        break;
      default:
        throw new IOException("message " + type + " is none of RFC 6143");
    }
  }

  private void setEncodings() throws IOException {
    in.skipNBytes(1);
    int count = in.readUnsignedShort();
    if (count > MAX_ENCODINGS) {
      throw new IOException(count + " encodings");
    }
    boolean size = false;
    for (int i = 0; i < count; i++) {
      size |= in.readInt() == DESKTOP_SIZE;
    }
    synchronized (this) {
      resizes = size;
    }
  }

  private synchronized void ask(Area area) {
    asked = true;
    dirty = dirty.with(area);
    notifyAll();
  }

  @Override
  public synchronized void changed(Area area) {
    dirty = dirty.with(area);
    notifyAll();
  }

  @Override
  public synchronized void resized() {
    sizeChanged = true;
    dirty = new Area(0, 0, 0xffff, 0xffff);
    notifyAll();
  }

  private void write() {
    try {
      while (true) {
        sendNext();
      }
    } catch (IOException e) {
      LOG.debug("a VNC client is gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  private void sendNext() throws IOException, InterruptedException {
    Area area;
    VncPixels format;
    boolean newSize;
    synchronized (this) {
      while (!closed && (!asked || dirty.isEmpty())) {
        wait();
      }
      if (closed) {
        throw new IOException("closed");
      }
      newSize = sizeChanged && resizes;
      sizeChanged &= !newSize;
      area = dirty.within(display.screen().width(), display.screen().height());
      format = pixels;
      dirty = Area.NONE;
      asked = false;
    }
    sendUpdate(area, format, newSize);
  }

  private void sendUpdate(Area area, VncPixels format, boolean newSize) throws IOException {
    out.writeByte(0);
    out.writeByte(0);
    out.writeShort(newSize ? 2 : 1);
    if (newSize) {
      rectangle(new Area(0, 0, display.screen().width(), display.screen().height()), DESKTOP_SIZE);
    }
    rectangle(area, RAW);
    // Line by line: a client that reads slowly costs one line, not a picture.
    int[] line = new int[area.width()];
    byte[] bytes = new byte[area.width() * format.bytes()];
    for (int row = 0; row < area.height(); row++) {
      display.screen().read(new Area(area.x(), area.y() + row, area.width(), 1), line);
      format.convert(line, bytes);
      out.write(bytes);
    }
    out.flush();
  }

  private void rectangle(Area area, int encoding) throws IOException {
    out.writeShort(area.x());
    out.writeShort(area.y());
    out.writeShort(area.width());
    out.writeShort(area.height());
    out.writeInt(encoding);
  }

  void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      notifyAll();
    }
    display.screen().remove(this);
    pointer.release();
    ended.accept(this);
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("closing a VNC client", e);
    }
  }
}
