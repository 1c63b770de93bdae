package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * String instructions. A repeated one is interruptible and precise: registers tell after every
 * iteration what is left. Upward copies and fills inside a page are done in bulk.
 */
final class StringOps {
  private static final int RAX = CpuState.GPR;
  private static final int RCX = CpuState.GPR + 8 * CpuState.RCX;
  private static final int RSI = CpuState.GPR + 8 * CpuState.RSI;
  private static final int RDI = CpuState.GPR + 8 * CpuState.RDI;
  private static final int PAGE = 4096;

  /** Bytes from which the JVM's block operations are worth their call. */
  private static final int BLOCK = 256;

  private StringOps() {}

  static void addTo(OpTable table) {
    table.add((insn, rip) -> string(new Move(), insn.size[0], insn, rip), Mnemonic.MOVS);
    table.add((insn, rip) -> string(new Store(), insn.size[0], insn, rip), Mnemonic.STOS);
    table.add((insn, rip) -> string(new Load(), insn.size[0], insn, rip), Mnemonic.LODS);
    table.add((insn, rip) -> string(new Compare(), insn.size[0], insn, rip), Mnemonic.CMPS);
    table.add((insn, rip) -> string(new Scan(), insn.size[0], insn, rip), Mnemonic.SCAS);
  }

  private static Op string(StringOp op, int size, Insn insn, long rip) {
    Operands.memory(op, insn, rip);
    op.segmentBase = (short) Operands.segmentBase(insn);
    op.stack = false;
    op.size = size;
    op.repeat = insn.repeat;
    op.accessSize = (short) op.size;
    // In compatibility mode limits of FS and GS are looked at for each element.
    op.bulk = insn.longMode ? insn.addressSize == 8 : insn.addressSize == 4 && !op.isLimited();
    return op;
  }

  /** What string instructions share. */
  private abstract static class StringOp extends BranchOp {
    private static final int WHILE_EQUAL = 0xf3;

    int size;
    int repeat;

    /** Whether pages may be copied and filled at once. */
    boolean bulk;

    @Override
    protected boolean endsBlock() {
      return repeat != 0;
    }

    /** Performs one iteration and moves the pointers. */
    abstract void once(Cpu cpu);

    /** Performs up to {@code count} iterations at once; returns how many. */
    long bulk(Cpu cpu, long count) {
      return 0;
    }

    /**
     * A repetition with a count of zero. Intel processors then write the count and the pointers of
     * MOVS and STOS back all the same, which clears the upper halves of 32-bit ones.
     */
    void nothingToDo(Cpu cpu) {
      cpu.register(RCX, addressSize, 0);
    }

    /** Whether ZF ends the repetition. */
    boolean compares() {
      return false;
    }

    final long source(Cpu cpu) {
      return linear(cpu, cpu.get(RSI));
    }

    /** Address of the element at ES:rDI. */
    final long destination(Cpu cpu, boolean store) {
      long offset = cpu.get(RDI);
      if (addressSize == 8) {
        return offset;
      }
      long cut = Width.zeroExtend(offset, addressSize);
      return cpu.longMode ? cut : cpu.segments.linear(CpuState.ES, cut, size, store, this);
    }

    final void advance(Cpu cpu, int register) {
      advance(cpu, register, cpu.directionDown() ? -size : size);
    }

    final void advance(Cpu cpu, int register, long bytes) {
      cpu.register(register, addressSize, cpu.get(register) + bytes);
    }

    @Override
    protected final Block exec(Cpu cpu) {
      if (repeat == 0) {
        once(cpu);
        return next.exec(cpu);
      }
      return repeat(cpu);
    }

    private Block repeat(Cpu cpu) {
      for (; ; ) {
        long count = Width.zeroExtend(cpu.register(RCX, addressSize), addressSize);
        if (count == 0) {
          nothingToDo(cpu);
          return fallThrough(cpu);
        }
        long done = 0;
        if (count > 1 && bulk && !cpu.segmented && !cpu.singleStep && !cpu.directionDown()) {
          done = bulk(cpu, count);
        }
        if (done == 0) {
          once(cpu);
          done = 1;
        }
        cpu.register(RCX, addressSize, count - done);
        if (count == done || compares() && LazyFlags.zero(cpu) != (repeat == WHILE_EQUAL)) {
          return fallThrough(cpu);
        }
        if (cpu.singleStep) {
          cpu.executed--;
          return cpu.leave(rip);
        }
        if (HostMemory.getIntAcquire(cpu.state + CpuState.INTERRUPT) != 0) {
          cpu.executed--;
          return cpu.exit(ExitReason.INTERRUPTED, rip);
        }
      }
    }
  }

