package dev.zendo.dom0.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Finds the symbols that Linux carries for its own messages (CONFIG_KALLSYMS), in a kernel without
 * a symbol table. Names are sequences of tokens; the table of the 256 tokens is found by its ten
 * digits, which stand for themselves, the rest by how the parts follow each other: offsets, base,
 * count, names, markers, tokens until Linux 6.3; then offsets and base come last.
 *
 * <p>All of that may be wrong in a file that somebody made up: then nothing is found.
 */
final class Kallsyms {
  private static final byte[] DIGITS =
      "0\0001\0002\0003\0004\0005\0006\0007\0008\0009\000".getBytes(StandardCharsets.ISO_8859_1);

  private static final int TOKENS = 256;
  private static final int NAMES_PER_MARKER = 256;
  private static final int MIN_COUNT = 2 * NAMES_PER_MARKER;
  private static final int MAX_COUNT = 1 << 20;
  private static final int MAX_NAME = 512;
  private static final long MAX_CHARACTERS = 32L << 20;
  private static final int MAX_DISTANCE = 32 << 20;
  private static final long KERNEL_HALF = 0xffff_8000_0000_0000L;

  /** Gets what is found. */
  interface Sink {
    void add(long address, char type, String name);
  }

  private final ByteBuffer file;
  private final int[] tokens = new int[TOKENS];

  private Kallsyms(ByteBuffer file) {
    this.file = file;
  }

  /**
   * Reads the symbols.
   *
   * @param file a whole unpacked kernel, little-endian
   */
  static void read(ByteBuffer file, Sink sink) {
    try {
      new Kallsyms(file).search(sink);
    } catch (IndexOutOfBoundsException e) {
      // The parts contradict each other: no table, or a broken one.
      return;
    }
  }

  private void search(Sink sink) {
    for (int at = find(0); at >= 0; at = find(at + 1)) {
      int table = tokenTable(at);
      if (table >= 0 && readTokens(table)) {
        int names = names(table);
        if (names >= 0) {
          readNames(names, sink);
        }
        return;
      }
    }
  }

  private int find(int from) {
    for (int at = from; at + DIGITS.length <= file.limit(); at++) {
      int i = 0;
      while (i < DIGITS.length && file.get(at + i) == DIGITS[i]) {
        i++;
      }
      if (i == DIGITS.length) {
        return at;
      }
    }
    return -1;
  }

  /** Goes back from the token of the digit 0 to the first token; -1 when there is none. */
  private int tokenTable(int digits) {
    int at = digits;
    for (int i = 0; i < '0' && at > 1; i++) {
      at--;
      while (at > 0 && file.get(at - 1) != 0) {
        at--;
      }
    }
    return (at & 7) == 0 ? at : -1;
  }

  /** Whether the index behind the table agrees with it. */
  private boolean readTokens(int table) {
    int at = table;
    for (int i = 0; i < TOKENS; i++) {
      tokens[i] = at;
      while (file.get(at) != 0) {
        at++;
      }
      at++;
    }
    int index = index(at);
    for (int i = 0; i < TOKENS; i++) {
      if ((file.getShort(index + 2 * i) & 0xffff) != tokens[i] - table) {
        return false;
      }
    }
    return true;
  }

  private int index(int endOfTable) {
    return endOfTable + 7 & -8;
  }

  private int endOfIndex() {
    int at = tokens[TOKENS - 1];
    while (file.get(at) != 0) {
      at++;
    }
    return index(at + 1) + 2 * TOKENS;
  }

  /** Where the count in front of the names is; -1 when there is none. */
  private int names(int table) {
    for (int at = table - 8; at >= Math.max(0, table - MAX_DISTANCE); at -= 8) {
      long count = file.getLong(at);
      if (count >= MIN_COUNT && count <= MAX_COUNT && areNames(at + 8, (int) count, table)) {
        return at;
      }
    }
    return -1;
  }

  /** Whether names lie here: every 256th is where a marker behind them says. */
  private boolean areNames(int first, int count, int end) {
    int[] markers = new int[(count + NAMES_PER_MARKER - 1) / NAMES_PER_MARKER];
    int at = first;
    for (int i = 0; i < count; i++) {
      if (at >= end) {
        return false;
      }
      if (i % NAMES_PER_MARKER == 0) {
        markers[i / NAMES_PER_MARKER] = at - first;
      }
      at += prefix(at) + length(at);
    }
    int behind = at + 7 & -8;
    for (int i = 0; i < markers.length; i++) {
      if (behind + 4 * i + 4 > end || file.getInt(behind + 4 * i) != markers[i]) {
        return false;
      }
    }
    return true;
  }

  /** Bytes that hold the length of a name. */
  private int prefix(int at) {
    return file.get(at) < 0 ? 2 : 1;
  }

  /** Tokens of a name. */
  private int length(int at) {
    int low = file.get(at);
    return low >= 0 ? low : low & 0x7f | (file.get(at + 1) & 0xff) << 7;
  }

  private void readNames(int countAt, Sink sink) {
    int count = file.getInt(countAt);
    int offsetBytes = 4 * count + 7 & -8;
    int offsets = countAt - 8 - offsetBytes;
    long base = file.getLong(countAt - 8);
    if (Long.compareUnsigned(base, KERNEL_HALF) < 0 || (base & 0xfff) != 0) {
      offsets = endOfIndex();
      base = file.getLong(offsets + offsetBytes);
    }
    boolean absolute = false;
    for (int i = 0; i < count; i++) {
      absolute |= file.getInt(offsets + 4 * i) < 0;
    }
    long characters = 0;
    int at = countAt + 8;
    for (int i = 0; i < count && characters < MAX_CHARACTERS; i++) {
      String name = name(at + prefix(at), length(at));
      characters += name.length();
      if (name.length() > 1) {
        int offset = file.getInt(offsets + 4 * i);
        sink.add(address(base, offset, absolute), name.charAt(0), name.substring(1));
      }
      at += prefix(at) + length(at);
    }
  }

  /** Kernels with absolute symbols keep those as they are, and others as negative numbers. */
  private static long address(long base, int offset, boolean absolute) {
    if (!absolute) {
      return base + (offset & 0xffffffffL);
    }
    return offset >= 0 ? offset : base - 1 - offset;
  }

  /** The type letter and the name. */
  private String name(int from, int length) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < length && name.length() < MAX_NAME; i++) {
      int token = tokens[file.get(from + i) & 0xff];
      for (int at = token; file.get(at) != 0; at++) {
        name.append((char) (file.get(at) & 0xff));
      }
    }
    return name.toString();
  }
}
