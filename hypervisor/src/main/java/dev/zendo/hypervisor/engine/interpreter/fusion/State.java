package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is known at a place that several paths may lead to. Immutable. */
final class State {
  private final List<Value> stack;
  private final Map<String, Value> fields;
  private final int cached;

  private State(List<Value> stack, Map<String, Value> fields, int cached) {
    this.stack = stack;
    this.fields = fields;
    this.cached = cached;
  }

  /** What holds both in a state, which may be null, and where the code stands. */
  static State join(State other, CodeWriter out) {
    List<Value> stack = out.forget();
    if (other == null) {
      return new State(stack, out.fields(), out.cached());
    }
    Map<String, Value> fields = new HashMap<>(other.fields);
    fields.entrySet().removeIf(entry -> !entry.getValue().isSameNumber(out.field(entry.getKey())));
    return new State(stack, fields, other.cached & out.cached());
  }

  /** Makes the code go on in this state. */
  void resume(CodeWriter out) {
    out.resume(stack);
    out.fields(fields);
    out.cached(cached);
  }
}
