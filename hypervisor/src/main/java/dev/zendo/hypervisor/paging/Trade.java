package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.Domain;
import java.util.Arrays;

/**
 * One exchange of frames of a domain for others: first the domain gives, then new frames are set
 * aside, and only when all of that worked the old ones are freed and the new ones handed over. The
 * domain's page count stays the same throughout. Used by one thread.
 */
public final class Trade {
  private final DomainFrames frames;
  private final Domain domain;
  private long[] given = new long[1];
  private int givenCount;
  private long[] reserved = new long[1];
  private int reservedCount;
  private int reservedOrder;

  /** A trade of which nothing has happened. */
  public Trade(Paging paging, Domain domain) {
    this.frames = paging.frames();
    this.domain = domain;
  }

  /** Takes an extent from the domain; false when a frame of it is not the domain's or in use. */
  public boolean give(long first, int order) {
    for (long i = 0; i < 1L << order; i++) {
      long mfn = first + i;
      if (!frames.steal(domain, mfn)) {
        return false;
      }
      if (givenCount == given.length) {
        given = Arrays.copyOf(given, 2 * givenCount);
      }
      given[givenCount++] = mfn;
    }
    return true;
  }

  /** Sets an extent below a frame number aside; false when there is none. */
  public boolean reserve(int order, long limit) {
    long first = frames.take(order, domain.claim());
    if (first < 0) {
      return false;
    }
    if (first + (1L << order) > limit) {
      frames.abandon(first, 1L << order);
      return false;
    }
    if (reservedCount == reserved.length) {
      reserved = Arrays.copyOf(reserved, 2 * reservedCount);
    }
    reserved[reservedCount++] = first;
    reservedOrder = order;
    return true;
  }

  /** Everything is as before. */
  public void undo() {
    for (int i = 0; i < givenCount; i++) {
      if (!frames.assign(domain, given[i], 1, false)) {
        domain.unclaimPages(1);
      }
    }
    for (int i = 0; i < reservedCount; i++) {
      frames.abandon(reserved[i], 1L << reservedOrder);
    }
  }

  /** Frees what the domain gave. */
  public void dropGiven() {
    for (int i = 0; i < givenCount; i++) {
      frames.abandon(given[i], 1);
    }
  }

  /**
   * Hands an extent that was set aside to the domain.
   *
   * @return its first frame, or -1 when the domain is dying
   */
  public long receive(int index, int order) {
    long count = 1L << order;
    if (!frames.assign(domain, reserved[index], count, false)) {
      domain.unclaimPages(count);
      return -1;
    }
    return reserved[index];
  }
}
