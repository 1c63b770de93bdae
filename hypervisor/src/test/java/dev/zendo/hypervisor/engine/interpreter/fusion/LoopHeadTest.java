package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.util.List;
import org.junit.jupiter.api.Test;

/** An object that begins with a loop is not joined, and leaves what is before it as it was. */
class LoopHeadTest {
  private static final class LoopFirst extends Link {
    @Override
    protected Outcome exec(Machine m) {
      while (m.mode > 0) {
        m.mode--;
      }
      return next.exec(m);
    }
  }

  @Test
  void behindAnObjectThatEndsWithABranchTarget() {
    Chains.expectJoined(
        List.of(new Chains.Range(0, 3)),
        new Link.Add(0, 5),
        new Link.Mix(0, 1),
        new Link.LeaveWhenOdd(1),
        new LoopFirst(),
        new Link.End());
  }
}
