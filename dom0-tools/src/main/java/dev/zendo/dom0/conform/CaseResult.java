package dev.zendo.dom0.conform;

/**
 * One case of an image.
 *
 * @param name {@code operation/sub-operation/case}
 * @param verdict what became of it
 * @param answer what the hypervisor answered; empty where the image does not say
 * @param reason why it was skipped, or what was expected; may be empty
 */
public record CaseResult(String name, Verdict verdict, String answer, String reason) {
  /** The name without its last part: what the case belongs to. */
  public String group() {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }
}
