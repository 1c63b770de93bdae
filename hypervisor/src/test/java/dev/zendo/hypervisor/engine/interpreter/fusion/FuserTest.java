package dev.zendo.hypervisor.engine.interpreter.fusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which objects are joined, and how chains go in, through and out of what was made of them. */
class FuserTest {
  private static Link[] run(int length) {
    Link[] links = new Link[length];
    for (int i = 0; i < length - 1; i++) {
      links[i] = i % 3 == 0 ? new Link.Add(i & 3, i) : new Link.Mix(i & 3, i * 7 + 1 & 3);
    }
    links[length - 1] = new Link.End();
    return links;
  }

  @Test
  void straightRun() {
    Chains.expectJoined(run(3));
    Chains.expectJoined(run(20));
  }

  @Test
  void tooShortRunsStay() {
    Chains.expectJoined(List.of(), run(1));
    Chains.expectJoined(List.of(), run(2));
    Chains.expectJoined(
        List.of(), new Link.Add(0, 1), new Link.Loop(), new Link.Add(1, 1), new Link.End());
  }

  @Test
  void pathsThatLeaveEarly() {
    Chains.expectJoined(
        new Link.Add(0, 5),
        new Link.LeaveWhenOdd(1),
        new Link.Mix(0, 1),
        new Link.LeaveWhenOdd(1),
        new Link.LeaveWhenOdd(2),
        new Link.Add(3, -1),
        new Link.End());
  }

  @Test
  void objectInTheMiddleThatCannotBeJoined() {
    Chains.expectJoined(
        List.of(new Chains.Range(0, 3), new Chains.Range(4, 8)),
        new Link.Add(0, 1),
        new Link.Mix(0, 1),
        new Link.Add(1, 1),
        new Link.Loop(),
        new Link.Mix(0, 2),
        new Link.LeaveWhenOdd(2),
        new Link.Add(0, 9),
        new Link.End());
  }

  @Test
  void objectInTheMiddleThatTurnsOutLateThatItCannotBeJoined() {
    Chains.expectJoined(
        List.of(new Chains.Range(0, 3), new Chains.Range(4, 7)),
        new Link.Add(0, 1),
        new Link.Mix(0, 1),
        new Link.LeaveWhenOdd(1),
        new LateLoop(),
        new Link.Mix(0, 2),
        new Link.Add(0, 9),
        new Link.End());
  }

  /** Begins with branches and stores like any other. */
  private static final class LateLoop extends Link {
    @Override
    protected Outcome exec(Machine m) {
      if (m.get(2) > 0) {
        m.put(3, m.get(2) + 1);
        m.mode = 2;
      }
      for (int i = 0; i < 3; i++) {
        m.put(3, m.get(3) + i);
      }
      return next.exec(m);
    }
  }

  @Test
  void longRunsBecomeSeveral() {
    Link[] links = run(1000);
    List<Integer> starts = new ArrayList<>();
    Chains.fuser().fuse(List.of(links)).forEach(run -> starts.add(run.start));
    assertTrue(starts.size() > 1, starts::toString);
    List<Chains.Range> ranges = new ArrayList<>();
    for (int i = 0; i < starts.size(); i++) {
      ranges.add(new Chains.Range(starts.get(i), i + 1 < starts.size() ? starts.get(i + 1) : 1000));
    }
    Chains.expectJoined(ranges, links);
  }

  @Test
  void exceptionsInTheMiddleFindTheRegistersInMemory() {
    Chains.expectJoined(
        new Link.Mix(0, 1),
        new Link.Add(2, 1),
        new Divide(0, 3),
        new Link.Add(2, 1),
        new Throw(3),
        new Link.Mix(2, 3),
        new Link.End());
  }

  /** Divides a register by the low bits of another. */
  private static final class Divide extends Link {
    private final int by;
    private final int register;

    Divide(int by, int register) {
      this.by = by;
      this.register = register;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.put(register, m.get(register) / (m.get(by) & 3));
      return next.exec(m);
    }
  }

  private static final class Throw extends Link {
    private static final ArithmeticException EXCEPTION = new ArithmeticException();

    private final int register;

    Throw(int register) {
      this.register = register;
    }

    @Override
    protected Outcome exec(Machine m) {
      m.wide = m.exchange(register, 7);
      if (m.get(0) < 0) {
        throw exception();
      }
      return next.exec(m);
    }

    static ArithmeticException exception() {
      return EXCEPTION;
    }
  }

  @Test
  void theSameObjectTwiceAndTwoOfAClass() {
    Link[] links = {
      new Link.Add(0, 1), new Link.Add(0, 2), new Link.Add(1, 1), new Link.Add(0, 1), new Link.End()
    };
    Chains.expectJoined(links);
  }

  @Test
  void calledWithNullItReturnsNull() {
    Link[] links = run(5);
    Link fused = (Link) Chains.fuser().fuse(List.of(links)).get(0).fused;
    assertNull(fused.exec(null));
    assertTrue(fused.getClass().isHidden());
    assertEquals(Link.class, fused.getClass().getSuperclass());
  }

  @Test
  void classesAreUnloadedWithTheirObjects() throws InterruptedException {
    Fuser fuser = Chains.fuser();
    WeakReference<?> type =
        new WeakReference<>(fuser.fuse(List.of(run(5))).get(0).fused.getClass());
    for (int i = 0; i < 100 && type.get() != null; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertNull(type.get());
    assertEquals(1, fuser.fuse(List.of(run(5))).size());
  }
}
