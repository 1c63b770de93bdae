package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What joined code takes as known is so. */
class SpecialisationTest {
  private static void expectJoined(Link... middle) {
    Link[] links = new Link[middle.length + 2];
    links[0] = new Link.Add(0, 1);
    System.arraycopy(middle, 0, links, 1, middle.length);
    links[middle.length + 1] = new Link.End();
    Chains.expectJoined(links);
  }

  @Test
  void fieldsThatWereStored() {
    expectJoined(new Mode(1), new UseMode(), new Mode(2), new UseMode());
    expectJoined(new Mode(-1), new UseMode(), new UseMode());
  }

  /** Stores a known number, or an unknown one. */
  private static final class Mode extends Link {
    private final int mode;

    Mode(int mode) {
      this.mode = mode;
    }

    @Override
    protected Outcome exec(Machine m) {
      if (mode >= 0) {
        m.mode = mode;
      } else {
        m.mode = (int) m.get(0) & 3;
      }
      return next.exec(m);
    }
  }

  private static final class UseMode extends Link {
    @Override
    protected Outcome exec(Machine m) {
      switch (m.mode) {
        case 0:
          m.put(0, 5);
          break;
        case 1:
          m.put(1, m.get(0));
          break;
        case 2:
          m.put(1, m.get(0) * 3);
          return Link.Outcome.TWO;
        default:
          m.wide++;
          break;
      }
      return next.exec(m);
    }
  }

  @Test
  void fieldsThatAreKnownOnOnePathOnly() {
    expectJoined(new Mode(1), new ModeOnOnePath(1), new UseMode(), new UseMode());
    expectJoined(new Mode(0), new ModeOnOnePath(1), new UseMode());
    expectJoined(new ModeOnOnePath(2), new UseMode());
  }

  private static final class ModeOnOnePath extends Link {
    private final int mode;

    ModeOnOnePath(int mode) {
      this.mode = mode;
    }

    @Override
    protected Outcome exec(Machine m) {
      if (m.get(2) < 0) {
        m.mode = mode;
      }
      return next.exec(m);
    }
  }

  @Test
  void fieldsThatACalledMethodChanges() {
    expectJoined(new Mode(1), new CallBetween(), new UseMode());
  }

  private static final class CallBetween extends Link {
    @Override
    protected Outcome exec(Machine m) {
      m.clobber(0);
      return next.exec(m);
    }
  }

  @Test
  void ternariesWithKnownAndUnknownConditions() {
    for (int known = 0; known < 2; known++) {
      expectJoined(new Ternary(known), new Ternary(known));
    }
  }

  /** On one line and on several, alone and with operands that wait. */
  private static final class Ternary extends Link {
    private final int known;

    Ternary(int known) {
      this.known = known;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.put(0, m.get(1) + (known != 0 ? m.get(2) : m.get(3)));
      m.put(1, m.get(0) * (m.get(2) > 0 ? 3 : m.get(3)));
      m.put(
          2,
          m.get(0) - Long.rotateLeft(known == 0 ? m.get(1) + 1 : m.get(2) * 2, known == 0 ? 7 : 9));
      m.put(3, Math.max(m.get(0), m.get(3) < 0 ? m.get(1) + 1 : m.get(2) * 2));
      m.wide +=
          Math.max(
              m.get(0),
              known == 0 // line breaks are in class files too
                  ? m.get(1)
                  : m.get(2));
      m.put(known == 0 ? 2 : 3, 8);
      if (known == 0 ? m.get(3) == 1 : m.get(3) == 2) {
        return Outcome.TERNARY;
      }
      return next.exec(m);
    }
  }

  @Test
  void returnsOfAllPathsTogether() {
    Chains.expectJoined(
        List.of(new Chains.Range(0, 3), new Chains.Range(4, 7)),
        new Link.Add(0, 1),
        new Link.Add(0, 1),
        new Link.Add(0, 1),
        new ReturnTernary(),
        new Link.Add(0, 1),
        new Link.Add(0, 1),
        new Link.End());
  }

  /** The result of the next object is not the last thing on its path. */
  private static final class ReturnTernary extends Link {
    @Override
    protected Outcome exec(Machine m) {
      return m.get(0) < 0 ? Outcome.NEGATIVE : next.exec(m);
    }
  }

  @Test
  void switchesOfConstants() {
    for (int operation = -1; operation < 7; operation++) {
      expectJoined(new Switches(operation), new Switches(operation * 1000));
    }
  }

  private static final class Switches extends Link {
    private final int operation;

    Switches(int operation) {
      this.operation = operation;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.put(1, dense(m.get(1), m.get(2)) + sparse(m.get(3)));
      return next.exec(m);
    }

    private long dense(long a, long b) {
      switch (operation) {
        case 0:
          return a + b;
        case 1:
          return a - b;
        case 2:
          return a & b;
        case 3:
          return a | b;
        case 5:
          return a ^ b;
        default:
          return a;
      }
    }

