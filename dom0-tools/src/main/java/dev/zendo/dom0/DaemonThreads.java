package dev.zendo.dom0;

import java.util.concurrent.ThreadFactory;

/** Makes threads that do not keep the process alive. Thread-safe. */
public final class DaemonThreads {
  private DaemonThreads() {}

  /** A thread that does not run yet. */
  public static Thread make(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /** A thread that runs. */
  public static Thread start(String name, Runnable work) {
    Thread thread = make(name, work);
    thread.start();
    return thread;
  }

  /** Makes threads for an executor, all of one name. */
  public static ThreadFactory named(String name) {
    return work -> make(name, work);
  }
}
