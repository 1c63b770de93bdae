package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;

/**
 * Which factory makes the op of each mnemonic. Families of instructions enter their factories while
 * the table is built; it does not change afterwards.
 *
 * <p>What has no factory raises #UD: instructions of features that are not offered, above all.
 */
public final class OpTable {
  private final OpFactory[] factories = new OpFactory[Mnemonic.values().length];

  /** Enters a factory for mnemonics. */
  public void add(OpFactory factory, Mnemonic... mnemonics) {
    for (Mnemonic mnemonic : mnemonics) {
      factories[mnemonic.ordinal()] = factory;
    }
  }

  /** Makes the op of an instruction, without its place in a block. */
  Op create(Insn insn, long rip) {
    if (insn.row.privileged || insn.row.ioSensitive) {
      return new ControlOps.Fault(Vector.GP, 0);
    }
    OpFactory factory = factories[insn.mnemonic.ordinal()];
    Op op = factory == null ? null : factory.create(insn, rip);
    return op == null ? new ControlOps.Fault(Vector.UD, 0) : op;
  }
}
