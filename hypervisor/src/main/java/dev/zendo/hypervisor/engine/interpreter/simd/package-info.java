/**
 * The interpreter's ops for x87, MMX, SSE and XSAVE instructions.
 *
 * <p>{@link dev.zendo.hypervisor.engine.interpreter.simd.SimdInstructions} enters every instruction
 * into the op table. What an instruction computes is in {@code engine.fpu}; ops here fetch
 * operands, check alignment, CR0.TS and pending exceptions, and store results. Frequent shapes have
 * op classes of their own (moves, lane operations, packed functions, floating-point functions);
 * {@code PerFunction} copies their classes, one per function. Everything else is an {@link
 * dev.zendo.hypervisor.engine.interpreter.simd.ActionOp}.
 */
package dev.zendo.hypervisor.engine.interpreter.simd;
