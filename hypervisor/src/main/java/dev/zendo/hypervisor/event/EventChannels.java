package dev.zendo.hypervisor.event;

import static dev.zendo.hypercalls.Errno.EACCES;
import static dev.zendo.hypercalls.Errno.EAGAIN;
import static dev.zendo.hypercalls.Errno.EEXIST;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOENT;

import dev.zendo.hypercalls.event.EventLimits;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * The event channels of one domain: which port is bound to what, and the way of an event into the
 * memory that the guest sees ({@link EventAbi}).
 *
 * <p>Thread-safe. Bindings change under a lock per domain; where two domains take part, the lower
 * number is locked first. Sending takes no lock. Results are port numbers, 0, or a negative errno.
 */
public final class EventChannels {
  /** Virtual interrupts (NR_VIRQS). */
  public static final int VIRQS = 24;

  /** VIRQ_TIMER. */
  public static final int VIRQ_TIMER = 0;

  /** VIRQ_DEBUG. */
  public static final int VIRQ_DEBUG = 1;

  /** VIRQ_DOM_EXC, to the control domain: some domain stopped or died. */
  public static final int VIRQ_DOM_EXC = 3;

  /** EVTCHNSTAT_virq. */
  public static final int STATUS_VIRQ = Binding.VIRQ;

  private static final int VIRQ_XENOPROF = 7;
  private static final int VIRQ_XENPMU = 13;

  private final Domain domain;
  private final PortTable ports = new PortTable();
  private final ReentrantLock lock = new ReentrantLock();
  private final Pollers pollers;
  private final Delivery delivery;
  private final int[][] virqPorts = new int[Domain.MAX_VCPUS][];
  private int open;

  /** No channel is open; port 0 never will be. */
  public EventChannels(Domain domain) {
    this.domain = domain;
    this.pollers = new Pollers(domain);
    this.delivery = new Delivery(domain, pollers);
    for (int vcpu = 0; vcpu < virqPorts.length; vcpu++) {
      virqPorts[vcpu] = new int[VIRQS];
    }
  }

  /** The domain whose ports these are. */
  public Domain domain() {
    return domain;
  }

  /** Visits the guest's frames to which its layout of events holds a writable reference. */
  public void forEachFrame(LongConsumer visitor) {
    delivery.forEachFrame(visitor);
  }

  /** Limits port numbers (max_evtchn_port of createdomain; negative for no limit). */
  public void maxPort(int highest) {
    ports.highest(highest);
  }

  /** Number of open ports. */
  public int open() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  /**
   * EVTCHNOP_alloc_unbound: a port of this domain that a domain may bind to.
   *
   * @param remoteId the number of that domain
   */
  public long allocateUnbound(int remoteId) {
    return bindFree(Binding.unbound(remoteId), 0);
  }

  /** EVTCHNOP_bind_interdomain: a new port here, bound to an unbound port of a domain. */
  public long bindInterdomain(Domain remote, int remotePort) {
    lockBoth(this, remote.events());
    try {
      Port there = remote.events().port(remotePort);
      int free = freePort();
      if (free < 0) {
        return free;
      }
      if (there == null
          || there.binding.state() != Binding.UNBOUND
          || there.binding.remoteId() != domain.id()) {
        return PortRefusals.state(remote, there, remotePort, -EINVAL);
      }
      Port here = port(free);
      if (here == there) {
        return -EINVAL;
      }
      bind(here, Binding.interdomain(remote, remotePort), 0);
      there.binding = Binding.interdomain(domain, free);
      delivery.raise(here);
      return free;
    } finally {
      unlockBoth(this, remote.events());
    }
  }

  /** EVTCHNOP_bind_virq. */
  public long bindVirq(int virq, long vcpu) {
    if (virq < 0 || virq >= VIRQS) {
      return -EINVAL;
    }
    if (global(virq) && vcpu != 0) {
      return -EINVAL;
    }
    if (domain.vcpu(vcpu) == null) {
      return -ENOENT;
    }
    lock.lock();
    try {
      if (virqPorts[(int) vcpu][virq] != 0) {
        Refusal.note(Rule.VIRQ_BOUND, virq, virqPorts[(int) vcpu][virq]);
        return -EEXIST;
      }
      long port = bindFree(Binding.virtualInterrupt(virq), (int) vcpu);
      if (port > 0) {
        virqPorts[(int) vcpu][virq] = (int) port;
      }
      return port;
    } finally {
      lock.unlock();
    }
  }

