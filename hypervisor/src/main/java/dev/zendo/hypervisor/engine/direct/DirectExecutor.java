package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.EngineCounters;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.GuestClock;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/** Runs the translated code of one vcpu, and the interpreter where there is none. */
final class DirectExecutor implements VcpuExecutor {
  /** Instructions between two looks at requests of other threads. */
  private static final int SLICE = 20000;

  /** Enable bits of DR7. */
  private static final int ARMED = 0xff;

  private static final int DR7 = CpuState.DEBUG + 5 * 8;

  private static final int R11 = 11;

  /** CR4: only the kernel may read the time stamp counter. */
  private static final int CR4_TSD = 4;

  private static final int INVALID_OPCODE = 6;
  private static final int PAGE_FAULT = 14;

  /** Bit of a page fault's error code: the page was there. */
  private static final int PRESENT = 1;

  // What became of an access: it can be tried again, it faults, the interpreter must see to it.
  private static final int FILLED = 0;
  private static final int FAULT = 1;
  private static final int HELP = 2;

  private final CpuState cpu;
  private final GuestMmu mmu;
  private final GuestClock clock;
  private final long machine;
  private final long frames;
  private final CodeMap codeMap;
  private final VcpuExecutor interpreter;
  private final BlockCache cache;
  private final boolean byBlocks;
  private volatile boolean requested;
  private final EngineCounters counters = new EngineCounters();

  DirectExecutor(
      CpuState cpu,
      GuestMmu mmu,
      GuestClock clock,
      MachineMemory memory,
      CodeMap codeMap,
      VcpuExecutor interpreter,
      long area,
      boolean exact,
      boolean compact,
      boolean byBlocks) {
    this.cpu = cpu;
    this.mmu = mmu;
    this.clock = clock;
    this.machine = memory.base();
    this.frames = memory.frames();
    this.codeMap = codeMap;
    this.interpreter = interpreter;
    this.cache = new BlockCache(cpu, mmu, machine, codeMap, area, exact, compact, counters);
    this.byBlocks = byBlocks;
  }

  @Override
  public int run(long budget) {
    long limit = cpu.instructions() + Math.min(budget, Long.MAX_VALUE - cpu.instructions());
    prepareWalks();
    int reason = ExitReason.INTERRUPTED;
    while (reason == ExitReason.INTERRUPTED && !requested && cpu.instructions() < limit) {
      reason = pass(limit);
    }
    counters.walks = HostMemory.getLong(cpu.base() + Fields.WALKS);
    if (requested && reason == ExitReason.INTERRUPTED) {
      requested = false;
      HostMemory.putIntRelease(cpu.base() + CpuState.INTERRUPT, 0);
    }
    return reason;
  }

  /** Tells emitted code where the page tables are; the mode stays until the next call. */
  private void prepareWalks() {
    long state = cpu.base();
    HostMemory.putLong(state + Fields.ROOT, mmu.root());
    HostMemory.putLong(state + Fields.MACHINE, machine);
    HostMemory.putLong(state + Fields.FRAMES, frames);
    HostMemory.putLong(state + Fields.CODE_MARKS, codeMap.marks());
  }

  private int pass(long limit) {
    cache.dropInvalid();
    cache.lookAtSpeed();
    if (byBlocks) {
      return block();
    }
    if (limit - cpu.instructions() < 2 * BlockDecoder.MAX) {
      return interpreter.run(limit - cpu.instructions());
    }
    if (!cpu.longMode()) {
      // Not to the limit: there may be 64-bit code again.
      return interpreter.run(Math.min(SLICE, limit - cpu.instructions()));
    }
    long entry = mustInterpret() ? 0 : cache.entry(cpu.rip());
    return entry == 0 ? interpreter.run(1) : execute(entry, limit);
  }

  /** One block, without going on in the next: its first instructions use the budget up. */
  private int block() {
    Block block = mustInterpret() ? null : cache.find(cpu.rip());
    return block == null
        ? interpreter.run(1)
        : execute(block.entry, cpu.instructions() + block.charge);
  }

  private boolean mustInterpret() {
    return !cpu.longMode()
        || (cpu.rflags() & (Flags.TF | Flags.RF)) != 0
        || (cpu.rflags() & Flags.AC) != 0 && (cpu.field(CpuState.CR0) & CpuState.CR0_AM) != 0
        || (cpu.field(DR7) & ARMED) != 0
        || HostMemory.getInt(cpu.base() + CpuState.SHADOW) != 0;
  }

