package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.interpreter.simd.SimdInstructions;

/** What the engine executes: the families of instructions. */
final class InstructionSet {
  /** One for all engines: it never changes, and the classes made for its ops are worth sharing. */
  private static final OpTable TABLE = build();

  private InstructionSet() {}

  /** A table with every family. */
  static OpTable table() {
    return TABLE;
  }

  private static OpTable build() {
    OpTable table = new OpTable();
    IntegerOps.addTo(table);
    TransferOps.addTo(table);
    BitOps.addTo(table);
    MultiplyOps.addTo(table);
    ExchangeOps.addTo(table);
    SystemOps.addTo(table);
    SegmentOps.addTo(table);
    StringOps.addTo(table);
    SimdInstructions.addTo(table);
    return table;
  }
}
