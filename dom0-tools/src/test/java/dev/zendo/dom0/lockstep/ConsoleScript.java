package dev.zendo.dom0.lockstep;

import dev.zendo.dom0.Guest;
import java.util.List;

/** Types at a guest's console when the guest has printed what is waited for. One thread. */
final class ConsoleScript {
  /**
   * A step.
   *
   * @param await text that the guest prints
   * @param type what is typed then
   */
  record Line(String await, String type) {}

  private final List<Line> lines;
  private int next;
  private long position;

  ConsoleScript(List<Line> lines) {
    this.lines = lines;
  }

  /** Whether everything was typed. */
  boolean done() {
    return next == lines.size();
  }

  /** Looks at what the guest has printed; returns whether something was typed. */
  boolean look(Guest guest) throws InterruptedException {
    if (!done() && guest.log().position() > position) {
      long found = guest.log().waitFor(lines.get(next).await(), position, 0);
      if (found >= 0) {
        position = found;
        guest.type(lines.get(next).type());
        next++;
        return true;
      }
    }
    return false;
  }
}
