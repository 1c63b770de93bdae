package dev.zendo.hypervisor.engine.interpreter.fusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.machine.HostMemory;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/** Compares what chains do before and after their objects are joined. */
final class Chains {
  private static final int INPUTS = 64;

  private Chains() {}

  static Fuser fuser() {
    return new Fuser(
        new Chain(
            Link.lookup(),
            "next",
            "exec",
            MethodType.methodType(Link.Outcome.class, Machine.class),
            new Chain.Registers("memory", Machine.REGISTERS, HostMemory.class)));
  }

  /** All objects are joined into one, which does the same. */
  static void expectJoined(Link... links) {
    expectJoined(List.of(new Range(0, links.length)), links);
  }

  /** Objects that are joined; {@code end} is not among them. */
  record Range(int start, int end) {}

  /** Exactly these are joined, and the chain does the same. */
  static void expectJoined(List<Range> expected, Link... links) {
    Link first = link(links);
    List<String> before = outcomes(first);
    List<Fuser.Run> runs = fuser().fuse(List.of(links));
    assertEquals(
        expected.stream().map(Range::start).toList(), runs.stream().map(run -> run.start).toList());
    for (int i = 0; i < runs.size(); i++) {
      Link fused = (Link) runs.get(i).fused;
      Range range = expected.get(i);
      if (range.start == 0) {
        first = fused;
      } else {
        links[range.start - 1].next = fused;
      }
      for (Link link : List.of(links).subList(range.start, range.end)) {
        link.next = new Link.Unreachable();
      }
    }
    assertEquals(before, outcomes(first));
  }

  private static Link link(Link... links) {
    for (int i = 0; i + 1 < links.length; i++) {
      links[i].next = links[i + 1];
    }
    return links[0];
  }

  private static List<String> outcomes(Link first) {
    List<String> outcomes = new ArrayList<>();
    for (int seed = 0; seed < INPUTS; seed++) {
      try (Machine machine = Machine.random(seed)) {
        outcomes.add(machine.state(outcome(first, machine)));
      }
    }
    return outcomes;
  }

  private static Link.Outcome outcome(Link first, Machine machine) {
    try {
      return first.exec(machine);
    } catch (ArithmeticException e) {
      return Link.Outcome.EXCEPTION;
    }
  }
}
