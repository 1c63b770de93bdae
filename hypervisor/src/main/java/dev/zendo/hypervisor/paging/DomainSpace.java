package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.machine.FrameSet;
import dev.zendo.hypervisor.machine.FrameTable;

/** What the memory half keeps for one domain: the set of its frames and its physical space. */
public class DomainSpace {
  /** Frames the domain owns; the set is its own lock. */
  final FrameSet frames;

  /** Whether the domain gets no more frames; guarded by {@link #frames}. */
  boolean closed;

  private final TranslatedSpace translated;
  private volatile boolean foreignWriter;

  /**
   * A domain that owns nothing yet.
   *
   * @param translated its guest-physical space, or null for a paravirtualized domain
   */
  protected DomainSpace(FrameTable table, TranslatedSpace translated) {
    this.frames = new FrameSet(table.frames());
    this.translated = translated;
  }

  /** The state of a domain. */
  public static DomainSpace of(Domain domain) {
    return (DomainSpace) domain.memoryState();
  }

  /** Notes that the domain is about to map a frame of another one writable. */
  void writesForeignFrames() {
    foreignWriter = true;
  }

  /** Whether the domain ever mapped a frame of another one writable. */
  boolean mayWriteForeignFrames() {
    return foreignWriter;
  }

  /** Guest-physical space of a translated domain; null for others. */
  public TranslatedSpace translated() {
    return translated;
  }
}
