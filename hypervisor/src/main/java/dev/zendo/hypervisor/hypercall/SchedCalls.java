package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.EPERM;
import static dev.zendo.hypercalls.Errno.ESRCH;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.sched.Poll;
import dev.zendo.hypercalls.sched.RemoteShutdown;
import dev.zendo.hypercalls.sched.SchedOp;
import dev.zendo.hypercalls.sched.Shutdown;
import dev.zendo.hypercalls.sched.Watchdog;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.event.EventChannels;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.sched.Scheduler;
import dev.zendo.hypervisor.time.Clock;
import dev.zendo.hypervisor.time.Timers;
import dev.zendo.hypervisor.trap.GuestEntry;

/** sched_op, its old form, and set_timer_op. */
public final class SchedCalls {
  private static final HostView HOST = HostView.HOST;
  private static final int MAX_POLLED = 128;
  private static final int COMPAT_YIELD = 0;
  private static final int COMPAT_BLOCK = 1;
  private static final int COMPAT_SHUTDOWN = 2;

  /** A timeout farther ahead than this is taken for a wrapped one. */
  private static final long FAR = 1L << 50;

  private static final long FAR_REPLACEMENT = 100_000_000;

  private final Scheduler scheduler;
  private final Domains domains;
  private final Timers timers;
  private final Clock clock;

  private SchedCalls(Scheduler scheduler, Domains domains, Timers timers, Clock clock) {
    this.scheduler = scheduler;
    this.domains = domains;
    this.timers = timers;
    this.clock = clock;
  }

  /** Installs the handlers. */
  public static void register(
      HypercallTable table, Scheduler scheduler, Domains domains, Timers timers, Clock clock) {
    SchedCalls calls = new SchedCalls(scheduler, domains, timers, clock);
    table.register(Hypercalls.SCHED_OP, (v, a1, a2, a3, a4, a5) -> calls.op(v, (int) a1, a2));
    table.register(
        Hypercalls.SCHED_OP_COMPAT, (v, a1, a2, a3, a4, a5) -> calls.compat(v, (int) a1, a2));
    table.register(Hypercalls.SET_TIMER_OP, (v, a1, a2, a3, a4, a5) -> calls.setTimer(v, a1));
  }

  private long compat(Vcpu v, int command, long argument) {
    switch (command) {
      case COMPAT_YIELD:
        return giveWay(v);
      case COMPAT_BLOCK:
        return block(v);
      case COMPAT_SHUTDOWN:
        v.domain().lifecycle().shutdown(v.domain(), (int) argument & 0xff);
        return 0;
      default:
        return -ENOSYS;
    }
  }

  private long op(Vcpu v, int command, long pointer) {
    return switch (command) {
      case SchedOp.YIELD -> giveWay(v);
      case SchedOp.BLOCK -> block(v);
      case SchedOp.SHUTDOWN -> shutdown(v, pointer);
      case SchedOp.POLL -> poll(v, pointer);
      case SchedOp.REMOTE_SHUTDOWN -> remoteShutdown(v, pointer);
      case SchedOp.SHUTDOWN_CODE -> shutdownCode(v, pointer);
      case SchedOp.WATCHDOG -> watchdog(v, pointer);
      case SchedOp.PIN_OVERRIDE -> -EPERM;
      default -> -ENOSYS;
    };
  }

  private long giveWay(Vcpu v) {
    if (v.executor() != null) {
      scheduler.yield(v);
    }
    return 0;
  }

  /** Sleeping is for vcpus that execute guest code; Java threads sleep by themselves. */
  private long block(Vcpu v) {
    GuestEntry.maskEvents(v, false);
    if (v.executor() == null) {
      return 0;
    }
    v.domain().events().stopPolling(v);
    scheduler.block(v);
    if (GuestEntry.eventDeliverable(v) || v.traps().nmiPending()) {
      scheduler.unblock(v);
    }
    return 0;
  }

