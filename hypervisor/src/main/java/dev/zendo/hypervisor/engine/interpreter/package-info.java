/**
 * The interpreter engine.
 *
 * <p>Guest code is decoded once into {@linkplain dev.zendo.hypervisor.engine.interpreter.Block
 * blocks} of linked {@linkplain dev.zendo.hypervisor.engine.interpreter.Op ops}; an op ends with
 * {@code return next.exec(cpu)}, a block returns its successor. The map:
 *
 * <ul>
 *   <li>{@code InterpreterEngine}, {@code InterpreterExecutor}: entry, the loop over blocks, single
 *       steps, exits.
 *   <li>{@code Cpu}: what ops work on. Registers stay in the {@code CpuState} block; arithmetic
 *       flags are lazy ({@code LazyFlags}); memory goes through the software TLB, slow cases
 *       through {@code MemoryPath}.
 *   <li>{@code BlockBuilder}, {@code FetchPath}: from guest addresses to blocks, which go on behind
 *       branches and along their usual way; {@code FlagUse} spares flags that nobody can see.
 *       {@code CodeCache}, {@code FrameCode}: blocks by machine frame, shared by all vcpus, dropped
 *       when the frame's bytes change. {@code JumpCache}: blocks by virtual address, per vcpu and
 *       mode.
 *   <li>{@code Template}, {@code Templates}: ops that are written once and specialised per operand
 *       shape ({@code AluOp}, {@code MovOp}, {@code CompareBranchOp} ...).
 *   <li>{@code Heat}, {@code HotBlocks}: when blocks are built again, and when their ops are joined
 *       into one class by {@code fusion}.
 *   <li>{@code InstructionSet}, {@code OpTable}: which factory makes the op of a mnemonic; the
 *       families are {@code IntegerOps}, {@code TransferOps}, {@code StringOps} and so on.
 *   <li>{@code Segments}, {@code Watchpoints}: descriptor checks and debug registers.
 * </ul>
 *
 * <h2>Adding instructions from another package</h2>
 *
 * Write a method {@code static void addTo(OpTable table)} that enters {@code OpFactory} objects by
 * mnemonic, and call it in {@code InstructionSet.build()}. An op extends {@code OperandOp} and
 * implements {@code exec(Cpu)}: check everything, load memory operands, change state, {@code return
 * proceed(cpu)}. Its numbers must not change once it is published, or be marked {@code Varying}:
 * joined code takes them as constants. The factory calls {@code Operands.memory(op, insn, rip)} for
 * the memory operand and {@code Operands.offset(insn, i)} for registers; {@code cpu.state + offset}
 * is a register's host address. Memory: {@code cpu.load}, {@code cpu.store} for 1 to 8 bytes,
 * {@code cpu.view} for a host address of up to 64 readable bytes, {@code cpu.loadBytes} and {@code
 * cpu.storeBytes} for up to a page. Faults: {@code throw cpu.fault(this, vector)}, before any
 * change; {@code cpu.requireFpu(this)} first in whatever CR0.TS guards; {@code
 * cpu.requireAligned(va, 16, this)} where the processor insists.
 */
package dev.zendo.hypervisor.engine.interpreter;
