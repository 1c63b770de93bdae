package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOSYS;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.trap.CallbackFlags;
import dev.zendo.hypercalls.trap.CallbackOp;
import dev.zendo.hypercalls.trap.CallbackRegister;
import dev.zendo.hypercalls.trap.CallbackType;
import dev.zendo.hypercalls.trap.CallbackUnregister;
import dev.zendo.hypercalls.trap.NmiCallback;
import dev.zendo.hypercalls.trap.NmiOp;
import dev.zendo.hypercalls.trap.TrapInfo;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.TrapState;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.trap.GuestEntry;

/** How a guest kernel registers its entry points. */
public final class TrapCalls {
  /** TI flag: entry masks events. */
  private static final int MASKS = 4;

  private static final int NMI_VECTOR = 2;

  private TrapCalls() {}

  /** Installs the handlers. */
  public static void register(HypercallTable table) {
    table.register(Hypercalls.SET_TRAP_TABLE, (v, a1, a2, a3, a4, a5) -> setTrapTable(v, a1));
    table.register(
        Hypercalls.SET_CALLBACKS, (v, a1, a2, a3, a4, a5) -> setCallbacks(v, a1, a2, a3));
    table.register(Hypercalls.CALLBACK_OP, (v, a1, a2, a3, a4, a5) -> callbackOp(v, (int) a1, a2));
    table.register(Hypercalls.NMI_OP, (v, a1, a2, a3, a4, a5) -> nmiOp(v, (int) a1, a2));
  }

  private static long setTrapTable(Vcpu v, long list) {
    TrapState traps = v.traps();
    if (list == 0) {
      for (int vector = 0; vector < TrapState.VECTORS; vector++) {
        traps.set(vector, 0, 0, 0);
      }
      return 0;
    }
    long at = v.scratch();
    for (long entry = list; ; entry += TrapInfo.LAYOUT.size()) {
      if (!Arguments.read(v, entry, TrapInfo.LAYOUT)) {
        return -EFAULT;
      }
      long address = TrapInfo.ADDRESS.get(HostView.HOST, at);
      if (address == 0) {
        return 0;
      }
      if (!Arguments.canonical(address)) {
        return -EINVAL;
      }
      traps.set(
          TrapInfo.VECTOR.get(HostView.HOST, at),
          TrapInfo.FLAGS.get(HostView.HOST, at),
          TrapInfo.CS.get(HostView.HOST, at) | 3,
          address);
      if (Dispatcher.mustStop(v)) {
        return Dispatcher.restart(
            v, Hypercalls.SET_TRAP_TABLE, entry + TrapInfo.LAYOUT.size(), 0, 0, 0);
      }
    }
  }

  private static long setCallbacks(Vcpu v, long event, long failsafe, long syscall) {
    register(v, CallbackType.EVENT, 0, event);
    register(v, CallbackType.FAILSAFE, 0, failsafe);
    register(v, CallbackType.SYSCALL, 0, syscall);
    return 0;
  }

  private static long callbackOp(Vcpu v, int command, long pointer) {
    long at = v.scratch();
    switch (command) {
      case CallbackOp.REGISTER:
        if (!Arguments.read(v, pointer, CallbackRegister.LAYOUT)) {
          return -EFAULT;
        }
        return register(
            v,
            CallbackRegister.TYPE.get(HostView.HOST, at),
            CallbackRegister.FLAGS.get(HostView.HOST, at),
            CallbackRegister.ADDRESS.get(HostView.HOST, at));
      case CallbackOp.UNREGISTER:
        if (!Arguments.read(v, pointer, CallbackUnregister.LAYOUT)) {
          return -EFAULT;
        }
        return unregister(v, CallbackUnregister.TYPE.get(HostView.HOST, at));
      default:
        return -ENOSYS;
    }
  }

  private static long register(Vcpu v, int type, int flags, long address) {
    if (!Arguments.canonical(address)) {
      return -EINVAL;
    }
    switch (type) {
      case CallbackType.EVENT:
        v.traps().callback(type, address, true);
        return 0;
      case CallbackType.FAILSAFE:
      case CallbackType.SYSCALL:
      case CallbackType.SYSCALL32:
      case CallbackType.SYSENTER:
        v.traps().callback(type, address, (flags & CallbackFlags.MASK_EVENTS) != 0);
        return 0;
      case CallbackType.NMI:
        v.traps().set(NMI_VECTOR, MASKS, GuestEntry.CODE64, address);
        return 0;
      default:
        return -ENOSYS;
    }
  }

  private static long unregister(Vcpu v, int type) {
    switch (type) {
      case CallbackType.EVENT:
      case CallbackType.FAILSAFE:
      case CallbackType.SYSCALL:
      case CallbackType.SYSCALL32:
      case CallbackType.SYSENTER:
        return -EINVAL;
      case CallbackType.NMI:
        v.traps().set(NMI_VECTOR, 0, 0, 0);
        return 0;
      default:
        return -ENOSYS;
    }
  }

  private static long nmiOp(Vcpu v, int command, long pointer) {
    switch (command) {
      case NmiOp.REGISTER_CALLBACK:
        if (!Arguments.read(v, pointer, NmiCallback.LAYOUT)) {
          return -EFAULT;
        }
        return register(
            v, CallbackType.NMI, 0, NmiCallback.HANDLER_ADDRESS.get(HostView.HOST, v.scratch()));
      case NmiOp.UNREGISTER_CALLBACK:
        return unregister(v, CallbackType.NMI);
      default:
        return -ENOSYS;
    }
  }
}
