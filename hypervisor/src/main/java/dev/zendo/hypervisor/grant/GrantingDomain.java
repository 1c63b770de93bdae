package dev.zendo.hypervisor.grant;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.paging.DomainSpace;
import dev.zendo.hypervisor.paging.TranslatedSpace;

/** What the memory half keeps for one domain: frames, physical space, grants given and taken. */
public class GrantingDomain extends DomainSpace {
  private final MapTrack mappings = new MapTrack();
  private volatile GrantTable table;

  /** A domain that owns nothing yet. */
  protected GrantingDomain(FrameTable table, TranslatedSpace translated) {
    super(table, translated);
  }

  /** The state of a domain. */
  static GrantingDomain stateOf(Domain domain) {
    return (GrantingDomain) domain.memoryState();
  }

  /** The domain's grant table. */
  GrantTable table() {
    return table;
  }

  void table(GrantTable grantTable) {
    table = grantTable;
  }

  /** What the domain has mapped. */
  MapTrack mappings() {
    return mappings;
  }
}
