package dev.zendo.hypervisor.grant;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.paging.DomainSpace;
import dev.zendo.hypervisor.paging.TranslatedSpace;

/** What the memory half keeps for one domain: frames, physical space, grants. */
public class GrantingDomain extends DomainSpace {
  /** A domain that owns nothing yet. */
  protected GrantingDomain(FrameTable table, TranslatedSpace translated) {
    super(table, translated);
  }

  /** The state of a domain. */
  public static GrantingDomain of(Domain domain) {
    return (GrantingDomain) domain.memoryState();
  }
}