  /** EVTCHNOP_bind_ipi. */
  public long bindIpi(long vcpu) {
    return domain.vcpu(vcpu) == null ? -ENOENT : bindFree(Binding.TO_SELF, (int) vcpu);
  }

  /** EVTCHNOP_close; the peer of an interdomain port becomes unbound. */
  public long close(int number) {
    return closeOpen(number) ? 0 : refused(number, -EINVAL);
  }

  /** Closes a port if it is open; returns whether it was. */
  private boolean closeOpen(int number) {
    while (true) {
      Port port = port(number);
      if (port == null || port.binding == Binding.CLOSED) {
        return false;
      }
      Binding seen = port.binding;
      EventChannels peer = seen.state() == Binding.INTERDOMAIN ? seen.remote().events() : this;
      lockBoth(this, peer);
      try {
        if (port.binding == seen) {
          release(port, seen);
          return true;
        }
      } finally {
        unlockBoth(this, peer);
      }
    }
  }

  /** EVTCHNOP_send. */
  public long send(int number) {
    Port port = port(number);
    if (port == null) {
      return refused(number, -EINVAL);
    }
    Binding binding = port.binding;
    switch (binding.state()) {
      case Binding.INTERDOMAIN:
        EventChannels peer = binding.remote().events();
        Port there = peer.port(binding.remotePort());
        if (there != null) {
          peer.delivery.raise(there);
        }
        return 0;
      case Binding.IPI:
        delivery.raise(port);
        return 0;
      case Binding.UNBOUND:
        return 0;
      default:
        return refused(number, -EINVAL);
    }
  }

  /**
   * EVTCHNOP_status.
   *
   * @param into state, vcpu, then two values that depend on the state
   */
  public long status(int number, int[] into) {
    Port port = port(number);
    if (port == null) {
      return refused(number, -EINVAL);
    }
    Binding binding = port.binding;
    into[0] = binding.state();
    into[1] = port.vcpu;
    into[2] = 0;
    into[3] = 0;
    switch (binding.state()) {
      case Binding.UNBOUND -> into[2] = binding.remoteId();
      case Binding.INTERDOMAIN -> {
        into[2] = binding.remote().id();
        into[3] = binding.remotePort();
      }
      case Binding.VIRQ -> into[2] = binding.virq();
      default -> {}
    }
    return 0;
  }

  /** EVTCHNOP_bind_vcpu. */
  public long bindVcpu(int number, long vcpu) {
    if (domain.vcpu(vcpu) == null) {
      return -ENOENT;
    }
    Port port = port(number);
    if (port == null) {
      return refused(number, -EINVAL);
    }
    lock.lock();
    try {
      Binding binding = port.binding;
      boolean movable =
          binding.state() == Binding.UNBOUND
              || binding.state() == Binding.INTERDOMAIN
              || binding.state() == Binding.VIRQ && global(binding.virq());
      if (!movable) {
        return refused(number, -EINVAL);
      }
      port.vcpu = (int) vcpu;
      return 0;
    } finally {
      lock.unlock();
    }
  }

  /** EVTCHNOP_unmask. */
  public long unmask(int number) {
    Port port = port(number);
    if (port == null) {
      return refused(number, -EINVAL);
    }
    if (port.binding != Binding.CLOSED) {
      delivery.unmask(port);
    }
    return 0;
  }

  /** EVTCHNOP_set_priority. */
  public long setPriority(int number, int priority) {
    Port port = port(number);
    long result = port == null ? -EINVAL : delivery.setPriority(port, priority);
    return result == -EACCES || port == null ? refused(number, result) : result;
  }

  /**
   * EVTCHNOP_init_control: gives a vcpu its control block; the first one makes the domain use
   * queues.
   *
   * @param frame the guest's frame, any value
   * @param offset of the control block in it; checked
   */
  public long initControl(
      Vcpu vcpu, long frame, int offset, DomainMemory memory, MachineMemory machine) {
    int before;
    lock.lock();
    try {
      before = delivery.ports();
      long result = delivery.addControl(vcpu, frame, offset, memory, machine);
      if (result != 0) {
        return result;
      }
    } finally {
      lock.unlock();
    }
    if (delivery.ports() != before) {
      delivery.carryOver(ports.all());
    }
    return 0;
  }

