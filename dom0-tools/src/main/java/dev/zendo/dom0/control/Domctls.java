package dev.zendo.dom0.control;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlVersion;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.function.LongConsumer;

/** Issues domctl hypercalls. Thread-safe. */
final class Domctls {
  private final CallGate gate;

  Domctls(CallGate gate) {
    this.gate = gate;
  }

  CallGate gate() {
    return gate;
  }

  PhysicalMemory memory() {
    return gate.memory();
  }

  /** Prepares the argument; the caller holds the lock of the gate. */
  long begin(int command, int domain) {
    long at = gate.clear(0, Domctl.LAYOUT.size());
    PhysicalMemory memory = gate.memory();
    Domctl.CMD.set(memory, at, command);
    Domctl.INTERFACE_VERSION.set(memory, at, DomctlVersion.INTERFACE_VERSION);
    Domctl.DOMAIN.set(memory, at, domain);
    return at;
  }

  /** Issues the call whose argument is prepared, and returns its result. */
  long call(long at) {
    return gate.call(Hypercalls.DOMCTL, at, 0, 0, 0);
  }

  /**
   * Issues a call that must succeed.
   *
   * @param what the operation, as an error message begins
   * @param fill writes the argument at the address it is given
   * @param read reads the results there
   * @throws HypercallFailure when it fails
   */
  void run(String what, int command, int domain, LongConsumer fill, LongConsumer read) {
    gate.lock().lock();
    try {
      long at = begin(command, domain);
      fill.accept(at);
      gate.check(what + " domain " + domain, Hypercalls.DOMCTL, at, 0, 0, 0);
      read.accept(at);
    } finally {
      gate.lock().unlock();
    }
  }

  void run(String what, int command, int domain, LongConsumer fill) {
    run(what, command, domain, fill, at -> {});
  }

  void run(String what, int command, int domain) {
    run(what, command, domain, at -> {});
  }
}
