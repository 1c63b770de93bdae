package dev.zendo.xenstore.journal;

import dev.zendo.xenstore.Access;
import dev.zendo.xenstore.Node;
import dev.zendo.xenstore.Path;
import dev.zendo.xenstore.Permissions;
import dev.zendo.xenstore.StoreException;
import dev.zendo.xenstore.TreeDiff;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes as bytes, one behind the other; numbers are big-endian. A change is a byte that says what
 * it is, then
 *
 * <ul>
 *   <li>{@code S} (set): path, permissions, value
 *   <li>{@code R} (removed with all below): path
 *   <li>{@code E} (special event): name, permissions
 *   <li>{@code .} (end of a snapshot): nothing
 * </ul>
 *
 * <p>Paths, names and values are a 16-bit length and bytes; permissions are a 16-bit count and a
 * letter and a 16-bit domain id each. Not thread-safe.
 */
final class Records implements TreeDiff.Visitor {
  private static final int SET = 'S';
  private static final int REMOVED = 'R';
  private static final int SPECIAL = 'E';
  private static final int END = '.';

  /** Takes changes that are read. */
  interface Target {
    /** A node is there with this value. */
    void set(Path path, byte[] value, Permissions permissions);

    /** A node is gone with all below it. */
    void removed(Path path);

    /** Somebody may receive a special event. */
    void special(String name, Permissions permissions);

    /** A snapshot is complete. */
    void end();
  }

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  /** How many bytes wait to be taken. */
  int size() {
    return bytes.size();
  }

  /** The bytes since the last time. */
  byte[] take() {
    byte[] taken = bytes.toByteArray();
    bytes.reset();
    return taken;
  }

  @Override
  public void set(Path path, Node node) {
    write(
        () -> {
          out.write(SET);
          text(path.toString());
          permissions(node.permissions());
          bytes(node.value());
        });
  }

  @Override
  public void removed(Path path) {
    write(
        () -> {
          out.write(REMOVED);
          text(path.toString());
        });
  }

  void special(String name, Permissions permissions) {
    write(
        () -> {
          out.write(SPECIAL);
          text(name);
          permissions(permissions);
        });
  }

  void end() {
    write(() -> out.write(END));
  }

  /** What may fail by its signature, but does not: it writes into an array. */
  private interface Writing {
    void run() throws IOException;
  }

  private static void write(Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void text(String text) throws IOException {
    bytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void bytes(byte[] value) throws IOException {
    out.writeShort(value.length);
    out.write(value);
  }

  private void permissions(Permissions permissions) throws IOException {
    out.writeShort(permissions.size());
    for (Permissions.Entry entry : permissions.entries()) {
      out.write(entry.access().letter());
      out.writeShort(entry.domid());
    }
  }

  /** Reads all changes of a frame; an {@link IOException} if they make no sense. */
  static void read(byte[] payload, Target target) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload));
    try {
      for (int kind = in.read(); kind >= 0; kind = in.read()) {
        switch (kind) {
          case SET -> {
            Path path = Path.of(readText(in));
            Permissions permissions = readPermissions(in);
            target.set(path, readBytes(in), permissions);
          }
          case REMOVED -> target.removed(Path.of(readText(in)));
          case SPECIAL -> target.special(readText(in), readPermissions(in));
          case END -> target.end();
          default -> throw new IOException("a change of the unknown kind " + kind);
        }
      }
    } catch (StoreException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static byte[] readBytes(DataInputStream in) throws IOException {
    byte[] value = new byte[in.readUnsignedShort()];
    in.readFully(value);
    return value;
  }

  private static String readText(DataInputStream in) throws IOException {
    return new String(readBytes(in), StandardCharsets.ISO_8859_1);
  }

  private static Permissions readPermissions(DataInputStream in) throws IOException {
    int count = in.readUnsignedShort();
    List<Permissions.Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Access access = Access.of((char) in.readUnsignedByte());
      entries.add(new Permissions.Entry(in.readUnsignedShort(), access));
    }
    return Permissions.of(entries);
  }
}
