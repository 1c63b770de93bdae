package dev.zendo.hypervisor.memory;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.grant.GrantingDomain;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.paging.TranslatedSpace;

/** All that the memory half keeps for one domain. */
final class DomainState extends GrantingDomain {
  private volatile byte[] memoryMap = new byte[0];

  DomainState(FrameTable table, TranslatedSpace translated) {
    super(table, translated);
  }

  static DomainState stateOf(Domain domain) {
    return (DomainState) domain.memoryState();
  }

  /** The E820 entries that the toolstack set, 20 bytes each; callers do not change the array. */
  byte[] memoryMap() {
    return memoryMap;
  }

  void memoryMap(byte[] entries) {
    memoryMap = entries;
  }
}
