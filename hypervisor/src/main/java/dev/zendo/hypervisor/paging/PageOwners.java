package dev.zendo.hypervisor.paging;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Errno;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;

/** Which domains a domain may act on, by the number it names. Thread-safe. */
public final class PageOwners {
  private final Domains domains;

  /** For the domains of one machine. */
  public PageOwners(Domains domains) {
    this.domains = domains;
  }

  /**
   * The domain whose frames a page-table operation names.
   *
   * @param number low 16 bits of the hypercall's argument
   * @return the domain's number, {@link Domid#IO} or {@link Domid#XEN}; or -ESRCH, also for a
   *     domain that names itself by its own number
   */
  public int frameOwner(Domain caller, int number) {
    if (number == Domid.SELF) {
      return caller.id();
    }
    if (number == Domid.IO || number == Domid.XEN) {
      return number;
    }
    return number == caller.id() || domains.get(number) == null ? -Errno.ESRCH : number;
  }

  /** The domain of a number; {@link Domid#SELF} and the own number name the caller; or null. */
  public Domain any(Domain caller, int number) {
    return number == Domid.SELF || number == caller.id() ? caller : domains.get(number);
  }

  /** A domain by number, or null. */
  public Domain byNumber(int number) {
    return domains.get(number);
  }

  /** Whether a domain may change the memory of the domain of a number. */
  public static boolean mayControl(Domain caller, int number) {
    return caller.id() == number || caller.privileged();
  }
}
