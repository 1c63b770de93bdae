package dev.zendo.hypervisor.trace;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Sees where one vcpu is, now and then. The thread that runs the vcpu takes the samples itself,
 * around its calls of the executor; {@link #samples} is for any thread.
 *
 * <p>By time, a sample that falls due while the guest runs is taken a random number of instructions
 * later: the ends of runs are where the guest needs the hypervisor, which would be seen too often.
 * What falls due while the hypervisor serves the guest is counted as that service.
 */
public final class Sampler {
  private static final int MAX_FRAMES = 64;

  /** Instructions between two looks at the clock. */
  private static final int SLICE = 20000;

  private static final int MAX_HYPERCALL = 0xff;
  private static final int WORD = Long.BYTES;

  private final Vcpu vcpu;
  private final SamplingPlan plan;
  private final Clock clock;
  private final Map<Sample, Long> counts = new HashMap<>();
  private final long[] frames = new long[MAX_FRAMES];

  /** Instruction count at which the next sample is taken. */
  private long next = Long.MAX_VALUE;

  private long clockBefore;
  private long spent;
  private long due;
  private long random;

  // Where the guest was when it came out.
  private boolean kernelMode;
  private int service;
  private long rip;
  private long rsp;
  private long rbp;

  /** A sampler of a vcpu that does not run yet. */
  public Sampler(Vcpu vcpu, SamplingPlan plan, Clock clock) {
    this.vcpu = vcpu;
    this.plan = plan;
    this.clock = clock;
    this.random = vcpu.id() + 1L;
    if (plan.byInstructions()) {
      next = vcpu.cpu().instructions() + plan.instructions();
    }
  }

  /** The guest is about to run: for how many instructions at most. */
  public long enter() {
    if (!plan.byInstructions()) {
      clockBefore = clock.nanos();
    }
    long left = Math.max(1, next - vcpu.cpu().instructions());
    return plan.byInstructions() ? left : Math.min(left, SLICE);
  }

  /**
   * The guest has come out.
   *
   * @param reason a constant of {@link ExitReason}
   */
  public void left(int reason) {
    CpuState cpu = vcpu.cpu();
    kernelMode = cpu.kernelMode();
    rip = cpu.rip();
    rsp = cpu.gpr(CpuState.RSP);
    rbp = cpu.gpr(CpuState.RBP);
    service = service(reason);
    if (cpu.instructions() >= next) {
      take(Sample.NONE, plan.byInstructions() ? 1 : due);
      due = 0;
      next = plan.byInstructions() ? next + plan.instructions() : Long.MAX_VALUE;
    }
    if (!plan.byInstructions()) {
      due += periods();
      if (due > 0 && next == Long.MAX_VALUE) {
        next = cpu.instructions() + 1 + skip();
      }
    }
  }

  /** The hypervisor has done what the guest came out for. */
  public void served() {
    if (!plan.byInstructions()) {
      long periods = periods();
      if (periods > 0) {
        take(service, periods);
      }
    }
  }

  /** How often which place was seen; a copy. Any thread. */
  public synchronized Map<Sample, Long> samples() {
    return Map.copyOf(counts);
  }

  /** Whole periods that have passed since the last call. */
  private long periods() {
    long now = clock.nanos();
    spent += now - clockBefore;
    clockBefore = now;
    long whole = spent / plan.nanos();
    spent -= whole * plan.nanos();
    return whole;
  }

  /** A number from 0 to {@link #SLICE} - 1; the same ones in every run. */
  private int skip() {
    random = random * 6364136223846793005L + 1442695040888963407L;
    return (int) ((random >>> 33) % SLICE);
  }

  private int service(int reason) {
    long number = vcpu.cpu().gpr(CpuState.RAX);
    if (reason == ExitReason.SYSCALL && kernelMode && number >= 0 && number <= MAX_HYPERCALL) {
      return (int) number;
    }
    return reason == ExitReason.EXCEPTION
        ? Sample.EXCEPTION + vcpu.cpu().exitVector()
        : Sample.OTHER;
  }

  private synchronized void take(int what, long weight) {
    frames[0] = rip;
    int depth = (kernelMode ? plan.kernelStacks() : plan.userStacks()) ? callers() : 1;
    counts.merge(new Sample(kernelMode, what, Arrays.copyOf(frames, depth)), weight, Long::sum);
  }

  /** Follows frame pointers up the stack as far as they make sense; returns how many frames. */
  private int callers() {
    int depth = 1;
    long lowest = rsp;
    long frame = rbp;
    long buffer = vcpu.frameBuffer();
    while (depth < MAX_FRAMES && (frame & WORD - 1) == 0 && frame - lowest >= 0) {
      boolean readable =
          vcpu.guest().peek(kernelMode, frame, buffer, WORD)
              && vcpu.guest().peek(kernelMode, frame + WORD, buffer + WORD, WORD);
      long caller = readable ? HostMemory.getLong(buffer + WORD) : 0;
      if (caller == 0 || !CpuState.isCanonical(caller)) {
        return depth;
      }
      frames[depth++] = caller;
      lowest = frame + 2 * WORD;
      frame = HostMemory.getLong(buffer);
    }
    return depth;
  }
}
