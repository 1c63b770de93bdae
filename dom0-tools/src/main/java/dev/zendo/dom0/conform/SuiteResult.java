package dev.zendo.dom0.conform;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run of several images gave.
 *
 * @param images in the order in which they were named
 * @param seconds how long all of it took
 */
public record SuiteResult(List<ImageResult> images, double seconds) {
  /** Copies the list. */
  public SuiteResult {
    images = List.copyOf(images);
  }

  /** Number of cases with a verdict. */
  public int count(Verdict verdict) {
    return images.stream().mapToInt(image -> image.count(verdict)).sum();
  }

  /** Number of cases. */
  public int cases() {
    return images.stream().mapToInt(image -> image.cases().size()).sum();
  }

  /** Whether every image ran to its end and no case failed. */
  public boolean passed() {
    return images.stream().allMatch(ImageResult::passed);
  }

  /** All cases by operation and sub-operation, in the order of their first case. */
  public Map<String, List<CaseResult>> groups() {
    Map<String, List<CaseResult>> groups = new LinkedHashMap<>();
    for (ImageResult image : images) {
      groups(image).forEach((name, cases) -> groups.merge(name, cases, SuiteResult::both));
    }
    return groups;
  }

  /** The cases of an image by operation and sub-operation. */
  static Map<String, List<CaseResult>> groups(ImageResult image) {
    Map<String, List<CaseResult>> groups = new LinkedHashMap<>();
    for (CaseResult each : image.cases()) {
      groups.computeIfAbsent(each.group(), name -> new ArrayList<>()).add(each);
    }
    return groups;
  }

  private static List<CaseResult> both(List<CaseResult> first, List<CaseResult> second) {
    List<CaseResult> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