  private long poll(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, Poll.LAYOUT)) {
      return -EFAULT;
    }
    int count = Poll.NR_PORTS.get(HOST, at);
    if (count < 0 || count > MAX_POLLED) {
      return -EINVAL;
    }
    long timeout = Poll.TIMEOUT.get(HOST, at);
    long ports = at + Poll.LAYOUT.size();
    int readable = readPorts(v, Poll.PORTS.get(HOST, at), ports, count);
    if (v.executor() == null) {
      return -ENOSYS;
    }
    EventChannels channels = v.domain().events();
    v.time().stopPollTimeout();
    // Blocked first: whoever takes it out of those that poll may mean an earlier poll, and wakes
    // it.
    scheduler.block(v);
    v.schedule().pollPort(-1);
    channels.startPolling(v);
    long result = ready(v, channels, ports, readable);
    if (result > 0 && readable < count) {
      result = -EFAULT;
    }
    if (result <= 0) {
      channels.stopPolling(v);
      scheduler.unblock(v);
      return result;
    }
    if (count == 1) {
      v.schedule().narrowPoll(HostMemory.getInt(ports));
    }
    if (timeout != 0) {
      limitPoll(v, channels, timeout);
    }
    return 0;
  }

  /** A time that has come already costs the caller's time, not that of who drives the timers. */
  private void limitPoll(Vcpu v, EventChannels channels, long timeout) {
    if (timeout > clock.nanos()) {
      v.time().setPollTimeout(timeout);
    } else {
      channels.stopPolling(v);
      scheduler.unblock(v);
    }
  }

  /** Xen looks at each port before it reads the next: how many can be read. */
  private static int readPorts(Vcpu v, long pointer, long to, int count) {
    if (count == 0 || v.guest().read(pointer, to, count * Integer.BYTES)) {
      return count;
    }
    int readable = 0;
    while (readable < count) {
      long offset = (long) readable * Integer.BYTES;
      if (!v.guest().read(pointer + offset, to + offset, Integer.BYTES)) {
        return readable;
      }
      readable++;
    }
    return readable;
  }

  /** 0 when there is nothing to wait for, positive when there is, else an errno. */
  private static long ready(Vcpu v, EventChannels channels, long ports, int count) {
    if (GuestEntry.eventDeliverable(v)) {
      return 0;
    }
    for (int i = 0; i < count; i++) {
      int port = HostMemory.getInt(ports + (long) i * Integer.BYTES);
      if (!channels.usable(port)) {
        return -EINVAL;
      }
      if (channels.pending(port)) {
        return 0;
      }
    }
    return 1;
  }

  private static long shutdown(Vcpu v, long pointer) {
    if (!Arguments.read(v, pointer, Shutdown.LAYOUT)) {
      return -EFAULT;
    }
    Domain domain = v.domain();
    domain.lifecycle().shutdown(domain, Shutdown.REASON.get(HOST, v.scratch()) & 0xff);
    return 0;
  }

  private static long shutdownCode(Vcpu v, long pointer) {
    if (!Arguments.read(v, pointer, Shutdown.LAYOUT)) {
      return -EFAULT;
    }
    if (v.domain().shutdownCode() < 0) {
      v.domain().shutdownCode(Shutdown.REASON.get(HOST, v.scratch()) & 0xff);
    }
    return 0;
  }

  private long remoteShutdown(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, RemoteShutdown.LAYOUT)) {
      return -EFAULT;
    }
    Domain domain = domains.get(RemoteShutdown.DOMAIN_ID.get(HOST, at));
    if (domain == null) {
      return -ESRCH;
    }
    if (!v.domain().privileged()) {
      return -EPERM;
    }
    domain.lifecycle().shutdown(domain, RemoteShutdown.REASON.get(HOST, at) & 0xff);
    return 0;
  }

  private long watchdog(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, Watchdog.LAYOUT)) {
      return -EFAULT;
    }
    return v.domain()
        .watchdogs()
        .set(Watchdog.ID.get(HOST, at), Watchdog.TIMEOUT.get(HOST, at), timers, clock);
  }

  private long setTimer(Vcpu v, long timeout) {
    if (timeout == 0) {
      v.time().stopSingleshot();
      return 0;
    }
    long now = clock.nanos();
    boolean far = timeout < 0 || timeout - now >= FAR;
    v.time().setSingleshot(far ? now + FAR_REPLACEMENT : timeout, now);
    return 0;
  }
}
