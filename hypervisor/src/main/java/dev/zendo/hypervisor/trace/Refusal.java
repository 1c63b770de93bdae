package dev.zendo.hypervisor.trace;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Why the hypercall that a thread is serving was refused, for traces and logs. The place that
 * refuses notes the broken rule and what broke it; places around it may add where that was.
 *
 * <p>Costs the reading of a static field, in refusals alone, while nobody wants to know. Each
 * thread has its own notes.
 */
public final class Refusal {
  private static final int MOST = 6;

  private static final ThreadLocal<Refusal> NOTES = ThreadLocal.withInitial(Refusal::new);

  /** Whether some tracer wants to know; it stays so. */
  private static volatile boolean wanted;

  /** How many threads have notes. */
  private static final AtomicInteger PENDING = new AtomicInteger();

  private final Rule[] rules = new Rule[MOST];
  private final long[][] values = new long[MOST][];
  private int count;

  private Refusal() {}

  /** Somebody wants to know from now on. */
  static void want() {
    wanted = true;
  }

  /** Whether it is worth finding out the values for {@link #note}. */
  public static boolean wanted() {
    return wanted;
  }

  /**
   * Notes a broken rule, or around one that is noted, where it was; when {@link #wanted}.
   *
   * @param a a value as the rule says
   */
  public static void note(Rule rule, long a) {
    if (wanted) {
      NOTES.get().add(rule, new long[] {a});
    }
  }

  /** {@link #note(Rule, long)} with two values. */
  public static void note(Rule rule, long a, long b) {
    if (wanted) {
      NOTES.get().add(rule, new long[] {a, b});
    }
  }

  /** {@link #note(Rule, long)} with three values. */
  public static void note(Rule rule, long a, long b, long c) {
    if (wanted) {
      NOTES.get().add(rule, new long[] {a, b, c});
    }
  }

  /** {@link #note(Rule, long)} with four values. */
  public static void note(Rule rule, long a, long b, long c, long d) {
    if (wanted) {
      NOTES.get().add(rule, new long[] {a, b, c, d});
    }
  }

  /** {@link #note(Rule, long)} with more values; the caller has asked {@link #wanted}. */
  public static void note(Rule rule, long... values) {
    NOTES.get().add(rule, values);
  }

  private void add(Rule rule, long[] noted) {
    if (count == 0) {
      PENDING.getAndIncrement();
    }
    if (count < MOST) {
      rules[count] = rule;
      values[count] = noted;
      count++;
    }
  }

  /** What was noted is not the reason after all: another way led on. */
  public static void forget() {
    if (pending()) {
      NOTES.get().clear();
    }
  }

  /** Whether some thread has notes; false costs one read. */
  public static boolean pending() {
    return PENDING.get() != 0;
  }

  /** Whether the calling thread has. */
  static boolean noted() {
    return NOTES.get().count > 0;
  }

  private void clear() {
    if (count > 0) {
      count = 0;
      PENDING.getAndDecrement();
    }
  }

  /** Appends what was noted, from the outside in, and forgets it; returns whether there was any. */
  static boolean take(StringBuilder out) {
    Refusal notes = NOTES.get();
    int count = notes.count;
    for (int i = count - 1; i >= 0; i--) {
      notes.rules[i].append(out, notes.values[i]);
      if (i > 0) {
        out.append(": ");
      }
    }
    notes.clear();
    return count > 0;
  }
}
