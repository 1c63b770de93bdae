package dev.zendo.hypervisor.engine.differential;

/**
 * Where things lie, natively and in the guest alike, so that the same registers mean the same on
 * both sides. All below 2 GiB, so that 32-bit absolute addresses reach them.
 */
final class AddressMap {
  /** Variables and code of the harness itself; native only. */
  static final long DATA = 0x1000_0000L;

  static final long THUNK = 0x1000_1000L;
  static final int THUNK_SIZE = 0x1000;

  /** Instructions under test, among INT3 bytes. */
  static final long CODE = 0x1001_0000L;

  static final int CODE_SIZE = 0x1_0000;

  /** Two pages of memory for operands; the window lies across the page border. */
  static final long SCRATCH = 0x1003_0000L;

  static final int SCRATCH_SIZE = 0x2000;
  static final long WINDOW = SCRATCH + 0x1000 - CaseBlock.MEMORY_SIZE / 2;
  static final long WINDOW_END = WINDOW + CaseBlock.MEMORY_SIZE;

  /** Up to here nothing is mapped behind the scratch area. */
  static final long UNMAPPED_END = 0x1003_f000L;

  /**
   * Signal stack; native only. Far away from the other areas: the host's kernel does not switch to
   * it when RSP already points into it.
   */
  static final long SIGNAL_STACK = 0x1800_0000L;

  static final int SIGNAL_STACK_SIZE = 0x1_0000;

  /** Base of GS while cases run: not a multiple of anything. */
  static final long GS_BASE = 0x1000_0123L;

  private AddressMap() {}
}
