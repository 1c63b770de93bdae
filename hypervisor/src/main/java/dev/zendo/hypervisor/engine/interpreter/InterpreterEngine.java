package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.engine.GuestClock;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * The engine that runs wherever a JVM runs, and the reference for all others. One instance serves
 * all domains of a machine, so that decoded code is shared. Thread-safe.
 */
public final class InterpreterEngine implements Engine {
  private final MachineMemory memory;
  private final CodeMap codeMap;
  private final CodeCache cache;
  private final OpTable table;
  private final HotBlocks hot;

  /** An engine for a machine; it listens to the map from now on. */
  public InterpreterEngine(MachineMemory memory, CodeMap codeMap) {
    this(memory, codeMap, Heat.DEFAULT);
  }

  /** The same, which finds code hot at other times. */
  public InterpreterEngine(MachineMemory memory, CodeMap codeMap, Heat heat) {
    this.memory = memory;
    this.codeMap = codeMap;
    this.cache = new CodeCache(codeMap, memory.frames());
    this.table = InstructionSet.table();
    this.hot = new HotBlocks(cache, heat);
    codeMap.addListener(cache);
  }

  /** Builds what all machines share; a thread may do so while another prepares the machine. */
  public static void prepare() {
    InstructionSet.prepare();
  }

  /** Builds even what few guests need, so that an archive of classes has it. */
  public static void prepareAll() {
    InstructionSet.table().enterAll();
  }

  /** How many classes of joined ops were made so far. */
  public long joined() {
    return hot.made();
  }

  @Override
  public String name() {
    return "interpreter";
  }

  @Override
  public VcpuExecutor attach(CpuState cpu, GuestMmu mmu, GuestClock clock) {
    return new InterpreterExecutor(cpu, mmu, clock, memory, codeMap, cache, table, hot);
  }
}
