package dev.zendo.dom0.net.nat;

/**
 * Shares memory between connections: they get large buffers while there are few of them. One
 * thread.
 */
final class BufferBudget {
  private static final int LARGE = 512 << 10;
  private static final int SMALL = 32 << 10;

  /** For all connections of a network, in both directions. */
  private static final long ALL = 96L << 20;

  private long used;

  /** Reserves room for one connection: bytes in each direction. */
  int take() {
    int bytes = used + 2L * LARGE <= ALL / 2 ? LARGE : SMALL;
    used += 2L * bytes;
    return bytes;
  }

  /** Gives back what {@link #take} reserved. */
  void give(int bytes) {
    used -= 2L * bytes;
  }
}
