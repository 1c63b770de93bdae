package dev.zendo.dom0;

import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.hypervisor.Hypervisor;
import dev.zendo.hypervisor.HypervisorConfig.EngineFactory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.time.InstructionClock;

/**
 * A machine whose every step depends on its guests and on what its owner does alone: it has no
 * threads, time passes with guest instructions, and one vcpu runs at a time. The control domain,
 * timers and the scheduler are looked at whenever guest code was left. One thread.
 *
 * <pre>{@code
 * for (Vcpu vcpu = machine.ready(); vcpu != null; vcpu = machine.ready()) {
 *   machine.serve(vcpu.executor().run(machine.budget()));
 * }
 * }</pre>
 */
public final class DrivenMachine implements AutoCloseable {
  private final InstructionClock clock;
  private final Machine machine;
  private final Hypervisor hypervisor;
  private Vcpu running;

  /**
   * A machine that has not begun.
   *
   * @param guestMiB memory for guests
   * @param engine what executes guest code
   * @param wallClock nanoseconds since the Unix epoch (UTC) that guests see at its beginning
   */
  public DrivenMachine(long guestMiB, EngineFactory engine, long wallClock) {
    clock = new InstructionClock(wallClock);
    machine = Machine.driven(guestMiB, engine, clock);
    hypervisor = machine.hypervisor();
  }

  /** Builds a guest that may run from the next {@link #ready} on. */
  public Guest start(DomainSpec spec, ConsoleOutput output) {
    Guest guest = machine.create(spec, output);
    guest.start();
    return guest;
  }

  /**
   * Goes on until a vcpu is about to execute guest code; time skips what nobody uses.
   *
   * @return null when no vcpu will ever run again without help from outside
   */
  public Vcpu ready() {
    while (true) {
      machine.control().events().serve();
      hypervisor.timers().runExpired();
      Vcpu vcpu = hypervisor.processor().ready();
      if (vcpu != null) {
        follow(vcpu);
        return vcpu;
      }
      machine.control().events().serve();
      if (hypervisor.timers().armed() == 0) {
        return null;
      }
      clock.skipTo(hypervisor.timers().next());
    }
  }

  private void follow(Vcpu vcpu) {
    if (vcpu != running) {
      running = vcpu;
      clock.follow(vcpu.cpu());
    }
  }

  /** Instructions until a timer wants to be served, at least 1. */
  public long budget() {
    return clock.instructionsUntil(hypervisor.timers().next());
  }

  /** The executor of the vcpu that was ready came back. */
  public void serve(int reason) {
    hypervisor.processor().serve(reason);
  }

  /** Nanoseconds since the machine began. */
  public long nanos() {
    return clock.nanos();
  }

  /** Machine memory. */
  public MachineMemory memory() {
    return hypervisor.memory();
  }

  /** Destroys all guests and gives all memory back. */
  @Override
  public void close() {
    clock.follow(null);
    hypervisor.processor().release();
    machine.close();
  }
}
