package dev.zendo.dom0.bootloader;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/** Finds files of a file system by their names. Not thread-safe. */
final class ExtPaths {
  private static final int ROOT = 2;
  private static final int MAX_PATH = 4096;
  private static final int MAX_LINKS = 40;
  private static final int MAX_DIRECTORY = 16 << 20;
  private static final int ENTRY_HEAD = 8;

  private final ExtFilesystem filesystem;

  ExtPaths(ExtFilesystem filesystem) {
    this.filesystem = filesystem;
  }

  /** The file of a path from the root on, links followed; empty when there is none. */
  Optional<Inode> find(String path) throws IOException {
    Deque<String> ahead = new ArrayDeque<>();
    Deque<Inode> way = new ArrayDeque<>();
    way.push(filesystem.inode(ROOT));
    pushAll(ahead, path);
    int links = 0;
    while (!ahead.isEmpty()) {
      String name = ahead.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        if (way.size() > 1) {
          way.pop();
        }
        continue;
      }
      long number = lookup(way.peek(), name);
      if (number == 0) {
        return Optional.empty();
      }
      Inode inode = filesystem.inode(number);
      if (!inode.isLink()) {
        way.push(inode);
        continue;
      }
      if (++links > MAX_LINKS) {
        throw new BadFilesystemException("symbolic links lead to each other");
      }
      String target = new String(filesystem.contents(inode, MAX_PATH), UTF_8);
      pushAll(ahead, target);
      while (target.startsWith("/") && way.size() > 1) {
        way.pop();
      }
    }
    return Optional.of(way.peek());
  }

  private static void pushAll(Deque<String> ahead, String path) throws BadFilesystemException {
    if (path.length() > MAX_PATH) {
      throw new BadFilesystemException("a path is too long");
    }
    String[] names = path.split("/", -1);
    for (int i = names.length - 1; i >= 0; i--) {
      ahead.push(names[i]);
    }
  }

  /**
   * The number of what has a name in a directory; 0 when nothing has. Indexed directories are read
   * as any other: their index looks like entries that were removed.
   */
  private long lookup(Inode directory, String name) throws IOException {
    if (!directory.isDirectory()) {
      return 0;
    }
    byte[] wanted = name.getBytes(UTF_8);
    if (directory.holdsItself()) {
      throw new BadFilesystemException("a directory is kept in its inode");
    }
    byte[] all = filesystem.contents(directory, MAX_DIRECTORY);
    int block = filesystem.blockBytes();
    for (int start = 0; start < all.length; start += block) {
      long number = lookup(all, start, Math.min(start + block, all.length), wanted);
      if (number != 0) {
        return number;
      }
    }
    return 0;
  }

  private static long lookup(byte[] all, int start, int end, byte[] name)
      throws BadFilesystemException {
    ByteBuffer entries = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = start; at <= end - ENTRY_HEAD; ) {
      int length = entries.getShort(at + 4) & 0xffff;
      if (length == 0 && entries.getInt(at) == 0) {
        // A hole.
        return 0;
      }
      // The length of a whole block of 64 KiB does not fit.
      length = length == 0 || length == 0xffff ? 0x1_0000 : length;
      int bytes = entries.get(at + 6) & 0xff;
      if (length < ENTRY_HEAD || length > end - at || bytes > length - ENTRY_HEAD) {
        throw new BadFilesystemException("a directory is damaged");
      }
      int from = at + ENTRY_HEAD;
      if (entries.getInt(at) != 0 && Arrays.equals(all, from, from + bytes, name, 0, name.length)) {
        return entries.getInt(at) & 0xffff_ffffL;
      }
      at += length;
    }
    return 0;
  }
}
