package dev.zendo.hypervisor.event;

import static dev.zendo.hypercalls.Errno.EEXIST;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOENT;
import static dev.zendo.hypercalls.Errno.ENOSPC;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The event channels of one domain: which port is bound to what, and the way of an event into the
 * shared page (two-level bit maps of xen.h).
 *
 * <p>Thread-safe. Bindings change under a lock per domain; where two domains take part, the lower
 * number is locked first. Sending takes no lock. Results are port numbers, 0, or a negative errno.
 */
public final class EventChannels {
  /** Ports of the two-level layout. */
  public static final int MAX_PORTS = 4096;

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

  /** Ports come into being in groups of this size; Xen's page of channel records holds as many. */
  private static final int GROUP = 64;

  private static final int PENDING_OFFSET = 2048;
  private static final int MASK_OFFSET = 2560;
  private static final int SELECTOR_OFFSET = 8;

  private final Domain domain;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicInteger senders = new AtomicInteger();
  private final AtomicLong pollers = new AtomicLong();
  private final int[][] virqPorts = new int[Domain.MAX_VCPUS][];
  private volatile Port[] ports;
  private volatile int maxPort = MAX_PORTS - 1;
  private int open;

  /** No channel is open; port 0 never will be. */
  public EventChannels(Domain domain) {
    this.domain = domain;
    this.ports = grow(new Port[0]);
    for (int vcpu = 0; vcpu < virqPorts.length; vcpu++) {
      virqPorts[vcpu] = new int[VIRQS];
    }
  }

  /** The domain whose ports these are. */
  public Domain domain() {
    return domain;
  }

