package dev.zendo.hypervisor.engine.interpreter.fusion;

import dev.zendo.hypervisor.machine.HostMemory;
import java.util.Random;

/** What the objects of the tests' chains work on: registers in raw memory, numbers in fields. */
public final class Machine implements AutoCloseable {
  static final int REGISTERS = 4;

  /** Words behind the registers that are no registers. */
  static final int OTHERS = 2;

  private static final int WORDS = REGISTERS + OTHERS;

  final long memory = HostMemory.allocate(8 * WORDS, 8);

  /** The same under another name, which joined code does not know. */
  final long elsewhere = memory;

  public int mode;

  int count;
  public long wide;

  static Machine random(long seed) {
    Random random = new Random(seed);
    Machine machine = new Machine();
    for (int i = 0; i < WORDS; i++) {
      machine.put(i, random.nextInt(4) == 0 ? random.nextInt(3) : random.nextLong());
    }
    machine.mode = random.nextInt(4);
    machine.count = random.nextInt();
    machine.wide = random.nextLong();
    return machine;
  }

  public long get(int register) {
    return HostMemory.getLong(memory + (register << 3));
  }

  public void put(int register, long value) {
    HostMemory.putLong(memory + (register << 3), value);
  }

  /** Changes a register; too branchy to be expanded. */
  void clobber(int register) {
    for (int i = 0; i < 3; i++) {
      put(register, get(register) * 3 + i);
    }
    mode ^= 1;
  }

  /** The same, of a register that is given by its address. */
  static void clobber(long address) {
    for (int i = 0; i < 3; i++) {
      HostMemory.putLong(address, HostMemory.getLong(address) * 5 + i);
    }
  }

  /** Changes nothing; too branchy to be expanded. */
  @Preserves
  long sum() {
    long sum = mode;
    for (int i = 0; i < REGISTERS; i++) {
      sum += get(i);
    }
    return sum;
  }

  /** Stores a register and returns what it was. */
  long exchange(int register, long value) {
    long old = get(register);
    put(register, value);
    return old;
  }

  /** Registers, what is behind them, and fields; and what became of the chain. */
  String state(Link.Outcome outcome) {
    StringBuilder s = new StringBuilder(outcome.name());
    for (int i = 0; i < WORDS; i++) {
      s.append(' ').append(Long.toHexString(get(i)));
    }
    return s + " mode " + mode + " count " + count + " wide " + Long.toHexString(wide);
  }

  @Override
  public void close() {
    HostMemory.free(memory);
  }
}
