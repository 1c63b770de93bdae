package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOENT;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.EPERM;
import static dev.zendo.hypercalls.Errno.ESRCH;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.event.AllocUnbound;
import dev.zendo.hypercalls.event.BindInterdomain;
import dev.zendo.hypercalls.event.BindIpi;
import dev.zendo.hypercalls.event.BindPirq;
import dev.zendo.hypercalls.event.BindVcpu;
import dev.zendo.hypercalls.event.BindVirq;
import dev.zendo.hypercalls.event.Close;
import dev.zendo.hypercalls.event.EventLimits;
import dev.zendo.hypercalls.event.EventOp;
import dev.zendo.hypercalls.event.ExpandArray;
import dev.zendo.hypercalls.event.FifoControlBlock;
import dev.zendo.hypercalls.event.InitControl;
import dev.zendo.hypercalls.event.Reset;
import dev.zendo.hypercalls.event.Send;
import dev.zendo.hypercalls.event.SetPriority;
import dev.zendo.hypercalls.event.Status;
import dev.zendo.hypercalls.event.Unmask;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.event.EventChannels;
import dev.zendo.hypervisor.machine.MachineMemory;

/** event_channel_op and its old form. */
public final class EventCalls {
  private static final HostView HOST = HostView.HOST;

  /** Where the union of the old form starts. */
  private static final int COMPAT_UNION = 4;

  /** What Xen makes of a reset that it interrupts; here it is never interrupted. */
  private static final int RESET_CONTINUED = 14;

  private static final int CHANNEL_UNBOUND = 1;
  private static final int CHANNEL_INTERDOMAIN = 2;

  /** Control blocks begin at multiples of this. */
  private static final int CONTROL_ALIGNMENT = 8;

  private final Domains domains;
  private final DomainMemory memory;
  private final MachineMemory machine;

  private EventCalls(Domains domains, DomainMemory memory, MachineMemory machine) {
    this.domains = domains;
    this.memory = memory;
    this.machine = machine;
  }

  /** Installs the handlers. */
  public static void register(
      HypercallTable table, Domains domains, DomainMemory memory, MachineMemory machine) {
    EventCalls calls = new EventCalls(domains, memory, machine);
    table.register(
        Hypercalls.EVENT_CHANNEL_OP, (v, a1, a2, a3, a4, a5) -> calls.op(v, (int) a1, a2));
    table.register(
        Hypercalls.EVENT_CHANNEL_OP_COMPAT, (v, a1, a2, a3, a4, a5) -> calls.compat(v, a1));
  }

  private long compat(Vcpu v, long pointer) {
    if (!v.guest().read(pointer, v.scratch(), Integer.BYTES)) {
      return -EFAULT;
    }
    int command = HOST.getInt(v.scratch());
    return command > EventOp.UNMASK || command < 0
        ? -ENOSYS
        : op(v, command, pointer + COMPAT_UNION);
  }

  private long op(Vcpu v, int command, long pointer) {
    return switch (command) {
      case EventOp.SEND -> port(v, pointer, Send.LAYOUT, Send.PORT, EventChannels::send);
      case EventOp.UNMASK -> port(v, pointer, Unmask.LAYOUT, Unmask.PORT, EventChannels::unmask);
      case EventOp.CLOSE -> port(v, pointer, Close.LAYOUT, Close.PORT, EventChannels::close);
      case EventOp.ALLOC_UNBOUND -> allocUnbound(v, pointer);
      case EventOp.BIND_INTERDOMAIN -> bindInterdomain(v, pointer);
      case EventOp.BIND_VIRQ -> bindVirq(v, pointer);
      case EventOp.BIND_IPI -> bindIpi(v, pointer);
      case EventOp.BIND_PIRQ -> bindPirq(v, pointer);
      case EventOp.STATUS -> status(v, pointer);
      case EventOp.BIND_VCPU -> bindVcpu(v, pointer);
      case EventOp.RESET, RESET_CONTINUED -> reset(v, pointer);
      case EventOp.INIT_CONTROL -> initControl(v, pointer);
      case EventOp.EXPAND_ARRAY -> expandArray(v, pointer);
      case EventOp.SET_PRIORITY -> setPriority(v, pointer);
      default -> -ENOSYS;
    };
  }

  @FunctionalInterface
  private interface PortOperation {
    long apply(EventChannels channels, int port);
  }

  private static long port(
      Vcpu v, long pointer, Layout layout, U32 field, PortOperation operation) {
    if (!Arguments.read(v, pointer, layout)) {
      return -EFAULT;
    }
    return operation.apply(v.domain().events(), field.get(HOST, v.scratch()));
  }

