package dev.zendo.dom0.xenstore;

import dev.zendo.dom0.ToolException;
import dev.zendo.hypercalls.io.XenstoreLimits;
import dev.zendo.hypercalls.io.XenstoreType;
import dev.zendo.xenstore.Permissions;
import dev.zendo.xenstore.StoreAccess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

/** A store that another process serves at a Unix socket, by the wire protocol. Not thread-safe. */
public final class StoreSocket implements StoreConnection {
  private static final int HEADER = 16;

  private final Path socket;
  private final SocketChannel channel;
  private final Queue<String> events = new ArrayDeque<>();

  /** The transaction that requests belong to, or 0. */
  private int transaction;

  /** A message that came: its type and its bytes. */
  private record Message(int type, byte[] payload) {
    List<String> strings() {
      List<String> strings = new ArrayList<>();
      int from = 0;
      for (int i = 0; i < payload.length; i++) {
        if (payload[i] == 0) {
          strings.add(new String(payload, from, i - from, StandardCharsets.ISO_8859_1));
          from = i + 1;
        }
      }
      return strings;
    }
  }

  /** Connects. */
  public StoreSocket(Path socket) {
    this.socket = socket;
    try {
      channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException | IllegalArgumentException e) {
      throw new ToolException(
          socket + ": no store answers there; start a guest with zl run --store-socket " + socket,
          e);
    }
  }

  private void send(int type, byte[] payload) throws IOException {
    if (payload.length > XenstoreLimits.PAYLOAD_MAX) {
      throw new ToolException("path and value together may have 4096 bytes");
    }
    ByteBuffer message =
        ByteBuffer.allocate(HEADER + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    message.putInt(type).putInt(0).putInt(transaction).putInt(payload.length).put(payload).flip();
    while (message.hasRemaining()) {
      channel.write(message);
    }
  }

  private Message receive() throws IOException {
    ByteBuffer header = fill(HEADER);
    int type = header.getInt();
    header.getLong();
    int length = header.getInt();
    if (length < 0 || length > XenstoreLimits.PAYLOAD_MAX) {
      throw new IOException("message of " + length + " bytes");
    }
    return new Message(type, fill(length).array());
  }

  private ByteBuffer fill(int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new IOException("the store has gone");
      }
    }
    return buffer.flip();
  }

  private Message request(int type, String path, byte[]... rest) {
    Message answer = ask(type, path, rest);
    if (answer.type() == XenstoreType.ERROR) {
      throw new ToolException(path + ": " + String.join("", answer.strings()));
    }
    return answer;
  }

  private Message ask(int type, String path, byte[]... rest) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.writeBytes(zeroEnded(path));
    for (byte[] part : rest) {
      payload.writeBytes(part);
    }
    try {
      send(type, payload.toByteArray());
      while (true) {
        Message answer = receive();
        if (answer.type() != XenstoreType.WATCH_EVENT) {
          return answer;
        }
        note(answer);
      }
    } catch (IOException e) {
      throw new ToolException(socket + ": the store does not answer (" + e.getMessage() + ")", e);
    }
  }

  private static byte[] zeroEnded(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
  }

  private void note(Message event) {
    if (!event.strings().isEmpty()) {
      events.add(event.strings().get(0));
    }
  }

  @Override
  public byte[] readBytes(String path) {
    return request(XenstoreType.READ, path).payload();
  }

  @Override
  public List<String> list(String path) {
    Message answer = ask(XenstoreType.DIRECTORY, path);
    if (answer.type() == XenstoreType.ERROR) {
      if (answer.strings().equals(List.of("E2BIG"))) {
        return listInParts(path);
      }
      throw new ToolException(path + ": " + String.join("", answer.strings()));
    }
    return answer.strings();
  }

  /** A generation number, then names from an offset on; an empty name ends the list. */
  private List<String> listInParts(String path) {
    List<String> names = new ArrayList<>();
    int offset = 0;
    String generation = null;
    while (true) {
      byte[] position = zeroEnded(Integer.toString(offset));
      List<String> part = request(XenstoreType.DIRECTORY_PART, path, position).strings();
      if (part.isEmpty() || (generation != null && !generation.equals(part.get(0)))) {
        names.clear();
        offset = 0;
        generation = null;
        continue;
      }
      generation = part.get(0);
      for (String name : part.subList(1, part.size())) {
        if (name.isEmpty()) {
          return names;
        }
        names.add(name);
        offset += name.length() + 1;
      }
    }
  }

  @Override
  public Permissions permissions(String path) {
    return Permissions.parse(
        request(XenstoreType.GET_PERMS, path).strings().toArray(new String[0]));
  }

  @Override
  public boolean exists(String path) {
    Message answer = ask(XenstoreType.READ, path);
    if (answer.type() == XenstoreType.ERROR && !answer.strings().equals(List.of("ENOENT"))) {
      throw new ToolException(path + ": " + String.join("", answer.strings()));
    }
    return answer.type() != XenstoreType.ERROR;
  }

  @Override
  public void write(String path, byte[] value) {
    request(XenstoreType.WRITE, path, value);
  }

  @Override
  public void mkdir(String path) {
    request(XenstoreType.MKDIR, path);
  }

  @Override
  public void rm(String path) {
    request(XenstoreType.RM, path);
  }

  @Override
  public void chmod(String path, Permissions permissions) {
    request(XenstoreType.SET_PERMS, path, zeroEnded(String.join("\0", permissions.strings())));
  }

  @Override
  public void together(Consumer<StoreAccess> work) {
    do {
      transaction = Integer.parseUnsignedInt(word(request(XenstoreType.TRANSACTION_START, "")));
      boolean done = false;
      try {
        work.accept(this);
        done = true;
      } finally {
        if (!done) {
          end("F");
        }
      }
    } while (!end("T"));
  }

  /** Ends the transaction; false when it has to be made again. */
  private boolean end(String how) {
    Message answer = ask(XenstoreType.TRANSACTION_END, how);
    transaction = 0;
    if (answer.type() == XenstoreType.ERROR && !word(answer).equals("EAGAIN")) {
      throw new ToolException("the transaction could not be ended: " + word(answer));
    }
    return answer.type() != XenstoreType.ERROR;
  }

  private static String word(Message answer) {
    return String.join("", answer.strings());
  }

  @Override
  public void watch(List<String> paths, Listener listener) {
    for (String path : paths) {
      request(XenstoreType.WATCH, path, zeroEnded("zl"));
    }
    try {
      while (true) {
        while (events.isEmpty()) {
          note(receive());
        }
        if (!listener.changed(events.remove())) {
          return;
        }
      }
    } catch (IOException e) {
      throw new ToolException(socket + ": the store has gone", e);
    }
  }

  @Override
  public String control(List<String> words) {
    byte[][] rest = words.stream().skip(1).map(StoreSocket::zeroEnded).toArray(byte[][]::new);
    return word(request(XenstoreType.CONTROL, words.get(0), rest));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is lost.
    }
  }
}
