package dev.zendo.dom0.messages;

import java.util.ArrayDeque;
import java.util.List;

/** Keeps the newest lines, so many and no more. Thread-safe. */
public final class MessageRing {
  private final ArrayDeque<Message> lines = new ArrayDeque<>();
  private final int most;

  /**
   * An empty ring.
   *
   * @param most lines that it keeps
   */
  public MessageRing(int most) {
    this.most = most;
  }

  /** Adds lines that belong together. */
  synchronized void add(List<Message> messages) {
    for (Message message : messages) {
      if (lines.size() == most) {
        lines.removeFirst();
      }
      lines.addLast(message);
    }
  }

  /** What it has, the oldest first. */
  public synchronized List<Message> lines() {
    return List.copyOf(lines);
  }

  /** The same, and forgets all of it. */
  public synchronized List<Message> take() {
    List<Message> taken = List.copyOf(lines);
    lines.clear();
    return taken;
  }
}
