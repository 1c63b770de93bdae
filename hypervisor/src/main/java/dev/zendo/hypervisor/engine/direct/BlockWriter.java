package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.NONE;
import static dev.zendo.hypervisor.engine.direct.Assembler.RAX;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Insn;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what all instructions of a block have in common: where the flags are, the check of the
 * translation buffer in front of a memory access, registers that the host does not hold, and the
 * ways out. Not thread-safe.
 *
 * <p>The host's flags are the guest's wherever {@link #hostFlags} says so; {@link #savedFlags} says
 * that {@link Fields#FLAGS} holds them. Between blocks, and wherever a block may be left, they are
 * saved.
 */
abstract class BlockWriter {
  static final int PAGE = 4096;

  final Assembler out;
  private final List<Stub> stubs = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();

  final Stubs common;
  Block block;

  /** Address that the code will be placed at. */
  long origin;

  /** Whether checks are calls of {@link CheckStubs}: slower, but less code. */
  private boolean compact;

  int tlb;

  /** Offset of the jump cache in the state block, and its bytes. */
  int jumps;

  int jumpBytes;

  /** Index of the current instruction, and number of those the budget is charged for already. */
  int current;

  int charged;
  boolean hostFlags;
  boolean savedFlags;

  /** Floating-point registers that are in the host at this place, as in {@link Live}. */
  int live;

  /** Whether the current instruction's memory operand was checked. */
  boolean checked;

  // The memory operand of the current instruction after its check.
  private int memBase;
  private int memIndex;
  private int memScale;
  private int memDisplacement;

  BlockWriter(Stubs common, Assembler out) {
    this.out = out;
    this.common = common;
  }

  /**
   * Code behind the block that a jump leads to.
   *
   * @param jump where the jump's offset is
   * @param saves whether the flags must be saved first
   * @param walks whether it begins with a page walk
   */
  private record Stub(int jump, Site site, boolean saves, boolean walks) {}

  /**
   * A call that does not come back if the block has to be left there.
   *
   * @param behind where it would come back to
   */
  private record Call(int behind, Site site) {}

  /** Forgets the last block. */
  final void begin(Block next, long at, boolean isCompact) {
    block = next;
    compact = isCompact;
    origin = at;
    tlb = next.kernel ? CpuState.KERNEL_TLB : CpuState.USER_TLB;
    jumps = next.kernel ? Fields.KERNEL_JUMPS : Fields.USER_JUMPS;
    jumpBytes = JumpCache.bytes(isCompact);
    hostFlags = false;
    savedFlags = true;
    live = 0;
    out.reset();
    stubs.clear();
    calls.clear();
  }

  final void stub(int jump, Site site) {
    stub(jump, site, false);
  }

  private void stub(int jump, Site site, boolean walks) {
    site.live = (byte) live;
    stubs.add(new Stub(jump, site, false, walks));
  }

  /** Lets the interpreter execute the current instruction on a condition; flags are saved. */
  final void interpretIf(int condition, long rip) {
    stub(out.jump(condition), new Site(Site.INTERPRET, rip, block, charged - current));
  }

  private void call(long subroutine, Site site) {
    out.call(origin, subroutine);
    site.live = (byte) live;
    calls.add(new Call(out.position(), site));
  }

  /**
   * Looks the target of an indirect jump up, which is in the scratch register: leaves the offset of
   * its entry in the other one.
   *
   * @param start where the instruction begins, to start over from
   */
  final void lookUp(long rip, int start) {
    Site site = new Site(Site.INDIRECT, rip, block, charged - current);
    site.place = start;
    if (compact) {
      call(common.checks().lookUp(block.kernel), site);
    } else {
      stub(JumpCache.lookUp(out, jumps, jumpBytes), site);
    }
  }

  /** Writes what the jumps out of the block lead to, and describes its calls. */
  final void writeStubs() {
    for (Stub stub : stubs) {
      writeStub(stub);
    }
    block.calls = (char) out.position();
    for (Call call : calls) {
      call.site.place += origin;
      out.int2(call.behind);
      call.site.write(out, origin);
    }
  }

  private void writeStub(Stub stub) {
    Site site = stub.site;
    out.here(stub.jump);
    if (stub.saves) {
      writeFlags();
    }
    switch (site.kind) {
      case Site.BUDGET -> block.exit = (char) out.position();
      case Site.LINK -> {
        int jump = stub.saves ? out.jump(-1) : stub.jump;
        out.here(jump);
        site.place = origin + jump;
      }
      case Site.FAR -> far(site.rip);
      case Site.INDIRECT -> {
        out.mem(8, 0x89, SCRATCH, STATE, Fields.TEMPORARY);
        site.place += origin;
      }
      case Site.ACCESS -> {
        if (stub.walks) {
          out.call(origin, common.walk(block.kernel, site.write));
          int again = out.jump(Condition.NOT_EQUAL);
          out.patch4(again, (int) site.place - (again + 4));
        }
        site.place += origin;
      }
      default -> site.place += origin;
    }
    exit(site);
  }

  /** Jumps to an address outside of the page if the jump cache has it, otherwise goes on. */
  private void far(long rip) {
    int entry = jumps + JumpCache.offset(rip, jumpBytes);
    out.constant(SCRATCH, rip);
    out.mem(8, 0x39, SCRATCH, STATE, entry);
    int miss = out.jump(Condition.NOT_EQUAL);
    out.mem(4, 0xff, 4, STATE, entry + 8);
    out.here(miss);
  }

  final void exit(Site site) {
    if (compact) {
      out.call(origin, common.leaveHere());
    } else {
      // Not a call, which no return would match: the processor would foresee none of those to come.
      out.pushConstant((int) (origin - common.base()) + out.position() + Site.leaveBytes(false));
      int jump = out.jump(-1);
      out.patch4(jump, (int) (common.leave() - (origin + jump + 4)));
    }
    site.write(out, origin);
  }

  /** Whether a block of the page that can be linked may start at an address. */
  private boolean near(long rip) {
    return ((rip ^ block.rip) & -PAGE) == 0 && (rip & PAGE - 1) <= PAGE - BlockDecoder.LONGEST;
  }

  /** Goes on at a known address. */
  final void leave(long rip) {
    boolean near = near(rip);
    if (!near || !killsFlags(rip)) {
      save();
    }
    if (near) {
      stub(out.jump(-1), new Site(Site.LINK, rip, block, 0));
    } else {
      far(rip);
      exit(new Site(Site.FAR, rip, block, 0));
    }
  }

  /** Goes on at a known address on a condition; the host's flags are the guest's. */
  final void branch(int condition, long rip) {
    boolean near = near(rip);
    boolean saves = !savedFlags && !(near && killsFlags(rip));
    Site site = new Site(near ? Site.LINK : Site.FAR, rip, block, 0);
    stubs.add(new Stub(out.jump(condition), site, saves, false));
  }

  /** Whether nobody needs the flags at an address of the page. */
  abstract boolean killsFlags(long rip);

  // Flags.

  final void save() {
    if (!savedFlags) {
      writeFlags();
      savedFlags = true;
    }
  }

  private void writeFlags() {
    out.bytes(0x9f, 0x0f, 0x90, 0xc0); // lahf; seto al
    out.mem(2, 0x89, RAX, STATE, Fields.FLAGS);
  }

  final void restore() {
    if (!hostFlags) {
      out.mem(2, 0x8b, RAX, STATE, Fields.FLAGS);
      out.bytes(0x04, 0x7f, 0x9e); // add al,0x7f; sahf
      hostFlags = true;
    }
  }

  final void wrote() {
    hostFlags = true;
    savedFlags = false;
  }

  // Memory operands.

  private static int segmentField(int segment) {
    return segment == CpuState.FS ? CpuState.FS_BASE : CpuState.GS_BASE;
  }

  static boolean hasSegment(int segment) {
    return segment == CpuState.FS || segment == CpuState.GS;
  }

  /** The linear address to a register; uses the other scratch register at most. */
  final void effective(int to, int base, int index, int scale, long displacement, int segment) {
    int b = base < 0 ? NONE : Registers.host(base);
    if (base >= 0 && b < 0) {
      out.mem(8, 0x8b, to, STATE, Registers.offset(base));
      b = to;
    }
    int i = index < 0 ? NONE : Registers.host(index);
    if (index >= 0 && i < 0) {
      i = to == SCRATCH ? HOST : SCRATCH;
      out.mem(8, 0x8b, i, STATE, Registers.offset(index));
    }
    if (b < 0 && i < 0) {
      out.constant(to, displacement);
    } else if (displacement == (int) displacement) {
      out.mem(8, 0x8d, to, b, i, scale, (int) displacement);
    } else {
      throw new IllegalStateException("displacement of more than 4 bytes with a register");
    }
    if (hasSegment(segment)) {
      out.mem(8, 0x03, to, STATE, segmentField(segment));
    }
  }

  /** The address of an instruction's memory operand, without its segment, to a register. */
  final void address(int to, Insn insn, long rip) {
    boolean relative = insn.base == Insn.RIP;
    long displacement = insn.displacement + (relative ? rip + insn.length : 0);
    effective(to, register(insn.base), register(insn.index), insn.scale, displacement, -1);
  }

  private static int register(int encoded) {
    return encoded == Insn.RIP || encoded == Insn.NO_REGISTER ? NONE : encoded;
  }

  /**
   * Proves that the memory operand of an instruction can be accessed. The low bits of {@link
   * Registers#SCRATCH} are the address's then.
   */
  final void check(Insn insn, long rip, int size, boolean write) {
    boolean relative = insn.base == Insn.RIP;
    long displacement = insn.displacement + (relative ? rip + insn.length : 0);
    Site site =
        check(
            rip,
            register(insn.base),
            register(insn.index),
            insn.scale,
            displacement,
            insn.segment,
            size,
            write);
    site.alignment = (byte) insn.row.alignment;
  }

  final Site check(
      long rip,
      int base,
      int index,
      int scale,
      long displacement,
      int segment,
      int size,
      boolean write) {
    if (!savedFlags && hostFlags) {
      save();
    }
    hostFlags = false;
    Site site = new Site(Site.ACCESS, rip, block, charged - current);
    site.base = (byte) base;
    site.index = (byte) index;
    site.scale = (byte) scale;
    site.displacement = displacement;
    site.segment = (byte) segment;
    site.size = (byte) size;
    site.write = write;
    site.place = out.position();
    effective(SCRATCH, base, index, scale, displacement, segment);
    checked = true;
    long subroutine = compact ? common.checks().check(block.kernel, write, size) : 0;
    if (subroutine != 0) {
      call(subroutine, site);
      plain();
      return site;
    }
    CheckStubs.compare(out, tlb, write, size);
    stub(out.jump(Condition.ABOVE), site, true);
    CheckStubs.addend(out, tlb);
    int b = base < 0 ? NONE : Registers.host(base);
    int i = index < 0 ? NONE : Registers.host(index);
    boolean inHost = (base < 0 || b >= 0) && (index < 0 || i >= 0);
    if (inHost && !hasSegment(segment) && displacement == (int) displacement) {
      operand(b, i, scale, (int) displacement);
    } else if (index >= 0 && i < 0) {
      // The index would need the register that holds the addend.
      out.mem(8, 0x89, HOST, STATE, Fields.TEMPORARY);
      effective(SCRATCH, base, index, scale, displacement, segment);
      out.reg(8, 0x8b, HOST, SCRATCH);
      out.mem(8, 0x03, HOST, STATE, Fields.TEMPORARY);
      plain();
    } else {
      effective(SCRATCH, base, index, scale, displacement, segment);
      out.reg(8, 0x03, HOST, SCRATCH);
      plain();
    }
    return site;
  }

  final void stackCheck(long rip, int displacement, boolean write) {
    check(rip, CpuState.RSP, NONE, 0, displacement, -1, 8, write);
  }

  final void moveStack(int delta) {
    int rsp = Registers.host(CpuState.RSP);
    out.mem(8, 0x8d, rsp, rsp, delta);
  }

  /** The operand is the addend and all that the address is made of; a register may have to join. */
  private void operand(int base, int index, int scale, int displacement) {
    boolean both = base >= 0 && index >= 0;
    if (both) {
      out.reg(8, 0x03, HOST, base);
    }
    memBase = base >= 0 && !both ? base : HOST;
    memIndex = base >= 0 && !both ? HOST : index;
    memScale = both || base < 0 && index >= 0 ? scale : 0;
    memDisplacement = displacement;
  }

  /**
   * Leaves the addend alone in the second scratch register, behind the check of an operand that a
   * host register points to.
   */
  final void addend(int pointer) {
    if (memBase == HOST && memIndex == NONE) {
      out.reg(8, 0x2b, HOST, pointer);
    }
  }

  /** The operand is at the host address in the second scratch register. */
  final void plain() {
    memBase = HOST;
    memIndex = NONE;
    memScale = 0;
    memDisplacement = 0;
  }

  /**
   * An instruction on the guest's memory.
   *
   * @throws IllegalStateException when nothing has proved that the address is the guest's
   */
  final void memory(int size, int opcode, int reg) {
    if (!checked) {
      throw new IllegalStateException("guest memory without a check");
    }
    out.mem(size, opcode, reg, memBase, memIndex, memScale, memDisplacement);
  }

  // Register operands.

  /** Host register of an operand, loaded into a scratch register if it has none of its own. */
  final int read(int guest, int scratch) {
    int host = Registers.host(guest);
    if (host >= 0) {
      return host;
    }
    out.mem(8, 0x8b, scratch, STATE, Registers.offset(guest));
    return scratch;
  }

  static int target(int guest, int scratch) {
    int host = Registers.host(guest);
    return host >= 0 ? host : scratch;
  }

  final void written(int guest, int host) {
    if (Registers.host(guest) < 0) {
      out.mem(8, 0x89, host, STATE, Registers.offset(guest));
    }
  }
}
