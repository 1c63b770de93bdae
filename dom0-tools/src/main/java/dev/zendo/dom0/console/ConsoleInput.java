package dev.zendo.dom0.console;

/** The side of a console that its viewers use. Thread-safe. */
public interface ConsoleInput {
  /** Types bytes; waits while too many are typed that the guest has not read. */
  void type(byte[] bytes, int offset, int length) throws InterruptedException;

  /** Serves the ring again after an output had no room. */
  void resume();
}
