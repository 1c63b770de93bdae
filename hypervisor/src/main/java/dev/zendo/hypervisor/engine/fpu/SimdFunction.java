package dev.zendo.hypervisor.engine.fpu;

/**
 * A packed instruction without floating-point exceptions, MMX or SSE. Operands are host addresses;
 * the source may be the destination.
 */
@FunctionalInterface
public interface SimdFunction {
  /** Executes the instruction. */
  void apply(long destination, long source, int immediate);
}
