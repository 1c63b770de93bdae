package dev.zendo.hypervisor.control;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Kicker;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.hypercall.Dispatcher;
import dev.zendo.hypervisor.hypercall.HypercallError;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Domain 0 for Java code: hypercalls, its memory, and its event upcall. Any thread may call; calls
 * are executed one after the other on vcpu 0 of the domain, which executes no guest code.
 */
public final class ControlDomainPort implements Kicker {
  private final Domain domain;
  private final Dispatcher dispatcher;
  private final PhysicalMemory memory;
  private final ReentrantLock lock = new ReentrantLock();
  private Vcpu vcpu;
  private volatile Runnable upcall = () -> {};

  /** The port of a translated domain that has no vcpu yet. */
  public ControlDomainPort(Domain domain, Dispatcher dispatcher, DomainMemory memory) {
    this.domain = domain;
    this.dispatcher = dispatcher;
    this.memory = memory.physicalMemory(domain);
  }

  /** Sets the vcpu on which calls are executed, once, before the first call. */
  public void attach(Vcpu caller) {
    vcpu = caller;
  }

  /** The control domain. */
  public Domain domain() {
    return domain;
  }

  /**
   * Issues a hypercall; pointers in it are guest-physical addresses of {@link #memory()}.
   *
   * @return what a guest would find in RAX
   * @throws HypercallError when the hypervisor fails, whatever the arguments are; it has been noted
   */
  public long hypercall(int number, long a1, long a2, long a3, long a4, long a5) {
    lock.lock();
    try {
      return dispatcher.call(vcpu, number, a1, a2, a3, a4, a5);
    } catch (HypercallError e) {
      domain.lifecycle().fail(domain, vcpu, e);
      throw e;
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
   * Sets what runs when the upcall-pending byte of the domain's vcpu_info was set, on the thread
   * that caused it: it must only wake a thread of its own, never block or call back.
   */
  public void onUpcall(Runnable callback) {
    upcall = callback;
  }

  @Override
  public void kick(Vcpu target) {
    upcall.run();
  }
}
