package dev.zendo.hypervisor.hypercall;

import dev.zendo.hypervisor.domain.Vcpu;

/**
 * One hypercall. Called on the thread that runs the calling vcpu, while that vcpu is outside the
 * guest. Arguments are any 64-bit values.
 */
@FunctionalInterface
public interface HypercallHandler {
  /**
   * Does the call.
   *
   * @return what the guest finds in RAX: a result or a negative errno
   */
  long handle(Vcpu caller, long a1, long a2, long a3, long a4, long a5);
}
