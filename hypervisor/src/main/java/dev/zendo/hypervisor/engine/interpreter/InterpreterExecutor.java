package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.GuestClock;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * Runs blocks of one vcpu until something happens. Normally whole blocks, chained; one instruction
 * at a time while the trap flag, the resume flag or a breakpoint asks for it.
 */
final class InterpreterExecutor implements VcpuExecutor {
  /** Addresses of compatibility mode. */
  private static final long COMPATIBLE = 0xffffffffL;

  private final CpuState registers;
  private final Cpu cpu;
  private final BlockBuilder builder;
  private final Watchpoints watchpoints;
  private final HotBlocks hot;
  private final FetchOp fetchOp = new FetchOp();

  /** For 64-bit code and, behind, for compatibility mode: of the guest's user and its kernel. */
  private final JumpCache[] jumps;

  private final JumpCache noJumps = new JumpCache(JumpCache.FEW);
  private final FetchPath[] fetches;
  private final long interrupt;

  /** An empty translation buffer that stays empty, for data breakpoints; made at first need. */
  private long emptyTlb;

  private final long machine;

  InterpreterExecutor(
      CpuState registers,
      GuestMmu mmu,
      GuestClock clock,
      MachineMemory memory,
      CodeMap codeMap,
      CodeCache cache,
      OpTable table,
      HotBlocks hot) {
    this.registers = registers;
    this.machine = memory.base();
    this.hot = hot;
    // Who wants single instructions has another way to execute most 64-bit code.
    int slots = hot.heat().longest() == 1 ? JumpCache.FEW : JumpCache.MANY;
    this.jumps =
        new JumpCache[] {
          new JumpCache(slots),
          new JumpCache(slots),
          new JumpCache(JumpCache.MANY),
          new JumpCache(JumpCache.MANY)
        };
    this.cpu = new Cpu(registers, mmu, clock, memory, codeMap);
    this.cpu.memory.code = cache;
    this.builder = new BlockBuilder(cpu, mmu, memory, codeMap, cache, table, hot.heat());
    this.watchpoints = new Watchpoints(registers);
    this.fetches = new FetchPath[] {new FetchPath(cpu, mmu), new FetchPath(cpu, mmu)};
    this.interrupt = registers.base() + CpuState.INTERRUPT;
  }

  @Override
  public int run(long budget) {
    enter();
    long limit = cpu.executed + Math.min(budget, Long.MAX_VALUE - cpu.executed);
    while (cpu.reason == Cpu.GO_ON) {
      try {
        if (mustStop(limit)) {
          cpu.exit(ExitReason.INTERRUPTED, cpu.target);
        } else if (registers.longMode() != cpu.longMode) {
          selectMode();
        } else if (mustStep()) {
          stepOne();
        } else {
          chain(lookup(cpu.target), limit);
        }
      } catch (GuestFault fault) {
        if (fault == GuestFault.ALONE) {
          stepAlone();
        }
      }
    }
    return leave();
  }

  @Override
  public void shed() {
    for (JumpCache each : jumps) {
      each.shed();
    }
  }

  @Override
  public int step() {
    enter();
    stepOne();
    if (cpu.reason == Cpu.GO_ON) {
      cpu.reason = ExitReason.INTERRUPTED;
    }
    return leave();
  }

  private boolean mustStop(long limit) {
    return cpu.executed >= limit || HostMemory.getIntAcquire(interrupt) != 0;
  }

  /** Runs linked blocks until one does not know its successor. */
  private void chain(Block block, long limit) {
    do {
      if (mustStop(limit)) {
        cpu.exit(ExitReason.INTERRUPTED, block.pc);
        return;
      }
      if (--block.untilHot == 0) {
        hot.hotter(block);
      }
      Block next = block.first.exec(cpu);
      cpu.executed += block.count;
      block = next;
    } while (block != null);
  }

  /** The block at an address, decoded at need. */
  private Block lookup(long address) {
    clearShadow();
    long va = cpu.longMode ? address : address & COMPATIBLE;
    Block block = cpu.jumps.get(va);
    if (block.pc == va && block.isAlive()) {
      return block;
    }
    fetchOp.rip = va;
    long page = cpu.fetch.page(va, fetchOp);
    block = cpu.jumps.recall(va, page >>> MachineMemory.FRAME_SHIFT);
    if (block == null) {
      block = build(va, page);
    }
    if (block.isKept()) {
      cpu.jumps.put(block);
    }
    return block;
  }

