package dev.zendo.dom0.control;

import dev.zendo.dom0.ToolException;
import dev.zendo.hypercalls.Errno;

/** A hypercall of the control domain answered with an error. */
public final class HypercallFailure extends ToolException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * Creates the exception.
   *
   * @param what the operation, as a message begins
   * @param errno positive error number of the hypercall interface
   */
  public HypercallFailure(String what, int errno) {
    super(what + " failed: " + meaning(errno));
    this.errno = errno;
  }

  private static String meaning(int errno) {
    String name = Errno.name(errno);
    return errno == Errno.ESRCH ? name + " (the domain is gone)" : name;
  }

  /** The positive error number. */
  public int errno() {
    return errno;
  }
}
