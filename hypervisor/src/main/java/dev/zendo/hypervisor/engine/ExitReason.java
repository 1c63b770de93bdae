package dev.zendo.hypervisor.engine;

/** Why {@link VcpuExecutor#run} came back. Plain ints, because they cross into emitted code. */
public final class ExitReason {
  /** The budget is used up or {@link VcpuExecutor#requestExit} was called. RIP is the next one. */
  public static final int INTERRUPTED = 0;

  /**
   * SYSCALL was executed: RIP is the next instruction, RCX and R11 hold what the processor leaves
   * there (return RIP, RFLAGS); CS tells 64-bit from compatibility mode.
   */
  public static final int SYSCALL = 1;

  /**
   * An exception: {@link CpuState#exitVector}, {@link CpuState#exitErrorCode} and, for #PF, {@link
   * CpuState#exitAddress} are set. RIP is the faulting instruction for faults and the next one for
   * traps (#BP, #OF, single-step and data-breakpoint #DB). Registers and memory are as before the
   * instruction for faults.
   */
  public static final int EXCEPTION = 2;

  /** SYSENTER was met; RIP is at it. */
  public static final int SYSENTER = 3;

  /** CPUID was met; RIP is at it. The core answers from its policy and advances RIP by 2. */
  public static final int CPUID = 4;

  private ExitReason() {}
}
