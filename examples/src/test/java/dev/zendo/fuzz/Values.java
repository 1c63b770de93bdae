package dev.zendo.fuzz;

import dev.zendo.hypercalls.Domid;
import java.util.Random;

/** Draws operands: mostly ones that make sense, sometimes the worst ones. One thread. */
final class Values {
  /** Flags of page-table entries, as {@link Operand#entry} takes them. */
  private static final int PRESENT = 1;

  private static final int WRITE = 2;
  private static final int USER = 4;
  private static final int NO_EXECUTE = 1 << 31;

  private static final long[] EDGES = {
    0,
    1,
    7,
    8,
    0xfff,
    0x1000,
    0xffffffffL,
    0x80000000L,
    0x7fffffffL,
    0x100000000L,
    0x7ff0,
    0x7ff1,
    0x7ff2,
    0x7ff4,
    0x7fffffffffffL,
    0x7ffffffff000L,
    0x7fffffffffffffL,
    0x800000000000L,
    0xffff7fffffffffffL,
    0xffff800000000000L,
    0xffff800000000ff8L,
    0xffff807fffffffffL,
    0xffff82d080000000L,
    0xffff87ffffffffffL,
    0xffff880000000000L,
    0xffffffff80000000L,
    0xfffffffffffff000L,
    0xfffffffffffffff8L,
    -1,
    -2,
    -4096,
  };

  final Random random;
  private final int self;
  private final int peer;
  private final int victim;
  private final long[] foreignFrames;

  /**
   * Values for one domain.
   *
   * @param self its number, if it was foreseen rightly
   * @param peer number of the domain that runs beside it
   * @param victim number of a domain that must not change
   * @param foreignFrames frames that are not its own
   */
  Values(Random random, int self, int peer, int victim, long... foreignFrames) {
    this.random = random;
    this.self = self;
    this.peer = peer;
    this.victim = victim;
    this.foreignFrames = foreignFrames;
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  int below(int n) {
    return random.nextInt(n);
  }

  long wild() {
    return switch (below(10)) {
      case 0, 1 -> Operand.number(below(64));
      case 2, 3 -> Operand.number(EDGES[below(EDGES.length)]);
      case 4 -> Operand.bit(below(64), below(3));
      case 5 -> Operand.number(random.nextLong());
      case 6 -> Operand.number(random.nextInt());
      case 7 -> Operand.result(below(4), below(8));
      case 8 -> pointer(0);
      default -> frame();
    };
  }

  /** A number that is more often small than not. */
  long small(int limit) {
    return oneIn(20) ? wild() : Operand.number(below(limit));
  }

  /** A pointer: nearly always to an offset in the argument pages. */
  long pointer(int offset) {
    return switch (below(40)) {
      case 0 -> Operand.address(Operand.WINDOW, below(12), below(4096));
      case 1 -> Operand.address(Operand.TABLE, below(12), below(512) * 8);
      case 2 -> Operand.address(Operand.DATA, below(12), 4096 - below(32));
      case 3 -> Operand.number(EDGES[below(EDGES.length)]);
      case 4 -> Operand.address(Operand.SPECIAL, below(7), below(4096));
      case 5 -> Operand.argument(offset + below(64));
      default -> Operand.argument(offset);
    };
  }

  long domain() {
    return Operand.number(
        switch (below(16)) {
          case 0 -> 0;
          case 1, 2 -> self;
          case 3, 4, 5, 6 -> peer;
          case 7 -> victim;
          case 8 -> 0x7ff0 + below(5);
          case 9 -> oneIn(2) ? below(0x10000) : 0xffff;
          default -> Domid.SELF;
        });
  }

  int role() {
    return switch (below(16)) {
      case 0 -> Operand.GRANT;
      case 1 -> Operand.SPECIAL;
      case 2 -> Operand.DESCRIPTORS;
      case 3 -> Operand.LIVE;
      case 4, 5, 6, 7, 8 -> Operand.TABLE;
      default -> Operand.DATA;
    };
  }

  long frame() {
    return switch (below(24)) {
      case 0 -> Operand.number(foreignFrames[below(foreignFrames.length)]);
      case 1 -> Operand.number(below(1 << 16));
      case 2 -> Operand.number(EDGES[below(EDGES.length)]);
      case 3, 4 -> Operand.result(Operand.FRAME, below(8));
      default -> Operand.frame(role(), below(14));
    };
  }

  /** A frame that the domain can do without, if it still has it. */
  long spare() {
    if (oneIn(6)) {
      return frame();
    }
    return oneIn(3)
        ? Operand.result(Operand.FRAME, below(8))
        : Operand.frame(Operand.SPARE, below(12));
  }

  /** A page-table entry for a table of a level: what it names fits more often than not. */
  long entry() {
    if (oneIn(5)) {
      return Operand.number(0);
    }
    if (oneIn(12)) {
      long flags = random.nextInt(8);
      return Operand.number(foreignFrames[below(foreignFrames.length)] << 12 | flags);
    }
    int flags = oneIn(12) ? 0 : PRESENT;
    flags |= oneIn(2) ? WRITE : 0;
    flags |= oneIn(4) ? 0 : USER;
    flags |= random.nextInt() & 0x60;
    flags |= oneIn(20) ? 1 << below(12) : 0;
    flags |= oneIn(6) ? NO_EXECUTE : 0;
    return Operand.entry(role(), below(14), flags);
  }

  /** Where an entry of a table is, as a machine address. */
  long slot(int marks) {
    int role = oneIn(6) ? Operand.LIVE : oneIn(12) ? role() : Operand.TABLE;
    return Operand.machine(role, below(12), index(role) * 8 + marks);
  }

  /** An entry's number; in tables that are in use one that the guest can do without. */
  int index(int role) {
    if (role == Operand.LIVE) {
      return oneIn(200) ? below(512) : oneIn(40) ? 256 + below(16) : 32 + below(64);
    }
    return oneIn(6) ? below(512) : below(6);
  }

  /** An address that the guest may map something at. */
  long window() {
    return oneIn(500) ? wild() : Operand.address(Operand.WINDOW, below(12), 0);
  }

  long port() {
    return oneIn(3) ? small(24) : Operand.result(Operand.PORT, below(8));
  }

  long reference() {
    return oneIn(40) ? wild() : Operand.number(below(24));
  }
}
