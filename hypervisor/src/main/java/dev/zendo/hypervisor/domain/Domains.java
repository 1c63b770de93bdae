package dev.zendo.hypervisor.domain;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/** The domains of a machine by number. Thread-safe, lookups are lock-free. */
public final class Domains {
  /** Numbers from here on have special meanings (DOMID_FIRST_RESERVED of xen.h). */
  public static final int FIRST_RESERVED = 0x7ff0;

  private static final int CHUNK = 1024;

  private final AtomicReferenceArray<AtomicReferenceArray<Domain>> chunks =
      new AtomicReferenceArray<>((FIRST_RESERVED + CHUNK - 1) / CHUNK);

  /** No domains. */
  public Domains() {}

  /** A domain by number (any value), or null. */
  public Domain get(int id) {
    if (id < 0 || id >= FIRST_RESERVED) {
      return null;
    }
    AtomicReferenceArray<Domain> chunk = chunks.get(id / CHUNK);
    return chunk == null ? null : chunk.get(id % CHUNK);
  }

  /** Adds a domain unless its number is taken; returns whether it was added. */
  public boolean add(Domain domain) {
    int id = domain.id();
    if (chunks.get(id / CHUNK) == null) {
      chunks.compareAndSet(id / CHUNK, null, new AtomicReferenceArray<>(CHUNK));
    }
    return chunks.get(id / CHUNK).compareAndSet(id % CHUNK, null, domain);
  }

  /** Removes a domain; its number is free again. */
  public void remove(Domain domain) {
    AtomicReferenceArray<Domain> chunk = chunks.get(domain.id() / CHUNK);
    if (chunk != null) {
      chunk.compareAndSet(domain.id() % CHUNK, domain, null);
    }
  }

  /** Visits all domains in ascending order of number. */
  public void forEach(Consumer<Domain> visitor) {
    for (int c = 0; c < chunks.length(); c++) {
      AtomicReferenceArray<Domain> chunk = chunks.get(c);
      for (int i = 0; chunk != null && i < CHUNK; i++) {
        Domain domain = chunk.get(i);
        if (domain != null) {
          visitor.accept(domain);
        }
      }
    }
  }
}
