package dev.zendo.dom0.control;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.event.AllocUnbound;
import dev.zendo.hypercalls.event.BindInterdomain;
import dev.zendo.hypercalls.event.BindVirq;
import dev.zendo.hypercalls.event.Close;
import dev.zendo.hypercalls.event.EventLimits;
import dev.zendo.hypercalls.event.EventOp;
import dev.zendo.hypercalls.event.Send;
import dev.zendo.hypercalls.start.SharedInfo;
import dev.zendo.hypercalls.start.VcpuInfo;
import dev.zendo.hypervisor.control.ControlDomainPort;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.hypervisor.sched.Threads;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ObjIntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Event channels of the control domain, and the thread that runs their handlers. Handlers run one
 * after the other on that thread and must not block for long. All methods are thread-safe.
 */
public final class EventPorts {
  private static final Logger LOG = LoggerFactory.getLogger(EventPorts.class);

  private static final int WORDS = EventLimits.V2L_NR_CHANNELS / Long.SIZE;

  /** How often a waiting thread looks whether the event thread still lives. */
  private static final long STOPPED_CHECK_MILLIS = 100;

  private final CallGate gate;
  private final long sharedInfo;
  private final long vcpuInfo;
  private final AtomicReferenceArray<Task> handlers =
      new AtomicReferenceArray<>(EventLimits.V2L_NR_CHANNELS);
  private final Queue<Task> kicks = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile ObjIntConsumer<Throwable> failed = EventPorts::log;
  private volatile boolean closed;

  /** What runs on the event thread, and the domain for which it does; 0 for nobody else's. */
  private record Task(int domain, Runnable work) {}

  EventPorts(CallGate gate, ControlDomainPort port, long sharedInfo, String name) {
    this.gate = gate;
    this.sharedInfo = sharedInfo;
    this.vcpuInfo = SharedInfo.VCPU_INFO.at(sharedInfo, 0);
    this.thread = DaemonThreads.make(name, this::loop);
    port.onUpcall(() -> LockSupport.unpark(thread));
  }

  /**
   * Sets who is told when a handler throws something, on the event thread: the throwable and the
   * domain for which it worked, 0 for nobody else's.
   */
  public void onFailure(ObjIntConsumer<Throwable> listener) {
    failed = listener;
  }

  /** Notes an error of ours in something that was done for a domain. */
  public void failed(int domain, Throwable cause) {
    failed.accept(cause, domain);
  }

  private static void log(Throwable cause, int domain) {
    LOG.error("an event handler for domain {} failed", domain, cause);
  }

  /** Starts serving events. */
  void start() {
    thread.start();
  }

  /** Stops serving events; a handler that runs is waited for. */
  void stop() {
    closed = true;
    LockSupport.unpark(thread);
    Threads.awaitEnd(thread);
  }

  private long argument(int size) {
    return gate.clear(0, size);
  }

