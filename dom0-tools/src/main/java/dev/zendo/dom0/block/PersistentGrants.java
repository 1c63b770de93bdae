package dev.zendo.dom0.block;

import dev.zendo.dom0.control.GrantMapper;
import dev.zendo.dom0.control.Mapping;
import java.util.Arrays;

/**
 * Pages of a frontend that stay mapped from one request to the next ({@code feature-persistent} of
 * io/blkif.h), by grant reference. When there are as many as may be, the one that was not used for
 * the longest time makes room. Thread-safe.
 *
 * <p>A reference stands for the page that it granted when it was seen first. A frontend that lets
 * it stand for another page meanwhile, or takes it back, breaks the protocol and goes on exchanging
 * the old page, which stays its own.
 */
final class PersistentGrants implements AutoCloseable {
  /** In place of a slot: the page is not mapped. */
  static final int NONE = -1;

  private final GrantMapper mapper;
  private final int domain;

  /** Slots, the first of those with the same hash; the rest is chained. */
  private final int[] first;

  private final int[] next;
  private final int[] references;
  private final int[] pins;
  private final Mapping[] mappings;

  /** Slots by their last use, in a ring whose end is the slot behind all others. */
  private final int[] newer;

  private final int[] older;
  private final int end;
  private int count;

  /**
   * An empty table.
   *
   * @param bound most pages; 0 to map none
   */
  PersistentGrants(GrantMapper mapper, int domain, int bound) {
    this.mapper = mapper;
    this.domain = domain;
    first = new int[Math.max(1, Integer.highestOneBit(bound) << 1)];
    Arrays.fill(first, NONE);
    next = new int[bound];
    references = new int[bound];
    pins = new int[bound];
    mappings = new Mapping[bound];
    newer = new int[bound + 1];
    older = new int[bound + 1];
    end = bound;
    newer[end] = end;
    older[end] = end;
  }

  /** Pages that are mapped. */
  synchronized int count() {
    return count;
  }

  /**
   * Finds the pages of a request or maps them; they stay until {@link #unpin}.
   *
   * @param slots receives for each segment what {@link #address} takes, or {@link #NONE} where the
   *     page cannot be mapped
   */
  synchronized void pin(BlockRequest request, int[] slots) {
    boolean granted = end > 0;
    for (int i = 0; i < request.count(); i++) {
      int reference = request.reference(i);
      int slot = find(reference);
      if (slot == NONE && granted) {
        slot = map(reference);
        // Once is enough: a frontend whose grants cannot be mapped shall not cost a call for each.
        granted = slot != NONE;
      }
      if (slot != NONE) {
        pins[slot]++;
        unlink(slot);
        link(slot);
      }
      slots[i] = slot;
    }
  }

  /** Guest-physical address of a page that is pinned. */
  long address(int slot) {
    return mappings[slot].address();
  }

  /** Lets go of the pages of a request. */
  synchronized void unpin(BlockRequest request, int[] slots) {
    for (int i = 0; i < request.count(); i++) {
      if (slots[i] != NONE) {
        pins[slots[i]]--;
      }
    }
  }

  private int hash(int reference) {
    return reference & first.length - 1;
  }

  private int find(int reference) {
    int slot = first[hash(reference)];
    while (slot != NONE && references[slot] != reference) {
      slot = next[slot];
    }
    return slot;
  }

  private int map(int reference) {
    int slot = count < end ? count : oldestFree();
    if (slot == NONE) {
      return NONE;
    }
    Mapping mapping = mapper.mapIfGranted(domain, reference);
    if (mapping == null) {
      return NONE;
    }
    if (slot == count) {
      count++;
    } else {
      remove(slot);
    }
    mappings[slot] = mapping;
    references[slot] = reference;
    next[slot] = first[hash(reference)];
    first[hash(reference)] = slot;
    link(slot);
    return slot;
  }

  private int oldestFree() {
    int slot = newer[end];
    while (slot != end && pins[slot] > 0) {
      slot = newer[slot];
    }
    return slot == end ? NONE : slot;
  }

  private void remove(int slot) {
    int hash = hash(references[slot]);
    if (first[hash] == slot) {
      first[hash] = next[slot];
    } else {
      int before = first[hash];
      while (next[before] != slot) {
        before = next[before];
      }
      next[before] = next[slot];
    }
    unlink(slot);
    mappings[slot].close();
  }

  /** Makes a slot the one that was used last. */
  private void link(int slot) {
    newer[slot] = end;
    older[slot] = older[end];
    newer[older[end]] = slot;
    older[end] = slot;
  }

  private void unlink(int slot) {
    newer[older[slot]] = newer[slot];
    older[newer[slot]] = older[slot];
  }

  /** Unmaps all pages; none may be pinned any more. */
  @Override
  public synchronized void close() {
    while (count > 0) {
      mappings[--count].close();
    }
    Arrays.fill(first, NONE);
    newer[end] = end;
    older[end] = end;
  }
}
