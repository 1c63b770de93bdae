package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.RSP;
import static dev.zendo.hypervisor.engine.direct.BlockWriter.PAGE;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.CpuState;

/**
 * Checks of the translation buffer as subroutines, which compact blocks call. Written out in front
 * of every memory access, a check and the call of its page walk take 43 bytes more.
 *
 * <p>A check takes the address in the scratch register. It returns with "above" if Java must see to
 * the access. Otherwise the buffer has the page's translation by now, its addend is in the second
 * scratch register, and the offset in the page in the first.
 */
final class CheckStubs {
  /** Sizes of accesses that have a subroutine are powers of two, fewer than this. */
  private static final int SIZES = 5;

  private final Assembler out;
  private final long[] checks = new long[4 * SIZES];

  /**
   * Writes the code.
   *
   * @param origin where the beginning of {@code out} will be placed
   */
  CheckStubs(Assembler out, long origin, WalkStubs walks) {
    this.out = out;
    for (int log = 0; log < SIZES; log++) {
      for (int i = 0; i < 4; i++) {
        boolean kernel = (i & 2) != 0;
        boolean write = (i & 1) != 0;
        checks[4 * log + i] = origin + out.position();
        write(kernel, write, 1 << log, origin, walks.walk(kernel, write));
      }
    }
  }

  /** Host address of the check for an access of so many bytes, 0 if there is none. */
  long check(boolean kernel, boolean write, int size) {
    int log = Integer.numberOfTrailingZeros(size);
    boolean known = log < SIZES && size == 1 << log;
    return known ? checks[4 * log + (kernel ? 2 : 0) + (write ? 1 : 0)] : 0;
  }

  private void write(boolean kernel, boolean write, int size, long origin, long walk) {
    int tlb = kernel ? CpuState.KERNEL_TLB : CpuState.USER_TLB;
    compare(out, tlb, write, size);
    int miss = out.jump(Condition.ABOVE);
    addend(out, tlb);
    out.bytes(0xc3);
    out.here(miss);
    out.bytes(0x50); // push rax
    out.call(origin, walk);
    out.pop(SCRATCH);
    int failed = out.jump(Condition.EQUAL);
    // Tags are whole pages, so the low bits are still the address's.
    out.reg(4, 0x81, 4, SCRATCH);
    out.int4(PAGE - 1);
    addend(out, tlb);
    within(out, size);
    out.bytes(0xc3);
    out.here(failed);
    out.reg(8, 0x85, RSP, RSP); // above: it is not 0
    out.bytes(0xc3);
  }

  /**
   * Looks an address up: "above" afterwards if the buffer lacks its page, or the access crosses
   * into the next one. Then the scratch registers are as {@link WalkStubs} wants them.
   *
   * @param tlb offset of the buffer in the state block
   */
  static void compare(Assembler out, int tlb, boolean write, int size) {
    out.reg(8, 0x8b, HOST, SCRATCH);
    out.reg(8, 0xc1, 5, HOST);
    out.bytes(9);
    out.reg(4, 0x81, 4, HOST);
    out.int4((CpuState.TLB_ENTRIES - 1) * 8);
    int tags = tlb + (write ? CpuState.TLB_ARRAY : 0);
    out.mem(8, 0x33, SCRATCH, STATE, HOST, 0, tags);
    within(out, size);
  }

  private static void within(Assembler out, int size) {
    out.reg(8, 0x81, 7, SCRATCH);
    out.int4(PAGE - size);
  }

  /** Loads the addend of the slot whose offset is in the second scratch register; flags stay. */
  static void addend(Assembler out, int tlb) {
    out.mem(8, 0x8b, HOST, STATE, HOST, 0, tlb + 2 * CpuState.TLB_ARRAY);
  }
}
