package dev.zendo.dom0.control;

import dev.zendo.hypervisor.control.ControlDomainPort;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Issues hypercalls of the control domain. Arguments in memory live in two fixed areas of its RAM,
 * so a caller holds {@link #lock()} from filling them until it has read the results.
 */
final class CallGate {
  /** Guest-physical address of the area for argument structures. */
  static final long ARGUMENTS = 0x1000;

  /** Bytes of that area. */
  static final int ARGUMENT_BYTES = 0x4000;

  /** Guest-physical address of the area for lists of 8-byte values. */
  static final long LIST = 0x10000;

  /** Guest-physical address of a second list. */
  static final long SECOND_LIST = 0x30000;

  /** Guest-physical address of a list of results. */
  static final long RESULT_LIST = 0x50000;

  /** Values that each list holds. */
  static final int LIST_ENTRIES = 0x20000 / 8;

  /** Where the memory behind these areas begins. */
  static final long END = RESULT_LIST + 8L * LIST_ENTRIES;

  private final ControlDomainPort port;
  private final PhysicalMemory memory;
  private final ReentrantLock lock = new ReentrantLock();

  CallGate(ControlDomainPort port) {
    this.port = port;
    this.memory = port.memory();
  }

  /** The domain's memory. */
  PhysicalMemory memory() {
    return memory;
  }

  /** Guards the argument areas. */
  ReentrantLock lock() {
    return lock;
  }

  /** Issues a call and returns its result, which may be negative. */
  long call(int number, long a1, long a2, long a3, long a4) {
    return port.hypercall(number, a1, a2, a3, a4, 0);
  }

  /**
   * Issues a call that must succeed.
   *
   * @param what the operation, as an error message begins
   * @throws HypercallFailure when the result is negative
   */
  long check(String what, int number, long a1, long a2, long a3, long a4) {
    long result = call(number, a1, a2, a3, a4);
    if (result < 0) {
      throw new HypercallFailure(what, (int) -result);
    }
    return result;
  }

  /** Clears an argument structure and returns its address. */
  long clear(int offset, int bytes) {
    memory.clear(ARGUMENTS + offset, bytes);
    return ARGUMENTS + offset;
  }
}
