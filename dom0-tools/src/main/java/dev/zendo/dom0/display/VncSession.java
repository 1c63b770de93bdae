package dev.zendo.dom0.display;

import dev.zendo.dom0.DaemonThreads;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One VNC client (RFC 6143): one thread reads what it says, another one sends what has changed
 * since it asked. Nothing that it sends makes this end allocate more than a few MiB.
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

  /** A pseudo-encoding (section 7.8.2). */
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
  private boolean compressed;
  private boolean asked;
  private boolean sizeChanged;
  private boolean closed;
  private Area dirty = Area.NONE;
  private Area forced = Area.NONE;

  // Of the sending thread, after the greeting.
  private final VncTiles tiles;
  private Area known;

  VncSession(Socket socket, Display display, String password, Consumer<VncSession> ended)
      throws IOException {
    this.socket = socket;
    this.display = display;
    this.password = password;
    this.ended = ended;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
    this.tiles = new VncTiles(display.screen());
    this.pointer = new VncPointer(display);
  }

  void start() {
    DaemonThreads.start("vnc-reader", this::read);
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
      DaemonThreads.start("vnc-writer", this::write);
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
    known = new Area(0, 0, display.screen().width(), display.screen().height());
    tiles.reset(known.width(), known.height());
    out.writeShort(known.width());
    out.writeShort(known.height());
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

  /** Takes the first encoding of the client's list that there is; otherwise raw pixels. */
  private void setEncodings() throws IOException {
    in.skipNBytes(1);
    int count = in.readUnsignedShort();
    if (count > MAX_ENCODINGS) {
      throw new IOException(count + " encodings");
    }
    boolean size = false;
    int first = -1;
    for (int i = 0; i < count; i++) {
      int encoding = in.readInt();
      size |= encoding == DESKTOP_SIZE;
      boolean known = encoding == ZrleEncoding.NUMBER || encoding == RawEncoding.NUMBER;
      first = first < 0 && known ? encoding : first;
    }
    boolean learns;
    synchronized (this) {
      learns = size && !resizes;
      resizes = size;
      compressed = first == ZrleEncoding.NUMBER;
    }
    if (learns) {
      resized(); // the size may have changed since the greeting
    }
  }

  private synchronized void ask(Area area) {
    asked = true;
    forced = forced.with(area);
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
    try (RawEncoding raw = new RawEncoding();
        ZrleEncoding zrle = new ZrleEncoding()) {
      while (true) {
        sendNext(raw, zrle);
      }
    } catch (IOException e) {
      LOG.debug("a VNC client is gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  private void sendNext(VncEncoding raw, VncEncoding zrle)
      throws IOException, InterruptedException {
    Area changed;
    Area wanted;
    VncPixels format;
    VncEncoding encoding;
    boolean newSize;
    synchronized (this) {
      while (!closed && !(asked && (sizeChanged || !dirty.isEmpty() || !forced.isEmpty()))) {
        wait();
      }
      if (closed) {
        throw new IOException("closed");
      }
      newSize = sizeChanged;
      changed = dirty;
      wanted = forced;
      format = pixels;
      encoding = compressed ? zrle : raw;
      dirty = Area.NONE;
      forced = Area.NONE;
      sizeChanged = false;
      asked = false;
    }
    if (newSize && resize()) {
      return;
    }
    List<Area> areas = tiles.changed(changed, wanted);
    if (areas.isEmpty()) {
      askAgain();
    } else {
      sendUpdate(areas, format, encoding);
    }
  }

  /** What the client asked for is still to come. */
  private synchronized void askAgain() {
    asked = true;
  }

  /**
   * The picture has another size. A client that does not know of that goes on to see the part that
   * fits; others are told, in an update of its own, since what is then in their picture is not
   * agreed on.
   *
   * @return whether the client was told
   */
  private boolean resize() throws IOException {
    Area screen = new Area(0, 0, display.screen().width(), display.screen().height());
    boolean told;
    synchronized (this) {
      told = resizes;
    }
    Area shown = told ? screen : screen.within(known.width(), known.height());
    tiles.reset(shown.width(), shown.height());
    if (told && !screen.equals(known)) {
      known = screen;
      out.writeByte(0);
      out.writeByte(0);
      out.writeShort(1);
      rectangle(screen, DESKTOP_SIZE);
      out.flush();
      changed(screen);
      return true;
    }
    return false;
  }

  /** Square by square: a client that reads slowly costs a part of a picture. */
  private void sendUpdate(List<Area> areas, VncPixels format, VncEncoding encoding)
      throws IOException {
    List<Area> parts = new ArrayList<>();
    for (Area area : areas) {
      for (int x = 0; x < area.width(); x += encoding.widest()) {
        int width = Math.min(encoding.widest(), area.width() - x);
        parts.add(new Area(area.x() + x, area.y(), width, area.height()));
      }
    }
    out.writeByte(0);
    out.writeByte(0);
    out.writeShort(parts.size());
    for (Area part : parts) {
      rectangle(part, encoding.number());
      encoding.write(part, tiles, format, out);
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
