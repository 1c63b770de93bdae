package dev.zendo.hypervisor.hypercall;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.Vcpu;

/** Whom a caller may act on. */
final class Callers {
  private Callers() {}

  /** The domain that an id names, DOMID_SELF included; null when there is none. */
  static Domain any(Domains domains, Vcpu caller, int id) {
    return id == Domid.SELF ? caller.domain() : domains.get(id);
  }

  /** Whether the caller may act for the domain: its own, or any for a control domain. */
  static boolean actsFor(Vcpu caller, Domain target) {
    return target == caller.domain() || caller.domain().privileged();
  }
}
