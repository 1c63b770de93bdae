package dev.zendo.hypervisor.trace;

/** Is told of hypercalls that were refused; called on the thread that runs the vcpu. */
@FunctionalInterface
public interface RefusalSink {
  /**
   * One call.
   *
   * @param domain the number of the domain that made it
   * @param text the call, its result, which rule was broken, and by which instruction
   */
  void refused(int domain, String text);
}
