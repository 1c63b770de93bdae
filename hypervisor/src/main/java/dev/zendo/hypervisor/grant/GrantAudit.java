package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.grant.MapFlags;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.paging.PagingAudit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what granters remember of grants in use with what their users have mapped, and tells a
 * {@link PagingAudit} which frames that explains. Under the same conditions as that one.
 */
final class GrantAudit {
  private final PagingAudit paging;
  private final Map<GrantTable, int[]> pins = new HashMap<>();
  private final List<String> violations = new ArrayList<>();

  GrantAudit(PagingAudit paging) {
    this.paging = paging;
  }

  /** Looks at all domains and returns what is wrong, one sentence each. */
  List<String> violations(Domains domains) {
    domains.forEach(this::countMappings);
    domains.forEach(this::compare);
    return violations;
  }

  private void countMappings(Domain user) {
    MapTrack mappings = GrantingDomain.stateOf(user).mappings();
    synchronized (mappings) {
      for (int handle = 0; handle < mappings.limit(); handle++) {
        if (mappings.flags(handle) != 0) {
          countMapping(user, mappings, handle);
        }
      }
    }
  }

  private void countMapping(Domain user, MapTrack mappings, int handle) {
    int flags = mappings.flags(handle);
    long mfn = mappings.mfn(handle);
    boolean writable = (flags & MapFlags.READONLY) == 0;
    if ((flags & MapFlags.HOST_MAP) != 0) {
      paging.mapped(user.id(), mfn, writable);
      if (user.translated()) {
        paging.held(mfn, writable);
      }
    }
    if ((flags & MapFlags.DEVICE_MAP) != 0) {
      paging.held(mfn, writable);
    }
    GrantTable granter = mappings.granter(handle);
    if (granter.isDead()) {
      return;
    }
    int ref = mappings.ref(handle);
    ActiveEntry entry = granter.active(ref);
    pins.computeIfAbsent(granter, t -> new int[t.activeLimit()])[ref] +=
        MapOperations.increment(flags);
    if (entry.mfn != mfn || entry.user != user.id()) {
      violations.add(
          user + " has mapped grant " + ref + " of " + granter.domain() + ", which is not its own");
    }
  }

  private void compare(Domain granter) {
    GrantTable table = GrantingDomain.stateOf(granter).table();
    int[] counted = pins.getOrDefault(table, new int[table.activeLimit()]);
    for (int ref = 0; ref < counted.length; ref++) {
      if (counted[ref] != table.pins(ref)) {
        violations.add(
            String.format(
                "grant %d of %s has pins 0x%x, not 0x%x",
                ref, granter, table.pins(ref), counted[ref]));
      }
    }
  }
}
