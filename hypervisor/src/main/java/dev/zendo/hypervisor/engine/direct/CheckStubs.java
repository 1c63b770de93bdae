package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.RSP;
import static dev.zendo.hypervisor.engine.direct.BlockWriter.PAGE;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.CpuState;

/**
 * Checks of the translation buffer as subroutines, which compact blocks call, and the look into the
 * jump cache. Written out in front of every memory access, a check and the call of its page walk
 * take 59 bytes more.
 *
 * <p>A check takes the address in the scratch register. When it comes back, the buffer has the
 * page's translation, the host address is in the second scratch register, and the offset in the
 * page in the first. If Java must see to the access, the block is left instead: with the complement
 * of the return address, as an offset in the area.
 */
final class CheckStubs {
  /** Sizes of accesses that have a subroutine are powers of two, fewer than this. */
  private static final int SIZES = 5;

  private final Assembler out;
  private final long leave;
  private final long[] checks = new long[4 * SIZES];
  private final long userLookUp;
  private final long kernelLookUp;

  /**
   * Writes the code.
   *
   * @param origin where the beginning of {@code out} will be placed
   * @param leave where to leave, with the offset on the stack
   */
  CheckStubs(Assembler out, long origin, WalkStubs walks, long leave) {
    this.out = out;
    this.leave = leave;
    for (int log = 0; log < SIZES; log++) {
      for (int i = 0; i < 4; i++) {
        boolean kernel = (i & 2) != 0;
        boolean write = (i & 1) != 0;
        checks[4 * log + i] = origin + out.position();
        write(kernel, write, 1 << log, origin, walks.walk(kernel, write));
      }
    }
    userLookUp = origin + out.position();
    writeLookUp(Fields.USER_JUMPS, origin);
    kernelLookUp = origin + out.position();
    writeLookUp(Fields.KERNEL_JUMPS, origin);
  }

  /** Host address of the check for an access of so many bytes, 0 if there is none. */
  long check(boolean kernel, boolean write, int size) {
    int log = Integer.numberOfTrailingZeros(size);
    boolean known = log < SIZES && size == 1 << log;
    return known ? checks[4 * log + (kernel ? 2 : 0) + (write ? 1 : 0)] : 0;
  }

  /**
   * Host address of the look into the jump cache for the address in the scratch register: the
   * offset of its entry is in the other one when it comes back. If the address is not there, {@link
   * Fields#TEMPORARY} has it, and the block is left as by a check.
   */
  long lookUp(boolean kernel) {
    return kernel ? kernelLookUp : userLookUp;
  }

  private void write(boolean kernel, boolean write, int size, long origin, long walk) {
    int tlb = kernel ? CpuState.KERNEL_TLB : CpuState.USER_TLB;
    out.pushRegister(SCRATCH);
    compare(out, tlb, write, size);
    int miss = out.jump(Condition.ABOVE);
    int hit = out.position();
    addend(out, tlb);
    out.mem(8, 0x03, HOST, RSP, 0);
    out.mem(8, 0x8d, RSP, RSP, 8);
    out.bytes(0xc3);
    out.here(miss);
    out.call(origin, walk);
    int failed = out.jump(Condition.EQUAL);
    // Tags are whole pages, so these are the address's bits.
    out.mem(8, 0x8b, SCRATCH, RSP, 0);
    out.reg(4, 0x81, 4, SCRATCH);
    out.int4(PAGE - 1);
    within(out, size);
    int again = out.jump(Condition.NOT_ABOVE);
    out.patch4(again, hit - (again + 4));
    out.here(failed);
    out.mem(8, 0x8d, RSP, RSP, 8);
    leave(origin);
  }

  private void writeLookUp(int jumps, long origin) {
    int miss = JumpCache.lookUp(out, jumps, JumpCache.bytes(true));
    out.bytes(0xc3);
    out.here(miss);
    out.mem(8, 0x89, SCRATCH, STATE, Fields.TEMPORARY);
    leave(origin);
  }

  /** Leaves instead of coming back. */
  private void leave(long origin) {
    Stubs.pushOffset(out, origin);
    out.mem(8, 0xf7, 2, RSP, 0); // not qword [rsp]
    int jump = out.jump(-1);
    out.patch4(jump, (int) (leave - (origin + jump + 4)));
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