  private static long inPage(long va) {
    return PAGE - (va & PAGE - 1);
  }

  private static final class Move extends StringOp {
    @Override
    void nothingToDo(Cpu cpu) {
      super.nothingToDo(cpu);
      advance(cpu, RSI, 0);
      advance(cpu, RDI, 0);
    }

    @Override
    void once(Cpu cpu) {
      long value = cpu.load(source(cpu), size, this);
      cpu.store(destination(cpu, true), size, value, this);
      advance(cpu, RSI);
      advance(cpu, RDI);
    }

    @Override
    long bulk(Cpu cpu, long count) {
      long from = source(cpu);
      long to = destination(cpu, true);
      long iterations = Math.min(count, Math.min(inPage(from), inPage(to)) / size);
      int bytes = (int) iterations * size;
      if (iterations == 0) {
        return 0;
      }
      long hostFrom = cpu.memory.bulkRead(from, bytes, this);
      long hostTo = cpu.memory.bulkWrite(to, bytes, this);
      if (hostTo == 0) {
        return 0;
      }
      copy(hostFrom, hostTo, bytes);
      advance(cpu, RSI, bytes);
      advance(cpu, RDI, bytes);
      return iterations;
    }

    private void copy(long from, long to, int bytes) {
      long distance = to - from;
      if (distance > 0 && distance < bytes) {
        copyForward(from, to, bytes, size);
      } else if (bytes >= BLOCK) {
        HostMemory.copy(from, to, bytes);
      } else {
        int words = bytes & -8;
        copyForward(from, to, words, 8);
        copyForward(from + words, to + words, bytes - words, size);
      }
    }

    private static void copyForward(long from, long to, int bytes, int unit) {
      for (int i = 0; i < bytes; i += unit) {
        Width.store(to + i, unit, Width.load(from + i, unit));
      }
    }
  }

  private static final class Store extends StringOp {
    @Override
    void nothingToDo(Cpu cpu) {
      super.nothingToDo(cpu);
      advance(cpu, RDI, 0);
    }

    @Override
    void once(Cpu cpu) {
      cpu.store(destination(cpu, true), size, cpu.register(RAX, size), this);
      advance(cpu, RDI);
    }

    @Override
    long bulk(Cpu cpu, long count) {
      long to = destination(cpu, true);
      long iterations = Math.min(count, inPage(to) / size);
      int bytes = (int) iterations * size;
      if (iterations == 0) {
        return 0;
      }
      long host = cpu.memory.bulkWrite(to, bytes, this);
      if (host == 0) {
        return 0;
      }
      fill(host, bytes, cpu.register(RAX, size));
      advance(cpu, RDI, bytes);
      return iterations;
    }

    private void fill(long host, int bytes, long value) {
      if (bytes >= BLOCK && (size == 1 || value == 0)) {
        HostMemory.fill(host, bytes, (byte) value);
        return;
      }
      for (int i = 0; i < bytes; i += size) {
        Width.store(host + i, size, value);
      }
    }
  }

  private static final class Load extends StringOp {
    @Override
    void once(Cpu cpu) {
      cpu.register(RAX, size, cpu.load(source(cpu), size, this));
      advance(cpu, RSI);
    }
  }

  private static final class Compare extends StringOp {
    @Override
    boolean compares() {
      return true;
    }

    @Override
    void once(Cpu cpu) {
      long a = cpu.load(source(cpu), size, this);
      long b = cpu.load(destination(cpu, false), size, this);
      LazyFlags.set(cpu, LazyFlags.SUB, a, b, Width.extend(a - b, size));
      advance(cpu, RSI);
      advance(cpu, RDI);
    }
  }

  private static final class Scan extends StringOp {
    @Override
    boolean compares() {
      return true;
    }

    @Override
    void once(Cpu cpu) {
      long a = cpu.register(RAX, size);
      long b = cpu.load(destination(cpu, false), size, this);
      LazyFlags.set(cpu, LazyFlags.SUB, a, b, Width.extend(a - b, size));
      advance(cpu, RDI);
    }
  }
}
