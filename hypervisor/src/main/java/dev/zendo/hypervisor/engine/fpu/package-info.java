/**
 * Semantics of x87, MMX and SSE up to SSE4.2 in plain Java, independent of how instructions are
 * decoded and of any engine.
 *
 * <ul>
 *   <li>{@link dev.zendo.hypervisor.engine.fpu.Unpacked} and {@link
 *       dev.zendo.hypervisor.engine.fpu.SoftFloat}: one correctly rounding floating-point kernel
 *       for all three formats; {@link dev.zendo.hypervisor.engine.fpu.FloatFormat} names them.
 *   <li>{@link dev.zendo.hypervisor.engine.fpu.X87}: the x87 unit over the FXSAVE image, helped by
 *       X87Arithmetic, X87Memory, X87Transcendental, X87Trigonometry and X87State; {@link
 *       dev.zendo.hypervisor.engine.fpu.Fpu} is all units of a vcpu.
 *   <li>{@code Sse*} and {@code Simd*}: functions over host addresses of operands.
 *   <li>{@link dev.zendo.hypervisor.engine.fpu.XState}: FXSAVE, FXRSTOR, XSAVE and XRSTOR.
 * </ul>
 *
 * <p>The register file lives in the FXSAVE image of {@code CpuState} and nowhere else: x87
 * registers in stack order, TOP in FSW, the abridged tag word (one bit per physical register, set =
 * in use). The image is architecturally exact after every instruction, so an engine that executes
 * machine code may FXRSTOR and FXSAVE it as it is. Pushing and popping therefore moves eight
 * registers; nothing else is slower for it.
 *
 * <p>Results equal those of Intel's processors bit for bit, exceptions included, but for: RCPPS,
 * RCPSS, RSQRTPS and RSQRTSS, whose estimates differ from model to model; the last place and C1 of
 * the transcendental instructions. FDP and FOP are kept only for unmasked x87 exceptions, FCS and
 * FDS are always 0, as CPUID tells.
 */
package dev.zendo.hypervisor.engine.fpu;
