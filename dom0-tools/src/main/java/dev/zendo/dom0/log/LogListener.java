package dev.zendo.dom0.log;

import org.slf4j.event.Level;

/** Is told of each line that is logged, on the thread that logs it; it must not log or wait. */
@FunctionalInterface
public interface LogListener {
  /**
   * A line.
   *
   * @param text without level and logger
   */
  void logged(Level level, String text);
}
