package dev.zendo.dom0.builder;

import dev.zendo.dom0.ToolException;
import dev.zendo.hypervisor.sched.DomainShare;
import dev.zendo.hypervisor.sched.Scheduler;

/**
 * What a domain may have of the processors, by the names of xl.cfg.
 *
 * @param weight {@code cpu_weight}: of each of its vcpus against those of other domains
 * @param cap {@code cap}: most of all its vcpus together, in percent of one processor; 0 for none
 * @param processors {@code cpus}: a bit for each processor on which it may run
 */
public record SchedulingSpec(int weight, int cap, long processors) {
  /** What a domain has of which nobody says more. */
  public static final SchedulingSpec DEFAULT =
      new SchedulingSpec(DomainShare.DEFAULT_WEIGHT, 0, -1);

  /** Most that a cap can be: the number of processors that one mask has bits for, in percent. */
  public static final int MAX_CAP = 100 * Scheduler.MAX_PROCESSORS;

  /** Largest weight. */
  public static final int MAX_WEIGHT = 65535;

  /** Whether it is {@link #DEFAULT}: {@code equals} of a record takes the JVM 7 ms at first. */
  boolean isDefault() {
    return weight == DEFAULT.weight && cap == DEFAULT.cap && processors == DEFAULT.processors;
  }

  /**
   * Reads a list of processors as xl.cfg has it: {@code all}, or numbers and ranges, those with
   * {@code ^} left out, such as {@code 0-3,5,^1}.
   *
   * @return a bit for each
   * @throws ToolException one line
   */
  public static long processors(String list) {
    long included = 0;
    long excluded = 0;
    for (String part : list.split(",", -1)) {
      String item = part.trim();
      boolean without = item.startsWith("^");
      long bits = range(list, without ? item.substring(1) : item);
      if (without) {
        excluded |= bits;
      } else {
        included |= bits;
      }
    }
    long bits = included & ~excluded;
    if (bits == 0) {
      throw new ToolException("processors " + list + ": names no processor");
    }
    return bits;
  }

  private static long range(String list, String item) {
    // All processors are of one node.
    if (item.equals("all") || item.matches("nodes?:(all|0)")) {
      return -1;
    }
    int dash = item.indexOf('-');
    int first = number(list, dash < 0 ? item : item.substring(0, dash));
    int last = dash < 0 ? first : number(list, item.substring(dash + 1));
    if (first > last) {
      throw new ToolException("processors " + list + ": " + item + " is no range");
    }
    return -1L << first & -1L >>> Long.SIZE - 1 - last;
  }

  private static int number(String list, String text) {
    try {
      int number = Integer.parseInt(text.trim());
      if (number >= 0 && number < Scheduler.MAX_PROCESSORS) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new ToolException(
          "processors "
              + list
              + ": \""
              + text
              + "\" is no number; use all, or a list such as 0-3,^1",
          e);
    }
    throw new ToolException(
        "processors "
            + list
            + ": processors have numbers from 0 to "
            + (Scheduler.MAX_PROCESSORS - 1));
  }

  /**
   * Refuses processors that a machine does not have.
   *
   * @throws ToolException one line
   */
  public void checkFor(int count) {
    if ((processors & -1L >>> Long.SIZE - count) == 0) {
      throw new ToolException(
          "none of these processors exists; the machine has "
              + (count == 1 ? "number 0 only" : "0 to " + (count - 1)));
    }
  }
}
