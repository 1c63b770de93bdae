package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.paging.DomainSpace;
import dev.zendo.hypervisor.paging.FrameRefusals;
import dev.zendo.hypervisor.paging.PageTypes;
import dev.zendo.hypervisor.paging.Paging;
import dev.zendo.hypervisor.paging.TranslatedSpace;

/** Finds and holds the frames behind grants. Thread-safe. */
final class GrantedFrames {
  private final FrameTable table;
  private final PageTypes types;

  GrantedFrames(Paging paging) {
    this.table = paging.table();
    this.types = paging.types();
  }

  /**
   * Takes a general reference to a frame of a domain.
   *
   * @param frame any value; machine frame, or guest frame of a translated domain
   * @return the machine frame, or {@link GrantStatus#BAD_PAGE}
   */
  long hold(Domain owner, long frame) {
    TranslatedSpace space = DomainSpace.of(owner).translated();
    long mfn = frame;
    if (space != null) {
      long entry = space.get(frame);
      if (TranslatedSpace.kind(entry) != TranslatedSpace.OWN) {
        return GrantStatus.BAD_PAGE;
      }
      mfn = TranslatedSpace.frame(entry);
    }
    return table.get(mfn, owner.id())
        ? mfn
        : FrameRefusals.owner(table, mfn, owner.id(), GrantStatus.BAD_PAGE);
  }

  /** Takes another general reference to a frame, if the domain still owns it. */
  boolean holdAgain(Domain owner, long mfn) {
    return table.get(mfn, owner.id());
  }

  /** Takes a writable reference beside a general one. */
  boolean holdWritable(long mfn) {
    return types.acquireWritable(mfn);
  }

  /** Drops a general reference. */
  void drop(long mfn) {
    table.put(mfn);
  }

  /** Drops a general reference and, unless it was for reading only, a writable one. */
  void drop(long mfn, boolean readOnly) {
    if (!readOnly) {
      types.releaseWritable(mfn);
    }
    table.put(mfn);
  }
}