  /** EVTCHNOP_expand_array: a page for more event words (the guest's frame, any value). */
  public long expandArray(long frame) {
    lock.lock();
    try {
      long result = delivery.addPage(frame);
      if (result != 0) {
        return result;
      }
    } finally {
      lock.unlock();
    }
    delivery.raiseEarly(ports.all());
    return 0;
  }

  /** EVTCHNOP_reset: closes every port and goes back to the two-level layout. */
  public long reset() {
    for (int number = 1; number < ports.all().length; number++) {
      closeOpen(number);
    }
    EventAbi old;
    lock.lock();
    try {
      if (open != 0) {
        return -EAGAIN;
      }
      old = delivery.reset();
    } finally {
      lock.unlock();
    }
    delivery.forget(old);
    return 0;
  }

  private long refused(int number, long error) {
    return PortRefusals.state(domain, port(number), number, error);
  }

  /** Whether a port is open. */
  public boolean usable(int number) {
    Port port = port(number);
    return port != null && port.binding != Binding.CLOSED;
  }

  /** Whether a port is pending. */
  public boolean pending(int number) {
    Port port = port(number);
    return port != null && delivery.pending(port);
  }

  /** Raises a virtual interrupt of a vcpu (for a global one: of vcpu 0), if it is bound. */
  public void raiseVirq(int virq, Vcpu vcpu) {
    int number = virqPorts[global(virq) ? 0 : vcpu.id()][virq];
    Port port = number == 0 ? null : port(number);
    if (port != null && port.binding.state() == Binding.VIRQ) {
      delivery.raise(port);
    }
  }

  /** Raises a global virtual interrupt, if it is bound. */
  public void raiseGlobalVirq(int virq) {
    if (domain.vcpuCount() > 0) {
      raiseVirq(virq, domain.vcpu(0));
    }
  }

  /** The vcpu begins to poll. */
  public void startPolling(Vcpu vcpu) {
    pollers.start(vcpu);
  }

  /** The vcpu polls no longer; returns whether it did. */
  public boolean stopPolling(Vcpu vcpu) {
    return pollers.stop(vcpu);
  }

  /** Closes all ports of a dying domain and waits for senders that are under way. */
  public void destroy() {
    while (reset() != 0) {
      // Somebody bound a port who had seen the domain alive; nobody does any more.
      Thread.onSpinWait();
    }
  }

  private long bindFree(Binding binding, int vcpu) {
    lock.lock();
    try {
      int free = freePort();
      if (free > 0) {
        bind(port(free), binding, vcpu);
      }
      return free;
    } finally {
      lock.unlock();
    }
  }

  private void bind(Port port, Binding binding, int vcpu) {
    port.vcpu = vcpu;
    port.priority = EventLimits.FIFO_PRIORITY_DEFAULT;
    port.binding = binding;
    open++;
  }

  private void release(Port port, Binding was) {
    if (was.state() == Binding.VIRQ) {
      virqPorts[global(was.virq()) ? 0 : port.vcpu][was.virq()] = 0;
    }
    if (was.state() == Binding.INTERDOMAIN) {
      Port peer = was.remote().events().port(was.remotePort());
      peer.binding = Binding.unbound(domain.id());
    }
    port.binding = Binding.CLOSED;
    port.vcpu = 0;
    open--;
    delivery.clear(port);
  }

  private int freePort() {
    if (domain.dying() != Domain.ALIVE) {
      return -EINVAL;
    }
    return ports.free(delivery);
  }

  private Port port(int number) {
    return ports.get(number);
  }

  private static boolean global(int virq) {
    return virq != VIRQ_TIMER && virq != VIRQ_DEBUG && virq != VIRQ_XENOPROF && virq != VIRQ_XENPMU;
  }

  private static void lockBoth(EventChannels a, EventChannels b) {
    EventChannels first = a.domain.id() <= b.domain.id() ? a : b;
    EventChannels second = first == a ? b : a;
    first.lock.lock();
    second.lock.lock();
  }

  private static void unlockBoth(EventChannels a, EventChannels b) {
    a.lock.unlock();
    b.lock.unlock();
  }
}
