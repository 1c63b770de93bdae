package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.interpreter.fusion.Chain;
import dev.zendo.hypervisor.engine.interpreter.fusion.Fuser;
import dev.zendo.hypervisor.machine.HostMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the ops of hot blocks joined, on a thread of its own that ends when there is nothing to do.
 * Thread-safe.
 */
final class HotBlocks {
  /** Calls after which the JVM has a method compiled. */
  private static final int WARM = 400;

  /** Blocks that wait to be joined; more stay as they are. */
  private static final int QUEUE = 4096;

  /**
   * Classes at a time. Each takes 5 to 9 KB of the JVM's class memory until its block is dropped
   * and the class is unloaded.
   */
  private static final int MAX_CLASSES = 4096;

  /**
   * Ops in those classes. Each takes 100 to 500 bytes of the JVM's code cache, which has 48 MB and
   * must not fill up: the JVM would stop compiling, for all guests.
   */
  private static final int MAX_OPS = 12 * MAX_CLASSES;

  private static final Logger LOG = LoggerFactory.getLogger(HotBlocks.class);

  private final CodeCache cache;
  private final Heat heat;

  /** Made for the first hot block: a start without one need not load what it consists of. */
  private Fuser fuser;

  /** The classes that the JVM has not unloaded. */
  private final Set<Loaded> classes = new HashSet<>();

  /** Ops in those classes. */
  private int joinedOps;

  /** A block could not be joined; a guest that finds out how must not fill the log. */
  private boolean warned;

  /** How many classes were made. */
  private volatile long made;

  private final ReferenceQueue<Object> unloaded = new ReferenceQueue<>();
  private final ThreadPoolExecutor worker =
      new ThreadPoolExecutor(
          1,
          1,
          1,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(QUEUE),
          HotBlocks::thread,
          new ThreadPoolExecutor.DiscardPolicy());

  HotBlocks(CodeCache cache, Heat heat) {
    this.cache = cache;
    this.heat = heat;
    worker.allowCoreThreadTimeOut(true);
  }

  private Fuser fuser() {
    if (fuser == null) {
      fuser =
          new Fuser(
              new Chain(
                  lookup(),
                  "next",
                  "exec",
                  MethodType.methodType(Block.class, Cpu.class),
                  new Chain.Registers("state", 16, HostMemory.class)));
    }
    return fuser;
  }

  private static MethodHandles.Lookup lookup() {
    try {
      return MethodHandles.privateLookupIn(Op.class, MethodHandles.lookup());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "hot-blocks");
    thread.setDaemon(true);
    return thread;
  }

  /** When blocks are hot. */
  Heat heat() {
    return heat;
  }

  /** How many classes of joined ops were made so far. */
  long made() {
    return made;
  }

  /** A block has run as often as {@link Heat} says. */
  void hotter(Block block) {
    if (!block.isKept()) {
      return;
    }
    if (!block.hot) {
      cache.frame(block.frame).extend(block);
    } else if (block.secondFrame < 0) {
      request(block);
    }
  }

  private void request(Block block) {
    if (heat.background()) {
      worker.execute(() -> join(block));
    } else {
      join(block);
    }
  }

  private synchronized void join(Block block) {
    dropUnloaded();
    if (block.joined || !block.isAlive() || isFull()) {
      return;
    }
    block.joined = true;
    try {
      List<Joined> parts = parts(block);
      install(block, parts);
      made = made + parts.size();
    } catch (RuntimeException | LinkageError e) {
      warn(e);
    }
  }

  private boolean isFull() {
    return classes.size() >= MAX_CLASSES || joinedOps >= MAX_OPS;
  }

  private void warn(Throwable cause) {
    if (!warned) {
      LOG.warn("a hot block, and perhaps others, cannot be joined: {}", cause.toString());
      warned = true;
    }
  }

  private void dropUnloaded() {
    for (Object gone = unloaded.poll(); gone != null; gone = unloaded.poll()) {
      classes.remove(gone);
      joinedOps -= ((Loaded) gone).ops;
    }
  }

  private List<Joined> parts(Block block) {
    List<Op> ops = new ArrayList<>();
    for (Op op = block.first; op != null; op = op.next) {
      ops.add(op);
    }
    List<Joined> parts = new ArrayList<>();
    List<Fuser.Run> runs = fuser().fuse(ops);
    for (int i = 0; i < runs.size(); i++) {
      int start = runs.get(i).start;
      int end = i + 1 < runs.size() ? runs.get(i + 1).start : ops.size();
      Op op = (Op) runs.get(i).fused;
      count(op, end - start);
      warm(op);
      parts.add(new Joined(start == 0 ? null : ops.get(start - 1), op));
    }
    return parts;
  }

  /** Counts a class made of up to so many ops. */
  private void count(Op op, int ops) {
    classes.add(new Loaded(op.getClass(), unloaded, ops));
    joinedOps += ops;
  }

  private void install(Block block, List<Joined> parts) {
    VarHandle.storeStoreFence();
    cache.frame(block.frame).install(block, parts);
  }

  /** Has the JVM compile the op before it is used. */
  private static void warm(Op op) {
    for (int i = 0; i < WARM; i++) {
      op.exec(null);
    }
  }

  /** A class that the JVM may unload. */
  private static final class Loaded extends WeakReference<Object> {
    private final int ops;

    Loaded(Class<?> type, ReferenceQueue<Object> unloaded, int ops) {
      super(type, unloaded);
      this.ops = ops;
    }
  }

  /** Ops joined into one, and the op before them in the block. */
  static final class Joined {
    private final Op before;
    private final Op op;

    Joined(Op before, Op op) {
      this.before = before;
      this.op = op;
    }

    void install(Block block) {
      if (before == null) {
        block.first = op;
      } else {
        before.next = op;
      }
    }
  }
}
