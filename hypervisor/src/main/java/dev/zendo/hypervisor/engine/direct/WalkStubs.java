package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.RAX;
import static dev.zendo.hypervisor.engine.direct.Assembler.RCX;
import static dev.zendo.hypervisor.engine.direct.Assembler.RDX;
import static dev.zendo.hypervisor.engine.direct.Assembler.RSP;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.CpuState;

/**
 * Code that all blocks of an executor share: walks the guest's page tables where the translation
 * buffer lacks an entry, and enters it. It only does what changes nothing in the tables and cannot
 * fault; everything else is for the hypervisor's own walker: entries without accessed and dirty
 * bits, accesses that cross a page, frames that hold code for writes.
 *
 * <p>A walk is called with what the check of the buffer left: the address, combined with the tag by
 * exclusive or, in the scratch register, the offset of the slot in the other one. It returns with
 * ZF clear if the access should be tried again.
 */
final class WalkStubs {
  /** Bits of entries: present, writable, accessible from ring 3, accessed, dirty, large. */
  private static final int P = 1;

  private static final int W = 2;
  private static final int U = 4;
  private static final int A = 0x20;
  private static final int D = 0x40;
  private static final int LARGE = 0x80;

  /** Slots are 8 bytes apart. */
  private static final int SLOT_SHIFT = 3;

  /** The bit of the slot's number in which an empty slot's tag differs. */
  private static final int EMPTY_SLOT_BIT = 2 << SLOT_SHIFT;

  private final Assembler out;
  private final long[] walks = new long[4];

  /** Where the jumps to the failing end have their offsets. */
  private final int[] failures = new int[32];

  private int failureCount;

  /**
   * Writes the code.
   *
   * @param origin where the beginning of {@code out} will be placed
   */
  WalkStubs(Assembler out, long origin) {
    this.out = out;
    for (int i = 0; i < walks.length; i++) {
      walks[i] = origin + out.position();
      walk((i & 2) != 0 ? CpuState.KERNEL_TLB : CpuState.USER_TLB, (i & 1) != 0);
    }
  }

  /** Host address of the walk for a mode and kind of access. */
  long walk(boolean kernel, boolean write) {
    return walks[(kernel ? 2 : 0) + (write ? 1 : 0)];
  }

  private void walk(int tlb, boolean write) {
    int tags = write ? tlb + CpuState.TLB_ARRAY : tlb;
    failureCount = 0;
    out.mem(8, 0x89, RCX, STATE, Fields.SAVED_RCX);
    out.mem(8, 0x89, RDX, STATE, Fields.SAVED_RDX);
    // With the right tag it is not a translation that lacks: the access crosses the page.
    out.reg(8, 0x81, 7, RAX);
    out.int4(BlockWriter.PAGE - 1);
    failIf(Condition.NOT_ABOVE);
    out.mem(8, 0x33, RAX, STATE, HOST, 0, tags);
    out.reg(8, 0x8b, RDX, RAX);
    shift(4, RDX, 16);
    shift(7, RDX, 16);
    out.reg(8, 0x3b, RDX, RAX);
    failIf(Condition.NOT_EQUAL);
    out.mem(8, 0x8b, RCX, STATE, Fields.ROOT);
    out.reg(8, 0x85, RCX, RCX);
    failIf(Condition.EQUAL);
    for (int level = 4; level > 1; level--) {
      entry(level, P | U | A | (write ? W : 0));
      out.reg(4, 0xf7, 0, RCX);
      out.int4(LARGE);
      failIf(Condition.NOT_EQUAL);
      frame();
      address();
    }
    entry(1, P | U | A | (write ? W | D : 0));
    frame();
    if (write) {
      refuseCode();
    }
    address();
    enter(tlb, write);
    out.mem(8, 0x83, 0, STATE, Fields.WALKS);
    out.bytes(1);
    end();
    out.reg(8, 0x85, RSP, RSP);
    out.bytes(0xc3);
    for (int i = 0; i < failureCount; i++) {
      out.here(failures[i]);
    }
    end();
    out.reg(4, 0x33, RAX, RAX);
    out.bytes(0xc3);
  }

  private void failIf(int condition) {
    failures[failureCount++] = out.jump(condition);
  }

  private void shift(int digit, int register, int bits) {
    out.reg(8, 0xc1, digit, register);
    out.bytes(bits);
  }

  /** Loads the entry of a level from the table at RCX to RCX; its low bits must be there. */
  private void entry(int level, int bits) {
    out.reg(8, 0x8b, RDX, RAX);
    shift(5, RDX, 9 * level);
    out.reg(4, 0x81, 4, RDX);
    out.int4(511 << 3);
    out.mem(8, 0x8b, RCX, RCX, RDX, 0, 0);
    out.reg(4, 0x8b, RDX, RCX);
    out.reg(4, 0xf7, 2, RDX);
    out.reg(4, 0xf7, 0, RDX);
    out.int4(bits);
    failIf(Condition.NOT_EQUAL);
  }

  /** The frame number of the entry in RCX, which must be one of the machine. */
  private void frame() {
    shift(4, RCX, 12);
    shift(5, RCX, 24);
    out.mem(8, 0x3b, RCX, STATE, Fields.FRAMES);
    failIf(Condition.NOT_BELOW);
  }

  private void refuseCode() {
    out.mem(8, 0x8b, RDX, STATE, Fields.CODE_MARKS);
    out.mem(1, 0x80, 7, RDX, RCX, 0, 0);
    out.bytes(0);
    failIf(Condition.NOT_EQUAL);
  }

  /** The host address of the frame in RCX. */
  private void address() {
    shift(4, RCX, 12);
    out.mem(8, 0x03, RCX, STATE, Fields.MACHINE);
  }

  /** Does what {@link CpuState#enterTranslation} does. */
  private void enter(int tlb, boolean write) {
    out.reg(8, 0x81, 4, RAX);
    out.int4(-BlockWriter.PAGE);
    int writeTags = tlb + CpuState.TLB_ARRAY;
    if (write) {
      out.mem(8, 0x89, RAX, STATE, HOST, 0, writeTags);
    } else {
      out.mem(8, 0x39, RAX, STATE, HOST, 0, writeTags);
      int same = out.jump(Condition.EQUAL);
      out.reg(4, 0x8b, RDX, HOST);
      out.reg(4, 0x83, 6, RDX);
      out.bytes(EMPTY_SLOT_BIT);
      shift(4, RDX, 9);
      out.mem(8, 0x89, RDX, STATE, HOST, 0, writeTags);
      out.here(same);
    }
    out.mem(8, 0x89, RAX, STATE, HOST, 0, tlb);
    out.reg(8, 0x2b, RCX, RAX);
    out.mem(8, 0x89, RCX, STATE, HOST, 0, tlb + 2 * CpuState.TLB_ARRAY);
    out.reg(4, 0x8b, RDX, HOST);
    shift(5, RDX, SLOT_SHIFT + Integer.numberOfTrailingZeros(CpuState.TLB_PART));
    out.mem(8, 0x8b, RCX, STATE, tlb + CpuState.TLB_USED);
    out.reg(8, 0x0fab, RDX, RCX); // bts rcx,rdx
    out.mem(8, 0x89, RCX, STATE, tlb + CpuState.TLB_USED);
  }

  private void end() {
    out.mem(8, 0x8b, RCX, STATE, Fields.SAVED_RCX);
    out.mem(8, 0x8b, RDX, STATE, Fields.SAVED_RDX);
  }
}
