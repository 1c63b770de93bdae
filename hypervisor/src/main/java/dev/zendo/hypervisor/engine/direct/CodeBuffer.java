package dev.zendo.hypervisor.engine.direct;

import java.util.Arrays;

/** Machine code under construction: a growing array of bytes, little-endian. */
final class CodeBuffer {
  private byte[] code = new byte[256];
  private int length;

  /** Number of bytes so far. */
  int length() {
    return length;
  }

  CodeBuffer bytes(int... values) {
    for (int value : values) {
      append(value);
    }
    return this;
  }

  CodeBuffer int32(int value) {
    if (length + Integer.BYTES > code.length) {
      code = Arrays.copyOf(code, 2 * code.length);
    }
    byte[] target = code;
    int at = length;
    target[at] = (byte) value;
    target[at + 1] = (byte) (value >>> 8);
    target[at + 2] = (byte) (value >>> 16);
    target[at + 3] = (byte) (value >>> 24);
    length = at + Integer.BYTES;
    return this;
  }

  CodeBuffer int64(long value) {
    return int32((int) value).int32((int) (value >>> 32));
  }

  /** A short jump with an opcode of one byte to where {@link #length} was {@code to}. */
  CodeBuffer shortJump(int opcode, int to) {
    return bytes(opcode, to - length - 2);
  }

  /** A short jump forward; returns what {@link #land} needs to know. */
  int shortJump(int opcode) {
    bytes(opcode, 0);
    return length;
  }

  /** Lets a short jump come here. */
  void land(int jump) {
    code[jump - 1] = (byte) (length - jump);
  }

  /** Copies everything to {@code address} inside {@code area}. */
  void writeTo(CodeArea area, long address) {
    area.write(address, code, length);
  }

  /** Replaces four bytes written before. */
  void patch(int position, int value) {
    for (int i = 0; i < Integer.BYTES; i++) {
      code[position + i] = (byte) (value >>> Byte.SIZE * i);
    }
  }

  /** Starts over. */
  void clear() {
    length = 0;
  }

  void append(int value) {
    if (length == code.length) {
      code = Arrays.copyOf(code, 2 * length);
    }
    code[length++] = (byte) value;
  }
}
