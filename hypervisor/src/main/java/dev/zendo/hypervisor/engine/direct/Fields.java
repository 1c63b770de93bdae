package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.CpuState;

/** What emitted code and its executor tell each other, in the scratch area of the state block. */
final class Fields {
  /** 8 bytes: host address at which the entry stub goes on. */
  static final int CONTINUE = CpuState.SCRATCH;

  /** 8 bytes: host address of the block, or of the place in it, to run. */
  static final int TARGET = CpuState.SCRATCH + 8;

  /** 2 bytes: OF as 0 or 1, then SF ZF AF PF CF as LAHF stores them. */
  static final int FLAGS = CpuState.SCRATCH + 16;

  /** 4 bytes: instructions that may still be executed. */
  static final int BUDGET = CpuState.SCRATCH + 24;

  /** 8 bytes: offset in the area of what describes the {@link Site} where the code was left. */
  static final int SITE = CpuState.SCRATCH + 56;

  /** 8 bytes: a value that one instruction's code keeps for a moment. */
  static final int TEMPORARY = CpuState.SCRATCH + 32;

  /** 8 bytes: host address of the target of an indirect call while its return address is pushed. */
  static final int CALLED = CpuState.SCRATCH + 40;

  /** 8 bytes: an operand that one instruction's code keeps for a moment. */
  static final int OPERAND = CpuState.SCRATCH + 48;

  /** Jump cache of kernel mode: {@link JumpCache#ENTRIES} guest and host addresses. */
  static final int KERNEL_JUMPS = CpuState.ENGINE_TABLES;

  /** Jump cache of user mode. */
  static final int USER_JUMPS = KERNEL_JUMPS + JumpCache.BYTES;

  /** 4 bytes: which floating-point registers of the guest the host holds, as in {@link Live}. */
  static final int LIVE = CpuState.SCRATCH + 64;

  /** 4 bytes: a control word on its way from guest memory to the host. */
  static final int CONTROL = CpuState.SCRATCH + 68;

  /** 8 bytes: host address of the top-level page table in force, 0 when there is none to walk. */
  static final int ROOT = CpuState.SCRATCH + 72;

  /** 8 bytes: number of machine frames. */
  static final int FRAMES = CpuState.SCRATCH + 80;

  /** 8 bytes: host address of machine address 0. */
  static final int MACHINE = CpuState.SCRATCH + 88;

  /** 8 bytes: host address of the code map's marks. */
  static final int CODE_MARKS = CpuState.SCRATCH + 96;

  /** 8 bytes each: guest registers during a page walk. */
  static final int SAVED_RCX = CpuState.SCRATCH + 104;

  static final int SAVED_RDX = CpuState.SCRATCH + 112;

  /** 8 bytes: the host's stack pointer, for faults of emitted code. */
  static final int STACK = CpuState.SCRATCH + 120;

  /** 8 bytes: translations that page walks of emitted code have entered. */
  static final int WALKS = CpuState.SCRATCH + 128;

  private Fields() {}
}
