package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.interpreter.Heat;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import dev.zendo.hypervisor.engine.lockstep.StateComparison;
import dev.zendo.hypervisor.engine.x86.Decoder;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/**
 * Runs random programs on an engine, the leader, and on the interpreter, the follower, which
 * executes as many instructions whenever the leader comes back. Then everything is compared.
 */
final class StreamRun implements AutoCloseable {
  /** Instructions of a program, about. */
  private static final int LENGTH = 3000;

  private static final int EXITS = 40;
  private static final int IDLE = 1000;
  private static final int LONGEST_SLICE = 1000;
  private static final long CR4_FSGSBASE = 1 << 16;
  private static final long TASK_SWITCHED = 8;

  private final StreamGuest leader;
  private final StreamGuest follower =
      new StreamGuest((memory, map) -> new InterpreterEngine(memory, map, Heat.SINGLE));
  private final UndefinedFlags flags = new UndefinedFlags();
  private final Insn insn = new Insn();
  private final byte[] bytes = new byte[15];

  /** Whether the leader comes back after every block. */
  private final boolean byBlocks;

  /** Whether the leader has all flags whenever it comes back, not only with an exit. */
  private final boolean allFlags;

  private SplittableRandom random;
  private Values values;
  private long steps;
  private long unclear;

  /**
   * A run.
   *
   * @param byBlocks whether the engine executes one block for a budget of one instruction;
   *     otherwise it gets random budgets
   * @param allFlags whether it has all flags whenever it comes back, not only with an exit
   */
  StreamRun(BiFunction<MachineMemory, CodeMap, Engine> engine, boolean byBlocks, boolean allFlags) {
    this.leader = new StreamGuest(engine);
    this.byBlocks = byBlocks;
    this.allFlags = allFlags;
  }

  @Override
  public void close() {
    leader.close();
    follower.close();
  }

  /** Instructions executed by each engine. */
  long instructions() {
    return follower.cpu.instructions();
  }

  /** Comparisons made. */
  long steps() {
    return steps;
  }

  /** Programs given up because they changed themselves and then looked at undefined flags. */
  long unclear() {
    return unclear;
  }

  /** Undefined flags that differed. */
  String undefinedFlags() {
    return flags.text();
  }

  /** Runs a program; says what differed first, null when nothing did. */
  String run(RandomProgram program) {
    random = new SplittableRandom(program.seed ^ 0x5eed);
    values = new Values(random);
    leader.load(program);
    follower.load(program);
    restart(program);
    long end = instructions() + LENGTH;
    int exits = 0;
    int idle = 0;
    while (instructions() < end && exits < EXITS) {
      long rip = leader.cpu.rip();
      long before = instructions();
      String difference = step();
      if (flags.seen()) {
        unclear++;
        align();
        return null;
      }
      idle = instructions() == before ? idle + 1 : 0;
      if (difference == null && idle > IDLE) {
        difference = "no progress";
      }
      if (difference != null) {
        return report(difference, rip, instructions() - before);
      }
      if (reason != ExitReason.INTERRUPTED) {
        exits++;
        idle = 0;
        restart(program);
      }
    }
    return null;
  }

  private String report(String difference, long rip, long count) {
    String text =
        String.format(
            "%s after %d instructions from %x (leader, follower):%n%s",
            difference, count, rip, StateComparison.text(leader.cpu, follower.cpu));
    align();
    return text;
  }

  /** Both count alike again. */
  private void align() {
    follower.cpu.field(CpuState.INSTRUCTIONS, leader.cpu.instructions());
  }

  private int reason;

  /** Lets the leader run a while and the follower after it; says what differs. */
  private String step() {
    steps++;
    reason = leader.executor.run(byBlocks ? 1 : 1 + random.nextInt(LONGEST_SLICE));
    int followed = follow(leader.cpu.instructions());
    if (flags.seen()) {
      return null;
    }
    if (followed != reason) {
      return "reason " + reason + " and " + followed;
    }
    if (!sameFlags()) {
      return "flags";
    }
    if (!StateComparison.sameButFlags(leader.cpu, follower.cpu)) {
      return "registers";
    }
    long where = leader.memoryDifference(follower);
    if (where >= 0) {
      return "memory at " + Long.toHexString(where);
    }
    return null;
  }

