package dev.zendo.hypervisor.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * How the argument of {@code memory_op} and the lists in it are copied. The structure lies at the
 * start of the caller's scratch memory, single list elements at {@link #ELEMENT}.
 */
final class MemoryArguments {
  /** Offset of the element in scratch memory; structures are shorter. */
  static final int ELEMENT = 256;

  private MemoryArguments() {}

  /** Copies a structure from the guest; false when it cannot be read. */
  static boolean read(Vcpu caller, long pointer, Layout layout) {
    return caller.guest().read(pointer, caller.scratch(), layout.size());
  }

  /** Copies the structure back; false when it cannot be written. */
  static boolean write(Vcpu caller, long pointer, Layout layout) {
    return caller.guest().write(pointer, caller.scratch(), layout.size());
  }

  /** Reads element {@code index} of a list of 8-byte values; {@link #element} gives it. */
  static boolean readElement(Vcpu caller, long list, long index) {
    return caller.guest().read(list + 8 * index, caller.scratch() + ELEMENT, 8);
  }

  /** The element that was read last. */
  static long element(Vcpu caller) {
    return HostMemory.getLong(caller.scratch() + ELEMENT);
  }

  /** Writes element {@code index} of a list of 8-byte values. */
  static boolean writeElement(Vcpu caller, long list, long index, long value) {
    HostMemory.putLong(caller.scratch() + ELEMENT, value);
    return caller.guest().write(list + 8 * index, caller.scratch() + ELEMENT, 8);
  }
}
