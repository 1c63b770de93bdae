package dev.zendo.dom0.conform;

import java.util.List;

/**
 * What a run of one image gave.
 *
 * @param name of the image
 * @param cases in the order in which it ran them
 * @param problem why the result cannot be trusted, one line; empty when all is well
 * @param seconds how long it ran
 */
public record ImageResult(String name, List<CaseResult> cases, String problem, double seconds) {
  /** Copies the list. */
  public ImageResult {
    cases = List.copyOf(cases);
  }

  /** Number of cases with a verdict. */
  public int count(Verdict verdict) {
    return (int) cases.stream().filter(each -> each.verdict() == verdict).count();
  }

  /** Whether it ran to its end and no case failed. */
  public boolean passed() {
    return problem.isEmpty() && count(Verdict.FAIL) == 0;
  }
}
