package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.x86.Decoder;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Decodes blocks for one vcpu. A block has one entry; it goes on along near jumps. It ends at
 * another control transfer, after {@link #MAX_OPS} instructions, or before an instruction that
 * crosses the page's end; such an instruction is a block of its own, which begins by checking that
 * the second page is still where it was.
 *
 * <p>A block that runs often is built once more. Then it goes on behind conditional jumps as well,
 * or at the target of those that are usually taken, and into other blocks; and its ops set no flags
 * that nobody sees. Most code runs too seldom for that: it would only be decoded several times
 * over.
 */
final class BlockBuilder {
  /** Bounds the depth of the chain of calls that a block is. */
  static final int MAX_OPS = 48;

  private static final int PAGE = MachineMemory.FRAME_SIZE;
  private static final int LONGEST = 15;
  private static final int ATTEMPTS = 4;

  /** Instructions after which a conditional jump ends the block; before, it goes on behind it. */
  private static final int EXTENSION = 20;

  /** The same for a conditional jump that is usually taken, so that small loops are unrolled. */
  private static final int UNROLLED = 36;

  /** Bytes over which a jump is followed, so that blocks cover little code that is not theirs. */
  private static final int NEAR = 1024;

  private final Cpu cpu;
  private final GuestMmu mmu;
  private final long machine;
  private final CodeMap codeMap;
  private final CodeCache cache;
  private final OpTable table;
  private final Heat heat;
  private final byte[] code = new byte[PAGE + LONGEST];
  private final Insn insn = new Insn();
  private final Insn peeked = new Insn();
  private final Op[] ops = new Op[MAX_OPS + 2];
  private final byte[] uses = new byte[MAX_OPS + 2];

  // The block under construction.
  private FrameCode frame;
  private long pageVa;
  private int at;
  private int low;
  private int high;
  private int count;
  private int used;

  /** The block ran often. */
  private boolean hot;

  /** Linear address of instruction pointer 0, and whether the code has 16-bit defaults. */
  private long codeBase;

  private boolean shortDefaults;

  /** Generation of the second frame's code before its bytes were read. */
  private int secondGeneration;

  BlockBuilder(
      Cpu cpu,
      GuestMmu mmu,
      MachineMemory machine,
      CodeMap codeMap,
      CodeCache cache,
      OpTable table,
      Heat heat) {
    this.cpu = cpu;
    this.mmu = mmu;
    this.machine = machine.base();
    this.codeMap = codeMap;
    this.cache = cache;
    this.table = table;
    this.heat = heat;
  }

  /** The block at an address of a page, from the cache or decoded now. */
  Block get(long va, long page, FetchPath fetch) {
    long mfn = page >>> MachineMemory.FRAME_SHIFT;
    FrameCode known = cache.frame(mfn);
    Block block = known.find(va, cpu.longMode);
    for (int i = 0; block == null; i++) {
      int generation = known.generation();
      protect(mfn, known);
      Block built = build(va, page, fetch, heat.longest());
      built.frame = mfn;
      boolean kept = known.add(built, generation);
      if (built.secondFrame >= 0) {
        // Stores to the second frame must find the block as well.
        kept &= cache.frame(built.secondFrame).add(built, secondGeneration);
      }
      if (kept) {
        cache.added(built.count);
        // Single instructions never run into another block.
        if (heat.longest() > 1) {
          known.addEntry(va);
        }
      } else {
        built.kill();
      }
      block = kept ? built : i < ATTEMPTS ? null : single(va, page, fetch);
    }
    return block;
  }

  /**
   * A block of the one instruction at an address, for code that does not begin at linear address 0
   * or has 16-bit defaults. No cache keeps it, and its branches are not linked.
   */
  Block segmented(long va, long page, FetchPath fetch) {
    codeBase = cpu.segments.codeBase();
    shortDefaults = cpu.segments.shortCode();
    try {
      return build(va, page, fetch, 1);
    } finally {
      codeBase = 0;
      shortDefaults = false;
    }
  }

  /** Whether the instruction decoded last is a branch with a relative operand. */
  boolean endsInBranch() {
    return insn.kind[0] == OperandKind.REL;
  }

  /** A block of the one instruction at an address, which no cache keeps. */
  Block single(long va, long page, FetchPath fetch) {
    return build(va, page, fetch, 1);
  }

  /** Before bytes of a frame are decoded, nobody may be able to write them unnoticed. */
  private void protect(long mfn, FrameCode known) {
    // A frame that another vcpu has marked but not yet protected must not be read either.
    if (!codeMap.hasCode(mfn) || !known.isProtected()) {
      codeMap.mark(mfn);
      mmu.revokeWriteTranslations(mfn);
      cpu.registers.dropWritable(machine + (mfn << MachineMemory.FRAME_SHIFT));
      known.setProtected();
    }
  }

  private Block build(long va, long page, FetchPath fetch, int limit) {
    frame = cache.frame(page >>> MachineMemory.FRAME_SHIFT);
    HostMemory.copyToArray(machine + page, code, 0, PAGE);
    pageVa = va & -PAGE;
    at = (int) (va - pageVa);
    low = at;
    high = at;
    count = 0;
    used = 0;
    hot = frame.isHot(va);
    boolean open = true;
    while (open && count < limit && !meetsOther()) {
      int length = decode(at, PAGE - at, insn);
      if (length == Decoder.NEED_MORE) {
        if (count == 0) {
          return crossing(va, PAGE - at, fetch);
        }
        break;
      }
      low = Math.min(low, at);
      open = length > 0 ? append(length, limit) : close(invalid(length), 1);
    }
    if (open) {
      place(new ControlOps.FallThrough(), 0, 0);
    }
    return finish(va, -1);
  }

  private int decode(int index, int available, Insn into) {
    return Decoder.decode(code, index, available, cpu.longMode, shortDefaults, into);
  }

  /** Instruction pointer of the code at {@link #at}. */
  private long rip() {
    long linear = pageVa + at;
    return codeBase == 0 ? linear : linear - codeBase & 0xffffffffL;
  }

  /**
   * Whether another block begins here, so that a block that is not hot rather ends than copies it.
   */
  private boolean meetsOther() {
    return !hot && used > 0 && frame.isEntry(at);
  }

  /** Adds the decoded instruction; returns whether the block goes on. */
  private boolean append(int length, int limit) {
    boolean room = count + 1 < limit;
    if (room && insn.kind[0] == OperandKind.REL && followJump(length)) {
      return true;
    }
    if (insn.mnemonic == Mnemonic.JCC) {
      return branch(insn, 0, length, room);
    }
    if (room && mayFuse()) {
      int jump = tryFuse(at + length);
      if (jump > 0) {
        return branch(peeked, length, length + jump, true);
      }
    }
    Op op = table.create(insn, rip());
    if (op == SystemOps.NOP) {
      skip(length, 1);
      return true;
    }
    if (op.endsBlock()) {
      return close(op, length);
    }
    place(op, length, 1);
    if (hot) {
      uses[used - 1] = FlagUse.of(insn);
    }
    return true;
  }

  /** Goes on at the target of a jump inside the page, which then needs no op. */
  private boolean followJump(int length) {
    if (insn.mnemonic != Mnemonic.JMP) {
      return false;
    }
    long target = TransferOps.target(insn, pageVa + at) - pageVa;
    boolean inside = target >= low && target < Math.max(high, at + length);
    if (inside || !isNear(pageVa + target)) {
      return false;
    }
    skip(length, 1);
    at = (int) target;
    return true;
  }

  /**
   * Adds a conditional jump.
   *
   * @param jump the jump, which is changed when the block is to go on at its target
   * @param before bytes of the comparison in {@link #insn} that is fused with it, 0 without
   * @param length bytes of both
   */
  private boolean branch(Insn jump, int before, int length, boolean room) {
    long rip = rip();
    int instructions = before > 0 ? 2 : 1;
    long target = TransferOps.target(jump, rip + before);
    boolean along = hot && room && count < UNROLLED && isNear(target) && frame.isUsuallyTaken(rip);
    boolean inner = along || hot && room && count < EXTENSION && at + length < PAGE - LONGEST;
    if (along) {
      jump.condition ^= 1;
    }
    BranchOp op =
        before > 0
            ? IntegerOps.compareBranch(insn, jump, rip, inner)
            : TransferOps.conditional(jump, rip, inner);
    op.takenRip = along ? rip + length : target;
    byte use = before > 0 ? FlagUse.of(insn) : FlagUse.LOOKS;
    place(op, length, instructions);
    uses[used - 1] = use;
    op.rest = (short) count;
    if (along) {
      at = (int) (target - pageVa);
    }
    return inner;
  }

  private boolean isNear(long target) {
    long offset = target - pageVa;
    return offset >= 0 && offset < PAGE && Math.abs(offset - at) < NEAR;
  }

  private boolean close(Op op, int length) {
    place(op, length, 1);
    return false;
  }

  private static Op invalid(int length) {
    return new ControlOps.Fault(length == Decoder.TOO_LONG ? Vector.GP : Vector.UD, 0);
  }

  private boolean mayFuse() {
    return (insn.mnemonic == Mnemonic.CMP || insn.mnemonic == Mnemonic.TEST)
        && IntegerOps.fusible(insn);
  }

  /** Length of the conditional jump at an index of the code, 0 when there is none. */
  private int tryFuse(int index) {
    int length = decode(index, PAGE - index, peeked);
    return length > 0 && peeked.mnemonic == Mnemonic.JCC ? length : 0;
  }

  /** The block of an instruction whose bytes continue in the next page. */
  private Block crossing(long va, int available, FetchPath fetch) {
    CrossingCheck check = new CrossingCheck(va + available);
    place(check, 0, 0);
    long secondPage = fetch.page(va + available, check);
    long secondFrame = secondPage >>> MachineMemory.FRAME_SHIFT;
    FrameCode second = cache.frame(secondFrame);
    secondGeneration = second.generation();
    protect(secondFrame, second);
    HostMemory.copyToArray(machine + secondPage, code, PAGE, LONGEST);
    int length = decode(at, available + LONGEST, insn);
    Op op = length > 0 ? table.create(insn, rip()) : invalid(length);
    int bytes = Math.max(length, available + 1);
    if (op == SystemOps.NOP) {
      skip(bytes, 1);
    } else {
      place(op, bytes, 1);
    }
    if (!op.endsBlock()) {
      place(new ControlOps.FallThrough(), 0, 0);
    }
    check.block = finish(va, secondFrame);
    return check.block;
  }

  private void place(Op op, int length, int instructions) {
    op.rip = rip();
    op.length = (byte) length;
    op.index = (byte) count;
    uses[used] = FlagUse.LOOKS;
    ops[used++] = op;
    skip(length, instructions);
  }

  private void skip(int length, int instructions) {
    at += length;
    high = Math.max(high, at);
    count += instructions;
  }

  private Block finish(long va, long secondFrame) {
    if (hot) {
      FlagUse.prune(ops, uses, used);
    }
    for (int i = 0; i < used - 1; i++) {
      ops[i].next = ops[i + 1];
    }
    Block block = new Block(va, count, low, high - low, cpu.longMode, secondFrame, ops[0]);
    block.hot = hot;
    block.untilHot = hot ? heat.join() : heat.extend();
    for (int i = 0; i < used; i++) {
      if (ops[i] instanceof BranchOp) {
        ((BranchOp) ops[i]).enter(block);
      }
    }
    Arrays.fill(ops, 0, used, null);
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
