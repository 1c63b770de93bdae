package dev.zendo.hypervisor.engine.fpu;

/**
 * A packed integer operation that treats every 64 bits alike: MMX instructions apply it once, SSE
 * instructions twice.
 */
@FunctionalInterface
public interface LaneFunction {
  /** Combines 64 bits of the destination (x) with 64 bits of the source (y). */
  long apply(long x, long y);
}