  /**
   * Runs emitted code.
   *
   * @param block host address of a block
   */
  private int execute(long block, long limit) {
    long at = block;
    int ahead = 0;
    int live = 0;
    for (; ; ) {
      Site site = enter(at, ahead, live, limit);
      live = site.live;
      switch (site.kind) {
        case Site.ACCESS:
          int done = fill(site);
          if (done != FILLED) {
            return done == FAULT ? ExitReason.EXCEPTION : help(site);
          }
          if (requested) {
            return ExitReason.INTERRUPTED;
          }
          at = site.place;
          ahead = site.rest;
          break;
        case Site.TIME, Site.TIME_AND_ID:
          if (requested || !mayReadTime()) {
            return requested ? ExitReason.INTERRUPTED : help(site);
          }
          readTime(site.kind == Site.TIME_AND_ID);
          at = site.place;
          ahead = site.rest - 1;
          break;
        case Site.SYSCALL:
          cpu.gpr(CpuState.RCX, site.rip);
          cpu.gpr(R11, cpu.rflags());
          return ExitReason.SYSCALL;
        case Site.CPUID:
          return ExitReason.CPUID;
        case Site.UNDEFINED:
          cpu.exception(INVALID_OPCODE, 0, 0);
          return ExitReason.EXCEPTION;
        case Site.INDIRECT:
          if (cache.entry(HostMemory.getLong(cpu.base() + Fields.TEMPORARY)) == 0) {
            return help(site);
          }
          if (requested || !site.block.alive) {
            return ExitReason.INTERRUPTED;
          }
          at = site.place;
          ahead = site.rest;
          break;
        case Site.LINK:
          cache.link(site);
          return ExitReason.INTERRUPTED;
        case Site.STALE:
          cache.forget(site);
          return ExitReason.INTERRUPTED;
        case Site.INTERPRET:
          return help(site);
        default:
          return ExitReason.INTERRUPTED;
      }
    }
  }

  /** Lets the interpreter execute the instruction at a site. */
  private int help(Site site) {
    if (site.help < 0) {
      site.help = (short) cache.mnemonic(site);
    }
    counters.helped++;
    counters.helpedBy[site.help]++;
    return interpreter.run(1);
  }

  /**
   * Enters emitted code; returns where it was left. Behind the start of a block it may execute the
   * rest of the block whatever the budget, so that much is kept back.
   */
  private Site enter(long target, int ahead, int live, long limit) {
    long state = cpu.base();
    int slice = slice(ahead, limit - cpu.instructions());
    HostMemory.putLong(state + Fields.CONTINUE, cache.stubs().enter(live));
    HostMemory.putLong(state + Fields.TARGET, target);
    HostMemory.putInt(state + Fields.BUDGET, slice - ahead);
    long flags = cpu.rflags();
    HostMemory.putShort(state + Fields.FLAGS, (short) saved(flags));
    if (NativeEntry.enter(state) == BlockCache.FAULTED) {
      throw new IllegalStateException(fault());
    }
    Site site = cache.site(HostMemory.getLong(state + Fields.SITE));
    int executed = slice - HostMemory.getInt(state + Fields.BUDGET) - site.rest;
    cpu.field(CpuState.INSTRUCTIONS, cpu.instructions() + executed);
    counters.entries++;
    counters.emitted += executed;
    cpu.rip(site.rip);
    int image = HostMemory.getShort(state + Fields.FLAGS);
    cpu.rflags(flags & ~(long) Flags.STATUS | status(image));
    return site;
  }

  private int slice(int ahead, long left) {
    return byBlocks ? (int) Math.max(ahead, left) : (int) Math.min(SLICE, left) - BlockDecoder.MAX;
  }

  /** Emitted code never faults unless it is wrong: what is known, for the report. */
  private String fault() {
    long record = cpu.base() + CpuState.FAULT;
    return String.format(
        "translated code faulted: signal %d, vector %d, host address %x, at host %x",
        HostMemory.getInt(record + FaultNet.RECORD_SIGNAL),
        HostMemory.getInt(record + FaultNet.RECORD_VECTOR),
        HostMemory.getLong(record + FaultNet.RECORD_ADDRESS),
        HostMemory.getLong(record + FaultNet.RECORD_RIP));
  }

