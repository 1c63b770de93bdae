package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.x86.Decoder;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.lang.invoke.VarHandle;

/**
 * Decodes blocks for one vcpu. A block ends at a control transfer, after {@link #MAX_OPS}
 * instructions, or before an instruction that crosses the page's end; such an instruction is a
 * block of its own, which begins by checking that the second page is still where it was.
 */
final class BlockBuilder {
  /** Bounds the depth of the chain of calls that a block is. */
  static final int MAX_OPS = 48;

  private static final int PAGE = MachineMemory.FRAME_SIZE;
  private static final int LONGEST = 15;
  private static final int ATTEMPTS = 4;

  private final Cpu cpu;
  private final GuestMmu mmu;
  private final long machine;
  private final CodeMap codeMap;
  private final CodeCache cache;
  private final OpTable table;
  private final byte[] code = new byte[PAGE + LONGEST];
  private final Insn insn = new Insn();
  private final Insn peeked = new Insn();
  private final Op[] ops = new Op[MAX_OPS + 2];

  /** Generation of the second frame's code before its bytes were read. */
  private int secondGeneration;

  BlockBuilder(
      Cpu cpu,
      GuestMmu mmu,
      MachineMemory machine,
      CodeMap codeMap,
      CodeCache cache,
      OpTable table) {
    this.cpu = cpu;
    this.mmu = mmu;
    this.machine = machine.base();
    this.codeMap = codeMap;
    this.cache = cache;
    this.table = table;
  }

  /** The block at an address of a page, from the cache or decoded now. */
  Block get(long va, long page, FetchPath fetch) {
    long mfn = page >>> MachineMemory.FRAME_SHIFT;
    FrameCode frame = cache.frame(mfn);
    Block block = frame.find(va, cpu.longMode);
    for (int i = 0; block == null; i++) {
      int generation = frame.generation();
      protect(mfn);
      Block built = build(va, page, fetch, MAX_OPS);
      boolean kept = frame.add(built, generation);
      if (built.secondFrame >= 0) {
        // Stores to the second frame must find the block as well.
        kept &= cache.frame(built.secondFrame).add(built, secondGeneration);
      }
      if (!kept) {
        built.kill();
      }
      block = kept ? built : i < ATTEMPTS ? null : single(va, page, fetch);
    }
    return block;
  }

  /** A block of the one instruction at an address, which no cache keeps. */
  Block single(long va, long page, FetchPath fetch) {
    return build(va, page, fetch, 1);
  }

  /** Before bytes of a frame are decoded, nobody may be able to write them unnoticed. */
  private void protect(long mfn) {
    if (!codeMap.hasCode(mfn)) {
      codeMap.mark(mfn);
      mmu.revokeWriteTranslations(mfn);
      dropWritable(CpuState.KERNEL_TLB, mfn);
      dropWritable(CpuState.USER_TLB, mfn);
    }
  }

  private void dropWritable(int buffer, long mfn) {
    long hostPage = machine + (mfn << MachineMemory.FRAME_SHIFT);
    for (int i = 0; i < CpuState.TLB_ENTRIES; i++) {
      long slot = cpu.state + buffer + 8L * i;
      long tag = HostMemory.getLong(slot + CpuState.TLB_ARRAY);
      if (tag + HostMemory.getLong(slot + 2 * CpuState.TLB_ARRAY) == hostPage) {
        HostMemory.putLong(slot + CpuState.TLB_ARRAY, CpuState.emptyTag(i));
      }
    }
  }

  private Block build(long va, long page, FetchPath fetch, int limit) {
    int offset = (int) va & PAGE - 1;
    int available = PAGE - offset;
    HostMemory.copyToArray(machine + page + offset, code, 0, available);
    int count = 0;
    int at = 0;
    int used = 0;
    while (count < limit) {
      int length = Decoder.decode(code, at, available - at, cpu.longMode, insn);
      if (length == Decoder.NEED_MORE) {
        if (count == 0) {
          return crossing(va, available, fetch);
        }
        break;
      }
      Op op = length > 0 ? table.create(insn, va + at) : invalid(length);
      int fused = 0;
      if (length > 0 && count + 1 < limit && mayFuse()) {
        fused = tryFuse(at + length, available);
        if (fused > 0) {
          op = IntegerOps.compareBranch(insn, peeked, va + at);
        }
      }
      int bytes = Math.max(length, 1) + fused;
      place(op, used++, va + at, bytes, count);
      at += bytes;
      count += fused > 0 ? 2 : 1;
      if (op.endsBlock() || length <= 0) {
        return finish(va, count, at, -1, used);
      }
    }
    place(new ControlOps.FallThrough(), used++, va + at, 0, count);
    return finish(va, count, at, -1, used);
  }

  private static Op invalid(int length) {
    return new ControlOps.Fault(length == Decoder.TOO_LONG ? Vector.GP : Vector.UD, 0);
  }

  private boolean mayFuse() {
    return (insn.mnemonic == Mnemonic.CMP || insn.mnemonic == Mnemonic.TEST)
        && IntegerOps.fusible(insn);
  }

  /** Length of the conditional jump at an index of the code, 0 when there is none. */
  private int tryFuse(int at, int available) {
    int length = Decoder.decode(code, at, available - at, cpu.longMode, peeked);
    return length > 0 && peeked.mnemonic == Mnemonic.JCC && peeked.kind[0] == OperandKind.REL
        ? length
        : 0;
  }

  /** The block of an instruction whose bytes continue in the next page. */
  private Block crossing(long va, int available, FetchPath fetch) {
    CrossingCheck check = new CrossingCheck(va + available);
    place(check, 0, va, available, 0);
    long secondPage = fetch.page(va + available, check);
    long secondFrame = secondPage >>> MachineMemory.FRAME_SHIFT;
    secondGeneration = cache.frame(secondFrame).generation();
    protect(secondFrame);
    HostMemory.copyToArray(machine + secondPage, code, available, LONGEST);
    int length = Decoder.decode(code, 0, available + LONGEST, cpu.longMode, insn);
    Op op = length > 0 ? table.create(insn, va) : invalid(length);
    place(op, 1, va, Math.max(length, 1), 0);
    int used = 2;
    if (!op.endsBlock()) {
      place(new ControlOps.FallThrough(), used++, va + length, 0, 1);
    }
    Block block = finish(va, 1, Math.max(length, available + 1), secondFrame, used);
    check.block = block;
    return block;
  }

  private void place(Op op, int position, long rip, int length, int index) {
    op.rip = rip;
    op.length = (byte) length;
    op.index = (byte) index;
    ops[position] = op;
  }

  private Block finish(long va, int count, int bytes, long secondFrame, int used) {
    for (int i = 0; i < used - 1; i++) {
      ops[i].next = ops[i + 1];
    }
    Op first = ops[0];
    for (int i = 0; i < used; i++) {
      ops[i] = null;
    }
    Block block = new Block(va, count, bytes, cpu.longMode, secondFrame, first);
    VarHandle.storeStoreFence();
    return block;
  }

  /** Checks that the rest of the instruction is still in the frame it was decoded from. */
  private static final class CrossingCheck extends Op {
    private final long secondVa;
    private Block block;

    CrossingCheck(long secondVa) {
      this.secondVa = secondVa;
    }

    @Override
    protected Block exec(Cpu cpu) {
      long page = cpu.fetch.page(secondVa, this);
      if (page >>> MachineMemory.FRAME_SHIFT == block.secondFrame) {
        return next.exec(cpu);
      }
      block.kill();
      cpu.executed -= block.count;
      return cpu.leave(rip);
    }
  }
}
