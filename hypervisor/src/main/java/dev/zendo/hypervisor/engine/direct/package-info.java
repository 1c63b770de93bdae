/**
 * The direct engine: guest blocks become x86-64 machine code of the host. The map of what emitted
 * code stands on:
 *
 * <ul>
 *   <li>{@code CodeArea}: executable memory, written through an alias. {@code CodeBuffer}: bytes on
 *       their way there.
 *   <li>{@code NativeEntry}: the native method whose body is emitted code; {@code EntryStub}: that
 *       body, from Java's calling convention to a block's and back.
 *   <li>{@code HostProbe}: whether all this works here; {@link dev.zendo.hypervisor.machine.LibC}:
 *       the few calls of the host's C library that it takes.
 *   <li>{@code BlockCache}: finds, makes, links and drops blocks ({@code Block}, {@code BlockList},
 *       {@code BlockMap}, {@code JumpCache}); {@code DirectExecutor} runs them and sees to why they
 *       were left ({@code Site}).
 *   <li>{@code BlockDecoder}: which instructions make a block; {@code Translator} and its {@code
 *       JumpWriter}, {@code AtomicWriter}, {@code BitWriter}, {@code DivisionWriter} and {@code
 *       StringWriter} write them by means of {@code BlockWriter}, which checks memory accesses and
 *       keeps track of the flags. {@code Registers} says where guest registers are.
 *   <li>{@code Stubs}: code that all blocks share; {@code WalkStubs}: the page walk; {@code
 *       CheckStubs}: what compact blocks call.
 *   <li>{@code VectorWriter}, {@code SupportedVectors}: instructions on vector, MMX and x87
 *       registers; {@code VectorStubs}: how these registers come into the host and back.
 *   <li>{@code FaultNet}: signals that emitted code raises become a value instead of the end of the
 *       JVM.
 * </ul>
 */
package dev.zendo.hypervisor.engine.direct;
