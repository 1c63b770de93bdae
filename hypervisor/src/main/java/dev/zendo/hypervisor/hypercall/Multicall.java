package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.mmu.MulticallEntry;
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
    long entry = list;
    for (int i = 0; i != calls; i++, entry += ENTRY_SIZE) {
      if (i != 0 && caller.executor() != null && caller.schedule().mustStop()) {
        return Dispatcher.restart(
            caller, Hypercalls.MULTICALL, entry, (calls - i) & 0xffffffffL, a3, a4);
      }
      long at = caller.frameBuffer();
      if (!caller.guest().read(entry, at, ENTRY_SIZE)) {
        return -EFAULT;
      }
      long op = MulticallEntry.OP.get(HostView.HOST, at);
      long result = op == Hypercalls.MULTICALL ? -EINVAL : call(caller, op, at);
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