  /** Limits port numbers (max_evtchn_port of createdomain). */
  public void maxPort(int highest) {
    maxPort = Math.max(1, Math.min(highest, MAX_PORTS - 1));
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
        return -EINVAL;
      }
      Port here = ports[free];
      if (here == there) {
        return -EINVAL;
      }
      bind(here, Binding.interdomain(remote, remotePort), 0);
      there.binding = Binding.interdomain(domain, free);
      raise(here);
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
    while (true) {
      Port port = port(number);
      if (port == null || port.binding == Binding.CLOSED) {
        return -EINVAL;
      }
      Binding seen = port.binding;
      EventChannels peer = seen.state() == Binding.INTERDOMAIN ? seen.remote().events() : this;
      lockBoth(this, peer);
      try {
        if (port.binding == seen) {
          release(port, seen);
          return 0;
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
      return -EINVAL;
    }
    Binding binding = port.binding;
    switch (binding.state()) {
      case Binding.INTERDOMAIN:
        EventChannels peer = binding.remote().events();
        Port there = peer.port(binding.remotePort());
        if (there != null) {
          peer.raise(there);
        }
        return 0;
      case Binding.IPI:
        raise(port);
        return 0;
      case Binding.UNBOUND:
        return 0;
      default:
        return -EINVAL;
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
      return -EINVAL;
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
      return -EINVAL;
    }
    lock.lock();
    try {
      Binding binding = port.binding;
      boolean movable =
          binding.state() == Binding.UNBOUND
              || binding.state() == Binding.INTERDOMAIN
              || binding.state() == Binding.VIRQ && global(binding.virq());
      if (!movable) {
        return -EINVAL;
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
      return -EINVAL;
    }
    long shared = beginDelivery();
    try {
      Vcpu vcpu = domain.vcpu(port.vcpu);
      if (shared != 0
          && vcpu != null
          && SharedBits.testAndClear(shared + MASK_OFFSET, number)
          && SharedBits.test(shared + PENDING_OFFSET, number)) {
        select(vcpu, number);
      }
    } finally {
      endDelivery();
    }
    return 0;
  }

  /** EVTCHNOP_reset: closes every port. */
  public long reset() {
    for (int number = 1; number < ports.length; number++) {
      close(number);
    }
    return 0;
  }

  /** Whether a port exists (open or not). */
  public boolean exists(int number) {
    return port(number) != null;
  }

  /** Whether a port is open. */
  public boolean usable(int number) {
    Port port = port(number);
    return port != null && port.binding != Binding.CLOSED;
  }

  /** Whether the pending bit of a port is set. */
  public boolean pending(int number) {
    long shared = domain.sharedInfo();
    return shared != 0 && port(number) != null && SharedBits.test(shared + PENDING_OFFSET, number);
  }

  /** Raises a virtual interrupt of a vcpu (for a global one: of vcpu 0), if it is bound. */
  public void raiseVirq(int virq, Vcpu vcpu) {
    int number = virqPorts[global(virq) ? 0 : vcpu.id()][virq];
    Port port = number == 0 ? null : port(number);
    if (port != null && port.binding.state() == Binding.VIRQ) {
      raise(port);
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
    pollers.getAndAccumulate(1L << vcpu.id(), (old, bit) -> old | bit);
  }

  /** The vcpu polls no longer; returns whether it did. */
  public boolean stopPolling(Vcpu vcpu) {
    long bit = 1L << vcpu.id();
    if ((pollers.get() & bit) == 0) {
      return false;
    }
    vcpu.schedule().pollPort(0);
    return (pollers.getAndAccumulate(bit, (old, mask) -> old & ~mask) & bit) != 0;
  }

  /** Closes all ports of a dying domain and waits for senders that are under way. */
  public void destroy() {
    reset();
    while (senders.get() != 0) {
      Thread.onSpinWait();
    }
  }

  /**
   * Brackets an access to the shared pages of the domain from outside it: while one is under way
   * they stay. Every call is followed by {@link #endDelivery}.
   *
   * @return host address of the shared page, 0 when the domain is dying or has none
   */
  public long beginDelivery() {
    senders.incrementAndGet();
    return domain.dying() == Domain.ALIVE ? domain.sharedInfo() : 0;
  }

  /** Ends {@link #beginDelivery}. */
  public void endDelivery() {
    senders.decrementAndGet();
  }

  private void raise(Port port) {
    long shared = beginDelivery();
    try {
      Vcpu vcpu = domain.vcpu(port.vcpu);
      if (shared == 0 || vcpu == null) {
        return;
      }
      int number = port.number;
      if (SharedBits.testAndSet(shared + PENDING_OFFSET, number)) {
        return;
      }
      if (!SharedBits.test(shared + MASK_OFFSET, number)) {
        select(vcpu, number);
      }
      wakePollers(number);
    } finally {
      endDelivery();
    }
  }

  private void select(Vcpu vcpu, int number) {
    if (!SharedBits.testAndSet(vcpu.vcpuInfo() + SELECTOR_OFFSET, number >>> 6)) {
      vcpu.markEventPending();
    }
  }

  private void wakePollers(int number) {
    long waiting = pollers.get();
    while (waiting != 0) {
      Vcpu vcpu = domain.vcpu(Long.numberOfTrailingZeros(waiting));
      waiting &= waiting - 1;
      int wanted = vcpu.schedule().pollPort();
      if ((wanted <= 0 || wanted == number) && stopPolling(vcpu)) {
        vcpu.kick();
      }
    }
  }

  private long bindFree(Binding binding, int vcpu) {
    lock.lock();
    try {
      int free = freePort();
      if (free > 0) {
        bind(ports[free], binding, vcpu);
      }
      return free;
    } finally {
      lock.unlock();
    }
  }

  private void bind(Port port, Binding binding, int vcpu) {
    port.vcpu = vcpu;
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
    long shared = beginDelivery();
    if (shared != 0) {
      SharedBits.testAndClear(shared + PENDING_OFFSET, port.number);
    }
    endDelivery();
  }

  private int freePort() {
    if (domain.dying() != Domain.ALIVE) {
      return -EINVAL;
    }
    for (int number = 1; number <= maxPort; number++) {
      if (number == ports.length) {
        ports = grow(ports);
      }
      if (ports[number].binding == Binding.CLOSED) {
        return number;
      }
    }
    return -ENOSPC;
  }

  private Port port(int number) {
    Port[] all = ports;
    return number >= 0 && number < all.length ? all[number] : null;
  }

  private static Port[] grow(Port[] old) {
    Port[] more = Arrays.copyOf(old, old.length + GROUP);
    for (int number = old.length; number < more.length; number++) {
      more[number] = new Port(number);
    }
    return more;
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
