package dev.zendo.hypervisor.hypercall;

import dev.zendo.hypercalls.CallText;
import dev.zendo.hypercalls.Hypercall;
import dev.zendo.hypercalls.Hypercalls;

/**
 * The handler of a hypercall threw something, which is always an error of the hypervisor's own. The
 * cause is what it threw; the message says which call it was.
 */
public final class HypercallError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  HypercallError(long number, long[] arguments, Throwable cause) {
    super(describe(number, arguments), cause, false, false);
  }

  private static String describe(long number, long[] arguments) {
    StringBuilder out = new StringBuilder("hypercall ").append(number).append(": ");
    Hypercall call = Hypercalls.get(number);
    CallText.appendCall(out, number, arguments, -1);
    if (call == null || call.arguments().size() < arguments.length) {
      out.append(", registers");
      for (long argument : arguments) {
        out.append(" 0x").append(Long.toHexString(argument));
      }
    }
    return out.toString();
  }
}
