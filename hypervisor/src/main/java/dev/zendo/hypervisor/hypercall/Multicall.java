package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.mmu.MulticallEntry;
import dev.zendo.hypervisor.domain.CallRestart;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;

/**
 * Runs a list of hypercalls in order and stores each result in its entry. An iret ends the list; a
 * multicall inside the list fails.
 */
final class Multicall implements HypercallHandler {
  private static final int ENTRY_SIZE = MulticallEntry.LAYOUT.size();

  private final Dispatcher dispatcher;

  Multicall(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  @Override
  public long handle(Vcpu caller, long list, long count, long a3, long a4, long a5) {
    int calls = (int) count;
    if (!Arguments.addressable(list)) {
      return -EFAULT;
    }
    long entry = list;
    for (int i = 0; i != calls; i++, entry += ENTRY_SIZE) {
      if (i != 0 && Dispatcher.mustStop(caller)) {
        return stopAt(caller, entry, calls - i);
      }
      long at = caller.frameBuffer();
      if (!caller.guest().read(entry, at, ENTRY_SIZE)) {
        return -EFAULT;
      }
      long op = MulticallEntry.OP.get(HostView.HOST, at);
      caller.restart().begin(true);
      long result = op == Hypercalls.MULTICALL ? -EINVAL : call(caller, op, at);
      if (caller.restart().requested()) {
        return writeArguments(caller, entry) ? stopAt(caller, entry, calls - i) : -EFAULT;
      }
      HostView.HOST.putLong(at, result);
      if (!caller.guest().write(entry + MulticallEntry.RESULT.offset(), at, Long.BYTES)) {
        return -EFAULT;
      }
      if (op == Hypercalls.IRET) {
        return result;
      }
    }
    return 0;
  }

  private static long stopAt(Vcpu caller, long entry, int left) {
    caller.restart().begin(false);
    return Dispatcher.restart(caller, Hypercalls.MULTICALL, entry, left & 0xffffffffL, 0, 0);
  }

  /** Stores the arguments of a call that stopped in between in its entry. */
  private static boolean writeArguments(Vcpu caller, long entry) {
    long at = caller.frameBuffer();
    int bytes = CallRestart.ARGUMENTS * Long.BYTES;
    for (int i = 0; i < CallRestart.ARGUMENTS; i++) {
      HostView.HOST.putLong(at + (long) i * Long.BYTES, caller.restart().argument(i));
    }
    return caller.guest().write(entry + MulticallEntry.ARGS.offset(), at, bytes);
  }

  private long call(Vcpu caller, long op, long at) {
    return dispatcher.call(
        caller,
        op,
        MulticallEntry.ARGS.get(HostView.HOST, at, 0),
        MulticallEntry.ARGS.get(HostView.HOST, at, 1),
        MulticallEntry.ARGS.get(HostView.HOST, at, 2),
        MulticallEntry.ARGS.get(HostView.HOST, at, 3),
        MulticallEntry.ARGS.get(HostView.HOST, at, 4));
  }
}
