package dev.zendo.hypervisor.hypercall;

import java.util.Arrays;

/**
 * The handlers of a machine by hypercall number. Filled while the machine is built and read only
 * afterwards; numbers without a handler answer -ENOSYS.
 */
public final class HypercallTable {
  /**
   * Numbers run from 0 to here, exclusive (size of a hypercall page in 32-byte slots is larger).
   */
  public static final int SIZE = 64;

  private static final long ENOSYS = 38;

  private final HypercallHandler[] handlers = new HypercallHandler[SIZE];

  /** A table in which every number answers -ENOSYS. */
  public HypercallTable() {
    Arrays.fill(handlers, (HypercallHandler) (caller, a1, a2, a3, a4, a5) -> -ENOSYS);
  }

  /**
   * Installs a handler.
   *
   * @throws IndexOutOfBoundsException when the number lies outside the table
   */
  public void register(int number, HypercallHandler handler) {
    handlers[number] = handler;
  }

  /** The handler of a number; any 64-bit value. */
  public HypercallHandler handler(long number) {
    return Long.compareUnsigned(number, SIZE) < 0 ? handlers[(int) number] : handlers[SIZE - 1];
  }
}
