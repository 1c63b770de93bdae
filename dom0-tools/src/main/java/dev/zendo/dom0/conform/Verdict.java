package dev.zendo.dom0.conform;

/** What became of a case. */
public enum Verdict {
  /** The answer is the recorded one. */
  PASS("passed"),
  /** The answer is another one. */
  FAIL("failed"),
  /**
   * The answer is another one, for a reason that is not the hypervisor's: hardware, configuration.
   */
  SKIP("skipped"),
  /** Nobody recorded what is right. */
  TODO("not recorded");

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  /** As it stands behind a count. */
  public String text() {
    return text;
  }
}
