package dev.zendo.fuzz;

/**
 * Operands of programs, which the guest resolves: the kinds and roles of {@code
 * pv-guest-kit/fuzz/program.h}. Stateless.
 */
final class Operand {
  static final int DATA = 0;
  static final int TABLE = 1;
  static final int LIVE = 2;
  static final int DESCRIPTORS = 3;
  static final int GRANT = 4;
  static final int WINDOW = 5;
  static final int SPECIAL = 6;
  static final int SPARE = 7;

  /** Classes of results that are kept. */
  static final int RESULT = 0;

  static final int PORT = 1;
  static final int HANDLE = 2;
  static final int FRAME = 3;

  private static final int KIND = 56;
  private static final long LOW = (1L << KIND) - 1;

  private Operand() {}

  /** A number; those that do not fit come out as another one near them. */
  static long number(long value) {
    boolean high = value >>> KIND == 0xff && value << 8 >= 0;
    return high ? kind(7, value) : kind(0, value);
  }

  /** The frame of a page. */
  static long frame(int role, int page) {
    return kind(1, place(role, page, 0));
  }

  /** A page-table entry; bit 31 of the flags stands for bit 63. */
  static long entry(int role, int page, int flags) {
    return kind(2, place(role, page, flags));
  }

  /** A virtual address in a page. */
  static long address(int role, int page, int offset) {
    return kind(3, place(role, page, offset));
  }

  /** A machine address in a page. */
  static long machine(int role, int page, int offset) {
    return kind(4, place(role, page, offset));
  }

  /** An address in the vcpu's argument pages. */
  static long argument(int offset) {
    return kind(5, place(0, 0, offset));
  }

  /** A result that was kept some steps ago. */
  static long result(int keptAs, int ago) {
    return kind(6, place(keptAs, ago, 0));
  }

  /** A power of two minus something small. */
  static long bit(int bit, int minus) {
    return kind(8, place(bit, minus, 0));
  }

  /** The system time, and so many nanoseconds. */
  static long time(int nanos) {
    return kind(9, place(0, 0, nanos));
  }

  private static long place(int a, int b, int c) {
    return a & 0xfffL | (b & 0xfffL) << 12 | (c & 0xffffffffL) << 24;
  }

  private static long kind(int kind, long bits) {
    return (long) kind << KIND | bits & LOW;
  }
}
