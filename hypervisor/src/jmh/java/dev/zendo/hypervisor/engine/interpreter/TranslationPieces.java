package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What an engine needs for an instruction that it sees for the first time. */
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 30)
@Measurement(iterations = 30)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TranslationPieces {
  private static final int REPEATS = 40;
  private static final int PROGRAMS = 48;
  private static final int FIRST_FRAME = 8;
  private static final long FIRST_ADDRESS = 0x20000000;

  /** Eight instructions; RBX points to data, the branch is not taken. */
  private static final String PIECE =
      "4801c1" // add rcx,rax
          + "488b4318" // mov rax,[rbx+0x18]
          + "894b20" // mov [rbx+0x20],ecx
          + "a800" // test al,0
          + "7500" // jnz over nothing
          + "480fafc2" // imul rax,rdx
          + "c1e003" // shl eax,3
          + "4d31c1"; // xor r9,r8

  private static final int INSTRUCTIONS = 8 * REPEATS * PROGRAMS;

  /** The engine. */
  @Param({"direct", "interpreter"})
  public String engine;

  private TestGuest guest;

  /** Programs of a page each, which no engine has seen. */
  @Setup(Level.Invocation)
  public void start() {
    guest = engine.equals("direct") ? TestGuest.direct() : new TestGuest();
    guest.reg(CpuState.RBX, TestGuest.DATA);
    for (int i = 0; i < PROGRAMS; i++) {
      guest.map(address(i), FIRST_FRAME + i, TestGuest.X);
      guest.code(address(i), PIECE.repeat(REPEATS) + "0f05");
    }
  }

  private static long address(int program) {
    return FIRST_ADDRESS + (long) program * MachineMemory.FRAME_SIZE;
  }

  /** Ends them. */
  @TearDown(Level.Invocation)
  public void stop() {
    guest.close();
  }

  /** Decoding, translating, linking, and executing once. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OperationsPerInvocation(INSTRUCTIONS)
  public long firstExecution() {
    for (int i = 0; i < PROGRAMS; i++) {
      guest.cpu.rip(address(i));
      if (guest.executor.run(INSTRUCTIONS) != ExitReason.SYSCALL) {
        throw new IllegalStateException("program " + i);
      }
    }
    return guest.cpu.instructions();
  }
}
