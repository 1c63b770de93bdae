package dev.zendo.hypercalls;

import dev.zendo.hypercalls.Hypercall.CommandPlace;
import java.util.List;

/**
 * Writes hypercalls and their results the way a reader of a trace wants them: {@code
 * sched_op(SCHEDOP_poll, arg=0xffff...)} and {@code -EINVAL}. Stateless; used only while tracing.
 */
public final class CallText {
  private static final int ARGUMENTS = 5;

  private CallText() {}

  /**
   * Appends a call.
   *
   * @param out what to append to
   * @param number hypercall number
   * @param args at least the arguments in the order RDI, RSI, RDX, R10, R8
   * @param command number of the sub-operation as found in guest memory, when the table says it is
   *     there; ignored otherwise
   */
  public static void appendCall(StringBuilder out, long number, long[] args, int command) {
    Hypercall call = Hypercalls.get(number);
    if (call == null) {
      out.append("hypercall ").append(number).append("()");
      return;
    }
    out.append(call.name()).append('(');
    boolean first = true;
    if (call.place() == CommandPlace.STRUCTURE || call.place() == CommandPlace.LIST) {
      out.append(call.operationName(command));
      first = false;
    }
    List<Argument> arguments = call.arguments();
    for (int i = 0; i < arguments.size() && i < ARGUMENTS; i++) {
      if (!first) {
        out.append(", ");
      }
      first = false;
      appendArgument(out, call, arguments.get(i), args[i]);
    }
    out.append(')');
  }

  /** Appends a result: the name of an error, a small number in decimal, a large one in hex. */
  public static void appendResult(StringBuilder out, long result) {
    String name = result < 0 && result >= -Errno.ECONNREFUSED ? Errno.name((int) -result) : null;
    if (name != null) {
      out.append('-').append(name);
    } else {
      appendNumber(out, result);
    }
  }

  private static void appendArgument(
      StringBuilder out, Hypercall call, Argument argument, long value) {
    switch (argument.kind()) {
      case COMMAND -> appendCommand(out, call, value);
      case HEX -> appendHex(out.append(argument.name()).append('='), value);
      case NUMBER -> appendNumber(out.append(argument.name()).append('='), value);
      case DOMAIN -> appendDomain(out.append(argument.name()).append('='), value);
    }
  }

  private static void appendCommand(StringBuilder out, Hypercall call, long value) {
    int command = (int) value;
    if (call.number() == Hypercalls.MEMORY_OP) {
      command &= 0x3f;
    }
    out.append(call.operationName(command));
    if (command != (int) value) {
      out.append('+').append((int) value >>> 6);
    }
  }

  private static void appendDomain(StringBuilder out, long value) {
    int domain = (int) value & 0xffff;
    switch (domain) {
      case Domid.SELF -> out.append("SELF");
      case Domid.IO -> out.append("IO");
      case Domid.XEN -> out.append("XEN");
      default -> out.append(domain);
    }
    if (value >>> 16 != 0) {
      appendHex(out.append('|'), value & ~0xffffL);
    }
  }

  private static void appendNumber(StringBuilder out, long value) {
    if (value > -4096 && value < 1L << 53) {
      out.append(value);
    } else {
      appendHex(out, value);
    }
  }

  private static void appendHex(StringBuilder out, long value) {
    out.append("0x").append(Long.toHexString(value));
  }
}