  /** Decodes; while that waited for other vcpus, they may have changed the page's translation. */
  private Block build(long va, long page) {
    for (; ; ) {
      Block block = builder.get(va, page, cpu.fetch);
      long now = cpu.fetch.page(va, fetchOp);
      if (now == page) {
        return block;
      }
      page = now;
    }
  }

  // Single instructions.

  private boolean mustStep() {
    return (cpu.get(CpuState.RFLAGS) & (Flags.TF | Flags.RF)) != 0
        || checksAlignment()
        || watchpoints.armed()
        || cpu.segmented;
  }

  private boolean checksAlignment() {
    return (cpu.get(CpuState.RFLAGS) & Flags.AC) != 0
        && (cpu.get(CpuState.CR0) & CpuState.CR0_AM) != 0;
  }

  private boolean clearShadow() {
    long at = registers.base() + CpuState.SHADOW;
    boolean shadow = HostMemory.getInt(at) != 0;
    if (shadow) {
      HostMemory.putInt(at, 0);
    }
    return shadow;
  }

  /** Executes one instruction with all debugging events. */
  private void stepOne() {
    long flags = cpu.get(CpuState.RFLAGS);
    boolean armed = watchpoints.armed();
    boolean shadow = clearShadow();
    if (armed && !shadow && (flags & Flags.RF) == 0 && watchpoints.stopsAt(cpu.target)) {
      registers.exception(Vector.DB, 0, 0);
      cpu.exit(ExitReason.EXCEPTION, cpu.target);
      return;
    }
    boolean trace = (flags & Flags.TF) != 0;
    boolean aligned = checksAlignment();
    cpu.singleStep = trace || armed || aligned;
    if (armed || aligned) {
      watch(armed, aligned);
    }
    try {
      stepAlone();
    } finally {
      unwatch();
      cpu.singleStep = false;
    }
    if (cpu.reason == ExitReason.EXCEPTION && cpu.target == fetchOp.rip) {
      watchpoints.forget();
      return;
    }
    if ((flags & Flags.RF) != 0) {
      cpu.put(CpuState.RFLAGS, cpu.get(CpuState.RFLAGS) & ~(long) Flags.RF);
    }
    afterStep(trace);
  }

  /** Raises the #DB that the completed instruction earned, unless a MOV SS holds it back. */
  private void afterStep(boolean trace) {
    if (cpu.reason != Cpu.GO_ON) {
      // The processor would raise it on the hypervisor's first instruction, where the guest never
      // sees it (a breakpoint held back by MOV SS in front of SYSCALL or INT3).
      watchpoints.forget();
      return;
    }
    if (HostMemory.getInt(registers.base() + CpuState.SHADOW) != 0) {
      return;
    }
    boolean hit = watchpoints.takeHits();
    if (trace) {
      watchpoints.noteStep();
    }
    if (trace || hit) {
      registers.exception(Vector.DB, 0, 0);
      cpu.exit(ExitReason.EXCEPTION, cpu.target);
    }
  }

  /** Executes the instruction at {@code cpu.target} in a block of its own. */
  private void stepAlone() {
    long va = cpu.target;
    fetchOp.rip = va;
    cpu.alone = true;
    try {
      if (cpu.segmented) {
        stepSegmented(va);
        return;
      }
      Block block = builder.single(va, cpu.fetch.page(va, fetchOp), cpu.fetch);
      Block next = block.first.exec(cpu);
      cpu.executed += block.count;
      if (next != null) {
        cpu.target = next.pc;
      }
    } catch (GuestFault fault) {
      if (fault == GuestFault.ALONE) {
        throw new IllegalStateException("an instruction by itself cannot be split further");
      }
    } finally {
      cpu.alone = false;
    }
  }

  /** Executes an instruction of compatibility mode whose segments have bases or limits. */
  private void stepSegmented(long offset) {
    long base = cpu.segments.codeBase();
    long va = base + offset & COMPATIBLE;
    cpu.requireCode(offset, fetchOp);
    Block block = builder.segmented(va, cpu.fetch.page(va, fetchOp), cpu.fetch);
    cpu.requireCode(offset + block.bytes - 1, fetchOp);
    long counter = registers.gpr(CpuState.RCX);
    long pointer = registers.gpr(CpuState.RSP);
    JumpCache own = cpu.jumps;
    // Links between blocks know linear addresses only.
    cpu.jumps = noJumps;
    try {
      block.first.exec(cpu);
    } finally {
      cpu.jumps = own;
    }
    if (cpu.reason == Cpu.GO_ON && builder.endsInBranch() && !cpu.segments.hasCode(cpu.target)) {
      registers.gpr(CpuState.RCX, counter);
      registers.gpr(CpuState.RSP, pointer);
      throw cpu.fault(fetchOp, Vector.GP);
    }
    cpu.executed += block.count;
  }

