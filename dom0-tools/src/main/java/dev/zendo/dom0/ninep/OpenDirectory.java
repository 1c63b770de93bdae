package dev.zendo.dom0.ninep;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.zendo.hypercalls.io.NinePValues;
import java.nio.charset.StandardCharsets;

/** A directory that is being listed. One thread at a time. */
final class OpenDirectory implements AutoCloseable {
  private static final int DT_DIRECTORY = 4;
  private static final int DT_LINK = 10;

  // Linux's struct dirent of 64-bit systems.
  private static final int D_INO = 0;
  private static final int D_OFF = 8;
  private static final int D_TYPE = 18;
  private static final int D_NAME = 19;

  private final long inode;
  private final long device;
  private final boolean root;
  private Pointer stream;
  private long position;
  private Entry unread;

  /**
   * One entry.
   *
   * @param position to go on behind it
   * @param type as Linux has it (DT_)
   */
  record Entry(Qid qid, long position, int type, String name) {}

  /** Takes over a directory that is open; the root's {@code ..} is shown as the root itself. */
  OpenDirectory(HostFile directory, boolean root) throws HostError {
    FileStatus status = directory.status();
    this.inode = status.inode();
    this.device = status.device();
    this.root = root;
    stream = LibC.fdopendir(directory.descriptor());
    if (stream == null) {
      throw new HostError(Native.getLastError());
    }
    directory.release();
  }

  /** Goes to where an entry said that one goes on; 0 is the beginning. */
  void seek(long to) {
    if (to != position) {
      LibC.seekdir(stream, to);
      position = to;
      unread = null;
    }
  }

  /** The next entry, null behind the last one. */
  Entry next() {
    Entry entry = unread;
    unread = null;
    if (entry == null) {
      Pointer found = LibC.readdir(stream);
      if (found == null) {
        return null;
      }
      entry = entry(found);
    }
    position = entry.position();
    return entry;
  }

  /** Takes back what {@link #next} gave, when {@code before} was the position. */
  void unread(Entry entry, long before) {
    unread = entry;
    position = before;
  }

  long position() {
    return position;
  }

  private Entry entry(Pointer found) {
    String name = found.getString(D_NAME, StandardCharsets.ISO_8859_1.name());
    int type = found.getByte(D_TYPE) & 0xff;
    long number = root && "..".equals(name) ? inode : found.getLong(D_INO);
    int kind = NinePValues.QT_FILE;
    if (type == DT_DIRECTORY) {
      kind = NinePValues.QT_DIRECTORY;
    } else if (type == DT_LINK) {
      kind = NinePValues.QT_SYMLINK;
    }
    return new Entry(FileStatus.qid(kind, 0, device, number), found.getLong(D_OFF), type, name);
  }

  @Override
  public void close() {
    if (stream != null) {
      LibC.closedir(stream);
      stream = null;
    }
  }
}