  /** Creates a port in another domain that the control domain may bind. */
  public int allocUnbound(int domain) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      long at = argument(AllocUnbound.LAYOUT.size());
      AllocUnbound.DOM.set(memory, at, domain);
      AllocUnbound.REMOTE_DOM.set(memory, at, Domid.SELF);
      op("creating an event channel in domain " + domain, EventOp.ALLOC_UNBOUND, at);
      return AllocUnbound.PORT.get(memory, at);
    } finally {
      gate.lock().unlock();
    }
  }

  /**
   * Binds a port of another domain.
   *
   * @param handler runs at every event, and once at the beginning, on the event thread
   * @return the local port
   */
  public int bind(int domain, int remotePort, Runnable handler) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      long at = argument(BindInterdomain.LAYOUT.size());
      BindInterdomain.REMOTE_DOM.set(memory, at, domain);
      BindInterdomain.REMOTE_PORT.set(memory, at, remotePort);
      op("binding an event channel of domain " + domain, EventOp.BIND_INTERDOMAIN, at);
      return handle(BindInterdomain.LOCAL_PORT.get(memory, at), new Task(domain, handler));
    } finally {
      gate.lock().unlock();
    }
  }

  /** Runs something on the event thread, between events; it may post itself again. */
  public void post(Runnable task) {
    post(0, task);
  }

  /** The same for something that is done for a domain. */
  public void post(int domain, Runnable task) {
    post(new Task(domain, task));
  }

  /**
   * Runs something on the event thread and waits for its end. On that thread, and where there is
   * none (yet, or any more), it runs at once.
   */
  public void await(Runnable task) {
    if (Thread.currentThread() == thread || !thread.isAlive()) {
      task.run();
      return;
    }
    FutureTask<Void> future = new FutureTask<>(task, null);
    post(future);
    // If the thread ends before it comes to this task, it is ours.
    await(future, future);
  }

  /**
   * Waits for something that completes on the event thread; not on that thread. Where there is none
   * (any more), the calling thread serves.
   */
  public void await(Future<?> completion) {
    await(completion, this::serve);
  }

  private void await(Future<?> completion, Runnable otherwise) {
    try {
      while (true) {
        try {
          completion.get(STOPPED_CHECK_MILLIS, TimeUnit.MILLISECONDS);
          return;
        } catch (TimeoutException e) {
          if (!thread.isAlive()) {
            otherwise.run();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the event thread", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void post(Task task) {
    kicks.add(task);
    LockSupport.unpark(thread);
  }

  /** Binds a global virtual interrupt and returns its port. */
  public int bindVirq(int virq, Runnable handler) {
    gate.lock().lock();
    try {
      PhysicalMemory memory = gate.memory();
      long at = argument(BindVirq.LAYOUT.size());
      BindVirq.VIRQ.set(memory, at, virq);
      op("binding virtual interrupt " + virq, EventOp.BIND_VIRQ, at);
      return handle(BindVirq.PORT.get(memory, at), new Task(0, handler));
    } finally {
      gate.lock().unlock();
    }
  }

  private int handle(int port, Task handler) {
    handlers.set(port, handler);
    // An event that came before the handler was there has been lost. The port may be closed again
    // before the task's turn comes.
    post(
        handler.domain(),
        () -> {
          if (handlers.get(port) == handler) {
            handler.work().run();
          }
        });
    return port;
  }

  /** Closes a local port. */
  public void close(int port) {
    gate.lock().lock();
    try {
      handlers.set(port, null);
      long at = argument(Close.LAYOUT.size());
      Close.PORT.set(gate.memory(), at, port);
      op("closing event channel " + port, EventOp.CLOSE, at);
    } finally {
      gate.lock().unlock();
    }
  }

  /** Raises an event at the other end of a local port. */
  public void send(int port) {
    gate.lock().lock();
    try {
      long at = argument(Send.LAYOUT.size());
      Send.PORT.set(gate.memory(), at, port);
      op("sending an event through port " + port, EventOp.SEND, at);
    } finally {
      gate.lock().unlock();
    }
  }

  private void op(String what, int command, long at) {
    gate.check(what, Hypercalls.EVENT_CHANNEL_OP, command, at, 0, 0);
  }

  /** Whether there is a thread that serves events; if not, somebody calls {@link #serve}. */
  public boolean threaded() {
    return thread.isAlive();
  }

  /** Serves what waits, on the calling thread; for machines without threads of their own. */
  public void serve() {
    PhysicalMemory memory = unmask();
    boolean more = true;
    while (more) {
      more = scan(memory);
    }
  }

  private PhysicalMemory unmask() {
    PhysicalMemory memory = gate.memory();
    VcpuInfo.EVTCHN_UPCALL_MASK.set(memory, vcpuInfo, 0);
    memory.fullFence();
    return memory;
  }

  private void loop() {
    PhysicalMemory memory = unmask();
    while (!closed) {
      if (!scan(memory)) {
        LockSupport.park(this);
      }
    }
  }

  /** Runs one posted task and the handlers of all pending events; false when there was nothing. */
  private boolean scan(PhysicalMemory memory) {
    // One only: a task may post itself again, and no event should have to wait for its end.
    Task kick = kicks.poll();
    if (kick != null) {
      run(kick);
    }
    return scanEvents(memory) || kick != null;
  }

  private boolean scanEvents(PhysicalMemory memory) {
    VcpuInfo.EVTCHN_UPCALL_PENDING.set(memory, vcpuInfo, 0);
    memory.fullFence();
    long words = memory.getAndSetLong(VcpuInfo.EVTCHN_PENDING_SEL.offset() + vcpuInfo, 0);
    if (words == 0) {
      return false;
    }
    while (words != 0) {
      int word = Long.numberOfTrailingZeros(words);
      words &= words - 1;
      if (word < WORDS) {
        scanWord(memory, word);
      }
    }
    return true;
  }

  private void scanWord(PhysicalMemory memory, int word) {
    long at = sharedInfo + SharedInfo.EVTCHN_PENDING.offset() + 8L * word;
    long mask = SharedInfo.EVTCHN_MASK.get(memory, sharedInfo, word);
    long old = memory.getLong(at);
    while (!memory.compareAndSetLong(at, old, old & mask)) {
      old = memory.getLong(at);
    }
    long bits = old & ~mask;
    while (bits != 0) {
      int port = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
      bits &= bits - 1;
      Task handler = handlers.get(port);
      if (handler != null) {
        run(handler);
      }
    }
  }

  /** Whatever a task throws ends here: the thread serves the others. */
  private void run(Task task) {
    try {
      task.work().run();
    } catch (RuntimeException | Error e) {
      failed.accept(e, task.domain());
    }
  }
}
