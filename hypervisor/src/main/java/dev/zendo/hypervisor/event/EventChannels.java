package dev.zendo.hypervisor.event;

import dev.zendo.hypervisor.domain.Domain;

/** The event channels of one domain. */
public final class EventChannels {
  private final Domain domain;

  /** No channel is open. */
  public EventChannels(Domain domain) {
    this.domain = domain;
  }

  /** The domain whose ports these are. */
  public Domain domain() {
    return domain;
  }
}
