package dev.zendo.dom0.messages;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The messages of a machine: one ring with those of all domains, and one for each domain whose
 * owner wants it. Thread-safe; nothing here waits for anything.
 */
public final class MachineMessages {
  /** Lines of all domains together. */
  private static final int LINES = 4000;

  private final long started = System.nanoTime();
  private final MessageRing all = new MessageRing(LINES);
  private final Map<Integer, MessageRing> domains = new ConcurrentHashMap<>();

  /** No messages yet. */
  public MachineMessages() {}

  /** The lines of all domains. */
  public MessageRing all() {
    return all;
  }

  /** Sends what is said about a domain from now on to a ring of its own as well. */
  public void open(int domain, MessageRing ring) {
    domains.put(domain, ring);
  }

  /** Ends {@link #open}. */
  public void close(int domain) {
    domains.remove(domain);
  }

  /**
   * Says something.
   *
   * @param domain whom it is about, or {@link Message#NOBODY}
   * @param text one line or several
   */
  public void add(int domain, String text) {
    long now = System.nanoTime() - started;
    List<Message> lines = text.lines().map(line -> Message.of(now, domain, line)).toList();
    all.add(lines);
    MessageRing own = domains.get(domain);
    if (own != null) {
      own.add(lines);
    }
  }
}
