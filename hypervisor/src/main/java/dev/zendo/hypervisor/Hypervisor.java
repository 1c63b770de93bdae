package dev.zendo.hypervisor;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.hypercall.HypercallTable;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.time.Clock;

/**
 * One machine: memory, domains, processor threads. Several may live in one process.
 *
 * <p>Thread-safe after construction.
 */
public final class Hypervisor implements AutoCloseable {
  private final HypervisorConfig config;
  private final MachineMemory memory;
  private final CodeMap codeMap;
  private final Engine engine;
  private final Domains domains = new Domains();
  private final HypercallTable hypercalls = new HypercallTable();

  /** Builds a machine; no domain exists yet. */
  public Hypervisor(HypervisorConfig config) {
    this.config = config;
    this.memory = new MachineMemory(config.frames());
    this.codeMap = new CodeMap(config.frames());
    this.engine = config.engine().create(memory, codeMap);
  }

  /** Machine memory. */
  public MachineMemory memory() {
    return memory;
  }

  /** Which frames hold decoded code. */
  public CodeMap codeMap() {
    return codeMap;
  }

  /** The engine that executes guest code. */
  public Engine engine() {
    return engine;
  }

  /** The source of time. */
  public Clock clock() {
    return config.clock();
  }

  /** All domains by number. */
  public Domains domains() {
    return domains;
  }

  /** Handlers by hypercall number. */
  public HypercallTable hypercalls() {
    return hypercalls;
  }

  /** A domain by number (any value), or null. */
  public Domain domain(int id) {
    return domains.get(id);
  }

  /** Stops all processors and gives all memory back. */
  @Override
  public void close() {
    memory.close();
  }
}
