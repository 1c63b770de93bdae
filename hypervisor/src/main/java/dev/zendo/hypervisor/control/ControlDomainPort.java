package dev.zendo.hypervisor.control;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.hypercall.HypercallTable;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Domain 0 for Java code: hypercalls, its memory, and its event upcall. Any thread may call; calls
 * are executed one after the other on vcpu 0 of the domain.
 */
public final class ControlDomainPort {
  private final Vcpu vcpu;
  private final HypercallTable table;
  private final PhysicalMemory memory;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Runnable upcall = () -> {};

  /** The port of a translated domain. */
  public ControlDomainPort(Vcpu vcpu, HypercallTable table, DomainMemory memory) {
    this.vcpu = vcpu;
    this.table = table;
    this.memory = memory.physicalMemory(vcpu.domain());
  }

  /** The control domain. */
  public Domain domain() {
    return vcpu.domain();
  }

  /**
   * Issues a hypercall; pointers in it are guest-physical addresses of {@link #memory()}.
   *
   * @return what a guest would find in RAX
   */
  public long hypercall(int number, long a1, long a2, long a3, long a4, long a5) {
    lock.lock();
    try {
      return table.handler(number).handle(vcpu, a1, a2, a3, a4, a5);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Guest-physical memory of the domain: RAM from 0 on, and whatever it maps above (grants, foreign
   * frames, shared info). An access to an address that is not mapped throws
   * IndexOutOfBoundsException.
   */
  public PhysicalMemory memory() {
    return memory;
  }

  /**
   * Sets what runs when an event is pending and not masked, on the thread that caused it: it must
   * only wake a thread of its own, never block or call back.
   */
  public void onUpcall(Runnable callback) {
    upcall = callback;
  }

  /** Runs the upcall. */
  void raise() {
    upcall.run();
  }
}