    private long sparse(long a) {
      return switch (operation) {
        case -1 -> -a;
        case 1000 -> a << 3;
        case 3000 -> a >>> 3;
        case 5000 -> ~a;
        default -> a;
      };
    }
  }

  @Test
  void numbersThatAreComputedFromConstants() {
    for (int n : new int[] {0, 1, -1, 7, 31, 63, 200, -129, 40_000, Integer.MIN_VALUE}) {
      expectJoined(new Constants(n, (byte) n, (short) n, n * 0x1_0000_0001L, n > 0));
    }
  }

  private static final class Constants extends Link {
    private final int number;
    private final byte small;
    private final short middle;
    private final long large;
    private final boolean positive;

    Constants(int number, byte small, short middle, long large, boolean positive) {
      this.number = number;
      this.small = small;
      this.middle = middle;
      this.large = large;
      this.positive = positive;
    }

    @Override
    protected Outcome exec(Machine m) {
      add(m, number + small);
      add(m, number - middle);
      add(m, number * 3);
      add(m, number & 0xff | small ^ middle);
      add(m, number << small);
      add(m, number >> middle);
      add(m, number >>> 3);
      add(m, -number);
      add(m, (byte) (number + 100));
      add(m, (short) (number + 30000));
      add(m, (char) number);
      add(m, large + number);
      add(m, large - small);
      add(m, large & 0xffff00L | middle ^ large);
      add(m, large << number);
      add(m, large >>> number);
      m.count += (int) large;
      add(m, m.get(1) + small * 0L - (number & 0));
      m.count = number + m.count - small;
      if (positive) {
        add(m, 3);
      }
      if (large > 77 && number >= 31 || number < -100) {
        add(m, 5);
      }
      if (m.get(2) > large) {
        add(m, 6);
      }
      return next.exec(m);
    }

    private static void add(Machine m, long value) {
      m.wide = m.wide * 31 + value;
    }
  }

  @Test
  void numbersThatChangeAreNotConstants() {
    expectJoined(new Counter(), new Counter(), new Counter());
  }

  /** Counts to four again and again; 64 calls leave it as it was. */
  private static final class Counter extends Link {
    @Varying int count;

    @Override
    protected Outcome exec(Machine m) {
      count = count + 1 & 3;
      m.wide = m.wide * 5 + count;
      return next.exec(m);
    }
  }

  @Test
  void methodsOfTheSuperclass() {
    expectJoined(new Sub(3), new Sub(4));
  }

  /** Members that a subclass has too, under the same names. */
  private abstract static class Super extends Link {
    private final int number = 7;

    long step(Machine m) {
      return m.get(0) + hidden(m) + number;
    }

    private long hidden(Machine m) {
      return m.get(1) * 3;
    }

    final long twice(Machine m) {
      return step(m) * 2 + hidden(m) * number;
    }
  }

  private static final class Sub extends Super {
    private final int number;

    Sub(int number) {
      this.number = number;
    }

    @Override
    long step(Machine m) {
      return super.step(m) * 5 + hidden(m) + number;
    }

    private long hidden(Machine m) {
      return m.get(2) * 7;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.wide += step(m);
      m.put(3, twice(m));
      return next.exec(m);
    }
  }

  @Test
  void methodOfTheSuperclassThatCannotBeExpanded() {
    Chains.expectJoined(
        List.of(new Chains.Range(0, 3)),
        new Link.Add(0, 1),
        new Link.Add(0, 1),
        new Link.Add(0, 1),
        new BranchySub(),
        new Link.End());
  }

  private abstract static class BranchySuper extends Link {
    long step(Machine m) {
      return m.get(0) < 0 ? m.get(1) : m.get(2);
    }
  }

  private static final class BranchySub extends BranchySuper {
    @Override
    long step(Machine m) {
      return super.step(m) * 5;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.wide += step(m);
      return next.exec(m);
    }
  }

  @Test
  void synchronizedMethodsHoldTheirLock() {
    expectJoined(new Locked(), new Locked());
  }

  private static final class Locked extends Link {
    @Override
    protected Outcome exec(Machine m) {
      m.wide += lock();
      return next.exec(m);
    }

    synchronized int lock() {
      return Boolean.hashCode(Thread.holdsLock(this));
    }
  }

  /** Static methods of interfaces are called as such. */
  private interface Helper {
    static long branchy(long value) {
      return value < 0 ? 3 : value * 5;
    }

    static long plain(long value) {
      return value * 7;
    }
  }

  @Test
  void staticMethodsOfInterfaces() {
    expectJoined(new UsesHelper(), new UsesHelper());
  }

  private static final class UsesHelper extends Link {
    @Override
    protected Outcome exec(Machine m) {
      m.wide += Helper.branchy(m.get(1)) + Helper.plain(m.get(2));
      return next.exec(m);
    }
  }
}
