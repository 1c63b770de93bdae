package dev.zendo.hypervisor.event;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;

/** Notes for traces why a port was refused. Methods return the error that they are given. */
final class PortRefusals {
  private PortRefusals() {}

  /**
   * A port is not in a state that allows the operation.
   *
   * @param port null when it does not exist
   */
  static long state(Domain domain, Port port, int number, long error) {
    if (Refusal.wanted()) {
      if (port == null) {
        Refusal.note(Rule.NO_PORT, number, domain.id());
      } else if (port.binding.state() == Binding.UNBOUND) {
        Refusal.note(Rule.PORT_FOR, number, domain.id(), port.binding.remoteId());
      } else {
        Refusal.note(Rule.PORT_STATE, number, domain.id(), port.binding.state());
      }
    }
    return error;
  }
}