  private void watch(boolean breakpoints, boolean alignment) {
    if (emptyTlb == 0) {
      emptyTlb = HostMemory.allocate(CpuState.TLB_BYTES, 64);
      for (int i = 0; i < 2 * CpuState.TLB_ENTRIES; i++) {
        HostMemory.putLong(emptyTlb + 8L * i, CpuState.emptyTag(i & CpuState.TLB_ENTRIES - 1));
      }
    }
    cpu.tlb = emptyTlb;
    cpu.memory.watchpoints = breakpoints ? watchpoints : null;
    cpu.memory.alignment = alignment;
  }

  private void unwatch() {
    if (cpu.memory.isScrutinised()) {
      cpu.memory.watchpoints = null;
      cpu.memory.alignment = false;
      selectMode();
    }
  }

  // Entering and leaving.

  private void selectMode() {
    cpu.longMode = registers.longMode();
    cpu.segmentsChanged();
    boolean kernel = registers.kernelMode();
    cpu.tlb = registers.base() + (kernel ? CpuState.KERNEL_TLB : CpuState.USER_TLB);
    cpu.jumps = jumps[(kernel ? 1 : 0) + (cpu.longMode ? 0 : 2)];
    cpu.fetch = fetches[kernel ? 1 : 0];
  }

  private void enter() {
    selectMode();
    LazyFlags.word(cpu, (int) registers.rflags() & Flags.STATUS);
    cpu.executed = registers.instructions();
    cpu.target = registers.rip();
    cpu.reason = Cpu.GO_ON;
  }

  private int leave() {
    long flags = registers.rflags() & ~(long) Flags.STATUS;
    registers.rflags(flags | LazyFlags.word(cpu) | 2 | Flags.IF);
    registers.field(CpuState.INSTRUCTIONS, cpu.executed);
    registers.rip(cpu.target);
    if (cpu.reason == ExitReason.INTERRUPTED) {
      HostMemory.putIntRelease(interrupt, 0);
    }
    return cpu.reason;
  }

  @Override
  public void requestExit() {
    HostMemory.putIntRelease(interrupt, 1);
  }

  @Override
  public void flushTlb() {
    flushTlb(true);
    flushTlb(false);
  }

  @Override
  public void flushTlb(boolean kernelMode) {
    registers.clearTlb(kernelMode ? CpuState.KERNEL_TLB : CpuState.USER_TLB);
    clearJumps(kernelMode ? 1 : 0);
    fetches[kernelMode ? 1 : 0].clear();
  }

  private void clearJumps(int mode) {
    jumps[mode].clear();
    jumps[mode + 2].clear();
  }

  @Override
  public void flushFrame(long mfn) {
    registers.dropPage(machine + (mfn << MachineMemory.FRAME_SHIFT));
    for (int i = 0; i < 2; i++) {
      // Which addresses lead to the frame is not known to the jump cache.
      clearJumps(i);
      fetches[i].dropFrame(mfn << MachineMemory.FRAME_SHIFT);
    }
  }

  @Override
  public void flushLowerHalf() {
    flushTlb(false);
    registers.clearLowerHalf(CpuState.KERNEL_TLB);
    if (fetches[1].maySeeLowerHalf()) {
      clearJumps(1);
      fetches[1].clear();
    }
  }

  @Override
  public void flushPage(long virtualAddress) {
    registers.dropAddress(virtualAddress);
    for (int i = 0; i < 2; i++) {
      if (fetches[i].maySeen(virtualAddress)) {
        jumps[i].clearPage(virtualAddress);
        jumps[i + 2].clearPage(virtualAddress);
        fetches[i].clearPage(virtualAddress);
      }
    }
  }

  /** Stands for an instruction that is not known yet because its fetch faults. */
  private static final class FetchOp extends Op {
    @Override
    protected Block exec(Cpu cpu) {
      throw new IllegalStateException("not an instruction");
    }
  }
}
