package dev.zendo.dom0.migrate.stream;

/** What a page of the stream is: XEN_DOMCTL_PFINFO_ without its shift. */
public final class PageKind {
  /** A page like any other. */
  public static final int NORMAL = 0;

  /** Bits of a page table's level. */
  public static final int LEVEL = 7;

  /** A bit of page tables that are pinned. */
  public static final int PINNED = 8;

  /** A page whose contents are lost. */
  public static final int BROKEN = 13;

  /** A page that is there, with any contents. */
  public static final int ALLOCATE_ONLY = 14;

  /** No page. */
  public static final int NONE = 15;

  private PageKind() {}

  /** Whether there is such a kind. */
  public static boolean known(int kind) {
    return kind >= BROKEN && kind <= NONE || kind >= 0 && level(kind) <= 4 && kind != PINNED;
  }

  /** Whether contents follow. */
  public static boolean hasData(int kind) {
    return kind < BROKEN;
  }

  /** The level of a page table, 0 for what is none. */
  public static int level(int kind) {
    return kind < BROKEN ? kind & LEVEL : 0;
  }
}
