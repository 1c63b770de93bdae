package dev.zendo.hypercalls;

/** Commands of console_io. */
public final class ConsoleIo {
  public static final int WRITE = 0;
  public static final int READ = 1;

  private ConsoleIo() {}
}
