package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Which factory makes the op of each mnemonic. Families of instructions enter their factories when
 * a mnemonic is met that has none: all of them together take a tenth of a second, and few guests
 * need all. Thread-safe once built.
 *
 * <p>What has no factory in the end raises #UD: instructions of features that are not offered,
 * above all.
 */
public final class OpTable {
  private final OpFactory[] factories = new OpFactory[Mnemonic.values().length];

  /** Families that were not needed so far. */
  private final Queue<Consumer<OpTable>> waiting = new ArrayDeque<>();

  /** Enters a factory for mnemonics that have none. */
  public void add(OpFactory factory, Mnemonic... mnemonics) {
    for (Mnemonic mnemonic : mnemonics) {
      if (factories[mnemonic.ordinal()] != null) {
        throw new IllegalStateException(mnemonic + " has a factory");
      }
      factories[mnemonic.ordinal()] = factory;
    }
  }

  /** Has a family entered when a mnemonic is met that neither the table nor earlier ones know. */
  void addLater(Consumer<OpTable> family) {
    waiting.add(family);
  }

  /** Enters all families. */
  synchronized void enterAll() {
    while (!waiting.isEmpty()) {
      waiting.remove().accept(this);
    }
  }

  /** Makes the op of an instruction, without its place in a block. */
  Op create(Insn insn, long rip) {
    if (insn.row.privileged || insn.row.ioSensitive) {
      return new ControlOps.Fault(Vector.GP, 0);
    }
    OpFactory factory = factory(insn.mnemonic);
    Op op = factory == null ? null : factory.create(insn, rip);
    return op == null ? new ControlOps.Fault(Vector.UD, 0) : op;
  }

  /** The factory of a mnemonic, or null. */
  OpFactory factory(Mnemonic mnemonic) {
    OpFactory factory = factories[mnemonic.ordinal()];
    return factory == null ? find(mnemonic) : factory;
  }

  private synchronized OpFactory find(Mnemonic mnemonic) {
    while (factories[mnemonic.ordinal()] == null && !waiting.isEmpty()) {
      waiting.remove().accept(this);
    }
    return factories[mnemonic.ordinal()];
  }
}