  private long allocUnbound(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, AllocUnbound.LAYOUT)) {
      return -EFAULT;
    }
    Domain domain = Callers.any(domains, v, AllocUnbound.DOM.get(HOST, at));
    if (domain == null) {
      return -ESRCH;
    }
    if (!Callers.actsFor(v, domain)) {
      return -EPERM;
    }
    int remote = AllocUnbound.REMOTE_DOM.get(HOST, at);
    long port = domain.events().allocateUnbound(remote == Domid.SELF ? v.domain().id() : remote);
    return answer(v, pointer, AllocUnbound.LAYOUT, AllocUnbound.PORT, port);
  }

  private long bindInterdomain(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, BindInterdomain.LAYOUT)) {
      return -EFAULT;
    }
    Domain remote = Callers.any(domains, v, BindInterdomain.REMOTE_DOM.get(HOST, at));
    if (remote == null) {
      return -ESRCH;
    }
    int there = BindInterdomain.REMOTE_PORT.get(HOST, at);
    long port = v.domain().events().bindInterdomain(remote, there);
    return answer(v, pointer, BindInterdomain.LAYOUT, BindInterdomain.LOCAL_PORT, port);
  }

  private static long bindVirq(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, BindVirq.LAYOUT)) {
      return -EFAULT;
    }
    long vcpu = BindVirq.VCPU.getUnsigned(HOST, at);
    long port = v.domain().events().bindVirq(BindVirq.VIRQ.get(HOST, at), vcpu);
    return answer(v, pointer, BindVirq.LAYOUT, BindVirq.PORT, port);
  }

  private static long bindIpi(Vcpu v, long pointer) {
    if (!Arguments.read(v, pointer, BindIpi.LAYOUT)) {
      return -EFAULT;
    }
    long port = v.domain().events().bindIpi(BindIpi.VCPU.getUnsigned(HOST, v.scratch()));
    return answer(v, pointer, BindIpi.LAYOUT, BindIpi.PORT, port);
  }

  /** No domain owns a physical interrupt; numbers that exist at all are a matter of permission. */
  private static long bindPirq(Vcpu v, long pointer) {
    if (!Arguments.read(v, pointer, BindPirq.LAYOUT)) {
      return -EFAULT;
    }
    long pirq = BindPirq.PIRQ.getUnsigned(HOST, v.scratch());
    return pirq < PhysdevCalls.PIRQS ? -EPERM : -EINVAL;
  }

  private static long answer(Vcpu v, long pointer, Layout layout, U32 field, long port) {
    if (port < 0) {
      return port;
    }
    field.set(HOST, v.scratch(), (int) port);
    return Arguments.write(v, pointer, layout) ? 0 : -EFAULT;
  }

  private long status(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, Status.LAYOUT)) {
      return -EFAULT;
    }
    Domain domain = Callers.any(domains, v, Status.DOM.get(HOST, at));
    if (domain == null) {
      return -ESRCH;
    }
    int[] state = v.traps().words();
    long result = domain.events().status(Status.PORT.get(HOST, at), state);
    if (result != 0) {
      return result;
    }
    if (!Callers.actsFor(v, domain)) {
      return -EPERM;
    }
    Status.STATUS.set(HOST, at, state[0]);
    Status.VCPU.set(HOST, at, state[1]);
    switch (state[0]) {
      case CHANNEL_UNBOUND -> Status.UNBOUND_DOM.set(HOST, at, state[2]);
      case CHANNEL_INTERDOMAIN -> {
        Status.INTERDOMAIN_DOM.set(HOST, at, state[2]);
        Status.INTERDOMAIN_PORT.set(HOST, at, state[3]);
      }
      default -> {
        if (state[2] != 0 || state[0] == EventChannels.STATUS_VIRQ) {
          Status.VIRQ.set(HOST, at, state[2]);
        }
      }
    }
    return Arguments.write(v, pointer, Status.LAYOUT) ? 0 : -EFAULT;
  }

  private static long bindVcpu(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, BindVcpu.LAYOUT)) {
      return -EFAULT;
    }
    int port = BindVcpu.PORT.get(HOST, at);
    return v.domain().events().bindVcpu(port, BindVcpu.VCPU.getUnsigned(HOST, at));
  }

  private long reset(Vcpu v, long pointer) {
    if (!Arguments.read(v, pointer, Reset.LAYOUT)) {
      return -EFAULT;
    }
    Domain domain = Callers.any(domains, v, Reset.DOM.get(HOST, v.scratch()));
    if (domain == null) {
      return -ESRCH;
    }
    if (!Callers.actsFor(v, domain)) {
      return -EPERM;
    }
    if (domain != v.domain() && domain.pauses() == 0) {
      return -EINVAL;
    }
    return domain.events().reset();
  }

  private long initControl(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, InitControl.LAYOUT)) {
      return -EFAULT;
    }
    Vcpu vcpu = v.domain().vcpu(InitControl.VCPU.getUnsigned(HOST, at));
    if (vcpu == null) {
      return -ENOENT;
    }
    long offset = InitControl.OFFSET.getUnsigned(HOST, at);
    if (offset > MachineMemory.FRAME_SIZE - FifoControlBlock.LAYOUT.size()
        || (offset & (CONTROL_ALIGNMENT - 1)) != 0) {
      return -EINVAL;
    }
    long frame = InitControl.CONTROL_GFN.get(HOST, at);
    long result = v.domain().events().initControl(vcpu, frame, (int) offset, memory, machine);
    if (result != 0) {
      return result;
    }
    InitControl.LINK_BITS.set(HOST, at, EventLimits.FIFO_LINK_BITS);
    return Arguments.write(v, pointer, InitControl.LAYOUT) ? 0 : -EFAULT;
  }

  private static long expandArray(Vcpu v, long pointer) {
    return Arguments.read(v, pointer, ExpandArray.LAYOUT)
        ? v.domain().events().expandArray(ExpandArray.ARRAY_GFN.get(HOST, v.scratch()))
        : -EFAULT;
  }

  private static long setPriority(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, SetPriority.LAYOUT)) {
      return -EFAULT;
    }
    int port = SetPriority.PORT.get(HOST, at);
    return v.domain().events().setPriority(port, SetPriority.PRIORITY.get(HOST, at));
  }
}