  /** Status flags as emitted code keeps them. */
  private static int saved(long rflags) {
    int low = (int) rflags & (Flags.STATUS & ~Flags.OF) | 2;
    return low << 8 | ((rflags & Flags.OF) != 0 ? 1 : 0);
  }

  private static int status(int image) {
    return image >> 8 & (Flags.STATUS & ~Flags.OF) | ((image & 1) != 0 ? Flags.OF : 0);
  }

  private boolean mayReadTime() {
    return cpu.kernelMode() || (cpu.field(CpuState.CR4) & CR4_TSD) == 0;
  }

  private void readTime(boolean withId) {
    long now = clock.timeStampCounter();
    cpu.gpr(CpuState.RAX, now & 0xffffffffL);
    cpu.gpr(CpuState.RDX, now >>> 32);
    if (withId) {
      cpu.gpr(CpuState.RCX, HostMemory.getInt(cpu.base() + CpuState.TSC_AUX) & 0xffffffffL);
    }
    cpu.field(CpuState.INSTRUCTIONS, cpu.instructions() + 1);
    counters.emitted++;
  }

  /** Enters the translation that an access lacks, or raises its page fault. */
  private int fill(Site site) {
    long va = address(site);
    long page = va & -MachineMemory.FRAME_SIZE;
    boolean aligned = (va & site.alignment - 1) == 0;
    if (!aligned
        || !CpuState.isCanonical(va)
        || (va + site.size - 1 & -MachineMemory.FRAME_SIZE) != page) {
      return HELP;
    }
    boolean kernel = cpu.kernelMode();
    long frame = mmu.translate(va, site.write ? GuestMmu.WRITE : GuestMmu.READ);
    if (frame < 0) {
      // What the guest kernel stores to a page that is there may be meant for a page table; and
      // MMX stores turn the x87 registers before they fault.
      boolean table = kernel && site.write && (~frame & PRESENT) != 0;
      if (table || (site.live & Live.X87) != 0) {
        return HELP;
      }
      cpu.exception(PAGE_FAULT, (int) ~frame, va);
      return FAULT;
    }
    if (site.write && codeMap.hasCode(frame >>> MachineMemory.FRAME_SHIFT)) {
      return HELP;
    }
    int buffer = kernel ? CpuState.KERNEL_TLB : CpuState.USER_TLB;
    CpuState.enterTranslation(cpu.base() + buffer, va, machine + frame, site.write);
    return FILLED;
  }

  private long address(Site site) {
    long va = site.displacement;
    if (site.base >= 0) {
      va += cpu.gpr(site.base);
    }
    if (site.index >= 0) {
      va += cpu.gpr(site.index) << site.scale;
    }
    if (site.segment == CpuState.FS) {
      va += cpu.field(CpuState.FS_BASE);
    } else if (site.segment == CpuState.GS) {
      va += cpu.field(CpuState.GS_BASE);
    }
    return va;
  }

  @Override
  public void shed() {
    cache.shed();
    interpreter.shed();
  }

  @Override
  public void quiet() {
    cache.quiet();
  }

  @Override
  public void close() {
    cache.close();
    interpreter.close();
  }

  @Override
  public int step() {
    cache.dropInvalid();
    return interpreter.step();
  }

  @Override
  public void requestExit() {
    requested = true;
    interpreter.requestExit();
  }

  @Override
  public EngineCounters counters() {
    return counters;
  }

  /** Called by any thread when bytes of a frame changed. */
  void invalidate(long mfn, int offset, int bytes) {
    cache.invalidate(mfn, offset, bytes);
  }

  @Override
  public void flushTlb() {
    interpreter.flushTlb();
    cache.forgetTranslations(true);
    cache.forgetTranslations(false);
  }

  @Override
  public void flushTlb(boolean kernelMode) {
    interpreter.flushTlb(kernelMode);
    cache.forgetTranslations(kernelMode);
  }

  @Override
  public void flushFrame(long mfn) {
    interpreter.flushFrame(mfn);
    cache.forgetFrame(mfn);
  }

  @Override
  public void flushLowerHalf() {
    interpreter.flushLowerHalf();
    cache.forgetLowerHalf();
  }

  @Override
  public void flushPage(long virtualAddress) {
    interpreter.flushPage(virtualAddress);
    cache.forgetPage(virtualAddress);
  }
}