  /** Compares the flags; afterwards undefined ones are the same. */
  private boolean sameFlags() {
    if (!allFlags && reason == ExitReason.INTERRUPTED) {
      return true;
    }
    int different = StateComparison.differingFlags(leader.cpu, follower.cpu);
    boolean same = (different & ~flags.mask()) == 0;
    flags.differ(different & flags.mask());
    follower.cpu.rflags(leader.cpu.rflags());
    flags.clear();
    return same;
  }

  private int follow(long target) {
    int followed = ExitReason.INTERRUPTED;
    while (followed == ExitReason.INTERRUPTED && follower.cpu.instructions() < target) {
      followed = followOne();
    }
    if (followed == ExitReason.INTERRUPTED && reason != ExitReason.INTERRUPTED) {
      followed = followOne();
    }
    return followed;
  }

  private int followOne() {
    CpuState cpu = follower.cpu;
    int available = follower.fetch(cpu.rip(), bytes);
    boolean known = Decoder.decode(bytes, 0, available, cpu.longMode(), insn) > 0;
    if (known) {
      flags.before(insn, cpu);
    }
    int followed = follower.executor.run(1);
    if (known && followed != ExitReason.EXCEPTION) {
      flags.after();
    }
    return followed;
  }

  // States to begin with.

  private void restart(RandomProgram program) {
    flags.clear();
    CpuState cpu = leader.cpu;
    for (int register = 0; register < 16; register++) {
      cpu.gpr(register, values.integer());
    }
    cpu.gpr(program.index, random.nextInt(8));
    for (int register : program.pointers) {
      cpu.gpr(register, ProgramGenerator.address(random));
    }
    if (random.nextBoolean()) {
      cpu.gpr(CpuState.RCX, random.nextInt(40));
    }
    int slot = random.nextInt(StreamGuest.STACK_PAGES * StreamGuest.PAGE / 8);
    cpu.gpr(CpuState.RSP, StreamGuest.STACK + 8L * slot + (random.nextInt(20) == 0 ? 3 : 0));
    int entry = program.entries.get(random.nextInt(program.entries.size()));
    cpu.rip(StreamGuest.CODE + entry);
    system(cpu);
    floatingPoint(cpu.base() + CpuState.FX);
    HostMemory.copy(cpu.base(), follower.cpu.base(), CpuState.SCRATCH);
    HostMemory.copy(cpu.base() + CpuState.FX, follower.cpu.base() + CpuState.FX, 512);
  }

  private void system(CpuState cpu) {
    long status = random.nextLong() & Flags.STATUS | 0x202;
    cpu.rflags(random.nextInt(10) == 0 ? status | Flags.DF : status);
    cpu.field(CpuState.FS_BASE, random.nextInt(64));
    cpu.field(CpuState.GS_BASE, random.nextInt(3) == 0 ? values.integer() : -random.nextInt(64));
    cpu.kernelMode(random.nextBoolean());
    cpu.longMode(true);
    cpu.field(CpuState.CR0, random.nextInt(20) == 0 ? TASK_SWITCHED : 0);
    cpu.field(CpuState.CR4, CR4_FSGSBASE);
    cpu.field(CpuState.DEBUG + 5 * 8, 0x400);
    HostMemory.putInt(cpu.base() + CpuState.SHADOW, 0);
    cpu.exception(0, 0, 0);
    int[] selectors = {0, 0xe033, 0xe02b, 0, 0, 0};
    for (int i = 0; i < selectors.length; i++) {
      cpu.selector(i, selectors[i]);
    }
  }

  private void floatingPoint(long fx) {
    HostMemory.fill(fx, 512, (byte) 0);
    HostMemory.putShort(fx, (short) 0x37f);
    HostMemory.putInt(fx + 24, random.nextInt(4) == 0 ? 0x1f80 | random.nextInt(4) << 13 : 0x1f80);
    HostMemory.putByte(fx + 4, (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : 0));
    for (int i = 0; i < 8; i++) {
      HostMemory.putLong(fx + 32 + 16L * i, values.extendedLow());
      HostMemory.putShort(fx + 32 + 16L * i + 8, (short) values.extendedHigh());
    }
    for (int i = 0; i < 32; i++) {
      HostMemory.putLong(fx + 160 + 8L * i, values.lane());
    }
  }
}
