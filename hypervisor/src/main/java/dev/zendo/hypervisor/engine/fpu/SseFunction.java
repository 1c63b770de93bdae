package dev.zendo.hypervisor.engine.fpu;

/**
 * An SSE instruction that obeys MXCSR. Operands are host addresses, never both changed: the source
 * may be the destination. Packed sources have 16 readable bytes.
 */
@FunctionalInterface
public interface SseFunction {
  /**
   * Executes the instruction.
   *
   * @return false when an unmasked exception was found: #XM, and only MXCSR has changed
   */
  boolean apply(SseUnit unit, long destination, long source, int immediate);
}
