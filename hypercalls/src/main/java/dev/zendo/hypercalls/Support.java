package dev.zendo.hypercalls;

/**
 * How far this hypervisor implements a hypercall or sub-operation.
 *
 * @param level the verdict
 * @param note what is missing (PARTIAL) or what the caller gets (REFUSED); empty when SUPPORTED
 */
public record Support(Level level, String note) {
  /** Complete: answers as Xen 4.17 does. */
  public static final Support SUPPORTED = new Support(Level.SUPPORTED, "");

  /** The verdicts. */
  public enum Level {
    /** Answers as Xen 4.17 does. */
    SUPPORTED,
    /** Works within the limits that the note names. */
    PARTIAL,
    /** Always fails, with the error that the note names. */
    REFUSED
  }

  /** Works within limits. */
  public static Support partial(String note) {
    return new Support(Level.PARTIAL, note);
  }

  /** Always fails; the note names the error and why. */
  public static Support refused(String note) {
    return new Support(Level.REFUSED, note);
  }

  /** Always fails with this error. */
  public static Support refused(int errno) {
    return new Support(Level.REFUSED, "-" + Errno.name(errno));
  }
}
