package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.x86.Decoder;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import java.util.Arrays;

/**
 * Decodes the instructions of a block: on through conditional jumps that are not taken and through
 * jumps inside the page, up to an instruction that is not translated. Not thread-safe.
 */
final class BlockDecoder {
  /** Most instructions of a block. */
  static final int MAX = 32;

  /** Conditional jumps of a block: what follows them may be translated for nothing. */
  private static final int BRANCHES = 3;

  /** Bytes of the longest instruction. */
  static final int LONGEST = 15;

  private static final int PAGE = 4096;

  /** Instructions looked at to find out whether the flags are overwritten. */
  private static final int PEEK = 4;

  private final Insn[] insns = new Insn[MAX];
  private final long[] rips = new long[MAX];
  private final Insn peeked = new Insn();
  private byte[] code;
  private long page;
  private int count;
  private int start;
  private int end;
  private int next;

  BlockDecoder() {
    Arrays.setAll(insns, i -> new Insn());
  }

  /**
   * Decodes.
   *
   * @param rip guest address of the first instruction
   * @param bytes the page
   */
  void decode(long rip, byte[] bytes) {
    begin(rip, bytes);
    int branches = 0;
    while (count < MAX && branches < BRANCHES && append(PAGE)) {
      Insn last = insns[count - 1];
      if (last.mnemonic == Mnemonic.JCC) {
        branches++;
      } else if (last.row.endsBlock && !follow(last)) {
        break;
      }
    }
    end = count > 0 ? end : start + LONGEST;
  }

  /**
   * Decodes an instruction that may cross into the next page, alone.
   *
   * @param bytes both pages
   */
  void decodeCrossing(long rip, byte[] bytes) {
    begin(rip, bytes);
    append(2 * PAGE);
    end = count > 0 ? end : start + LONGEST;
  }

  private void begin(long rip, byte[] bytes) {
    code = bytes;
    page = rip & -PAGE;
    next = (int) rip & PAGE - 1;
    start = next;
    end = next;
    count = 0;
  }

  /** Whether the instruction at an address of a page may go on in the next page. */
  static boolean mayCross(byte[] page, long rip) {
    int offset = (int) rip & PAGE - 1;
    return offset > PAGE - LONGEST
        && Decoder.decode(page, offset, PAGE - offset, true, new Insn()) == Decoder.NEED_MORE;
  }

  private boolean append(int limit) {
    Insn insn = insns[count];
    int length = Decoder.decode(code, next, limit - next, true, insn);
    if (length <= 0 || !Supported.is(insn)) {
      return false;
    }
    rips[count++] = page + next;
    start = Math.min(start, next);
    next += length;
    end = Math.max(end, next);
    return true;
  }

  /** Goes on at the target of a jump, unless the block has been there. */
  private boolean follow(Insn insn) {
    if (insn.mnemonic != Mnemonic.JMP || insn.kind[0] != OperandKind.REL || count == MAX) {
      return false;
    }
    long target = page + next + insn.immediate;
    if ((target & -PAGE) != page || has(target)) {
      return false;
    }
    next = (int) target & PAGE - 1;
    return true;
  }

  private boolean has(long rip) {
    for (int i = 0; i < count; i++) {
      if (rips[i] == rip) {
        return true;
      }
    }
    return false;
  }

  int count() {
    return count;
  }

  Insn insn(int index) {
    return insns[index];
  }

  long rip(int index) {
    return rips[index];
  }

  /** Guest address behind the last instruction, or where the last jump leads. */
  long next() {
    return page + next;
  }

  /** Lowest and highest offset in the page of the bytes the block depends on. */
  int start() {
    return start;
  }

  int end() {
    return end;
  }

  /** Whether a jump to a fixed target leads on to the block's own next instruction. */
  boolean isFollowed(int index) {
    return index + 1 < count;
  }

  /** Instructions from an index to the next conditional jump, it included, or the block's end. */
  int segment(int from) {
    int i = from;
    while (i < count && insns[i].mnemonic != Mnemonic.JCC) {
      i++;
    }
    return Math.min(i + 1, count) - from;
  }

  /**
   * Whether the code at an address overwrites all status flags before anything reads them or could
   * stop between instructions; only looks at the block's page.
   */
  boolean killsFlags(long rip) {
    if ((rip & -PAGE) != page) {
      return false;
    }
    int offset = (int) rip & PAGE - 1;
    for (int i = 0; i < PEEK; i++) {
      int length = Decoder.decode(code, offset, PAGE - offset, true, peeked);
      if (length <= 0 || peeked.memoryOperand() >= 0 || !Supported.is(peeked)) {
        return false;
      }
      switch (peeked.mnemonic) {
        case ADD, SUB, AND, OR, XOR, CMP, TEST, NEG -> {
          return true;
        }
        case MOV, MOVZX, MOVSX, MOVSXD, LEA, NOT, BSWAP, CBW, CWD -> offset += length;
        default -> {
          return false;
        }
      }
    }
    return false;
  }
}
