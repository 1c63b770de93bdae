package dev.zendo.dom0.cli;

/** Exit statuses of {@code zl}. */
public final class ExitStatus {
  /** Everything went well; for {@code run}: the guest powered itself off. */
  public static final int OK = 0;

  /** Something failed that is neither the user's nor the guest's doing. */
  public static final int FAILURE = 1;

  /** Wrong use, or input that cannot be used. */
  public static final int BAD_USE = 2;

  /** The guest crashed. */
  public static final int CRASHED = 3;

  /** The guest did not end in time. */
  public static final int TIMEOUT = 4;

  /** An error of our own ended the guest: a bug in Zendo. */
  public static final int INTERNAL_ERROR = 5;

  /** The user left with Ctrl-] (as after SIGINT). */
  public static final int LEFT = 130;

  /** Nobody reads standard output any more (as after SIGPIPE). */
  public static final int UNREAD = 141;

  private ExitStatus() {}
}
