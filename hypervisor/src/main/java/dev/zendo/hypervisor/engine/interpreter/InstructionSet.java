package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.interpreter.simd.SimdInstructions;
import dev.zendo.hypervisor.engine.x86.Mnemonic;

/** What the engine executes: the families of instructions. */
final class InstructionSet {
  /** One of the last family without vector and x87 registers. */
  private static final Mnemonic LAST_INTEGER = Mnemonic.LSL;

  /** One for all engines: it never changes, and the classes made for its ops are worth sharing. */
  private static final OpTable TABLE = build();

  private InstructionSet() {}

  /** A table with every family; each comes when it is needed. */
  static OpTable table() {
    return TABLE;
  }

  /** Enters what every guest needs that is interpreted. */
  static void prepare() {
    TABLE.factory(LAST_INTEGER);
  }

  /** First those that the direct engine leaves to the interpreter, last what few kernels need. */
  private static OpTable build() {
    OpTable table = new OpTable();
    table.addLater(StringOps::addTo);
    table.addLater(SystemOps::addTo);
    table.addLater(TransferOps::addTo);
    table.addLater(IntegerOps::addTo);
    table.addLater(BitOps::addTo);
    table.addLater(MultiplyOps::addTo);
    table.addLater(ExchangeOps::addTo);
    table.addLater(SegmentOps::addTo);
    table.addLater(LegacyOps::addTo);
    table.addLater(SimdInstructions::addTo);
    return table;
  }
}
