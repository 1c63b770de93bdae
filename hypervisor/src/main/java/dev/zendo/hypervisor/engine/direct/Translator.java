package dev.zendo.hypervisor.engine.direct;

import static dev.zendo.hypervisor.engine.direct.Assembler.NONE;
import static dev.zendo.hypervisor.engine.direct.Assembler.RAX;
import static dev.zendo.hypervisor.engine.direct.Registers.HOST;
import static dev.zendo.hypervisor.engine.direct.Registers.SCRATCH;
import static dev.zendo.hypervisor.engine.direct.Registers.STATE;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import java.util.List;

/**
 * Translates blocks: every guest instruction becomes the same instruction with other operands,
 * behind a check of the translation buffer if it accesses memory. Not thread-safe.
 */
final class Translator extends BlockWriter {
  /** The opcode digit of two-operand arithmetic: ADD OR ADC SBB AND SUB XOR CMP. */
  private static final List<Mnemonic> ARITHMETIC =
      List.of(
          Mnemonic.ADD,
          Mnemonic.OR,
          Mnemonic.ADC,
          Mnemonic.SBB,
          Mnemonic.AND,
          Mnemonic.SUB,
          Mnemonic.XOR,
          Mnemonic.CMP);

  private final BlockDecoder decoder = new BlockDecoder();
  private final JumpWriter jumpWriter = new JumpWriter(this);
  private final VectorWriter vectors = new VectorWriter(this);
  private final AtomicWriter atomics = new AtomicWriter(this);
  private final BitWriter bits = new BitWriter(this);
  private final DivisionWriter divisions = new DivisionWriter(this);
  private final StringWriter strings = new StringWriter(this);

  /** Whether the flags are kept even where nobody can need them. */
  private final boolean exact;

  /**
   * A translator of the blocks that share some stubs.
   *
   * @param out for the code of one block after the other
   */
  Translator(Stubs common, Assembler out, boolean exact) {
    super(common, out);
    this.exact = exact;
  }

  /** The code of the block translated last, to be placed at the address it was made for. */
  Assembler output() {
    return out;
  }

  /**
   * Translates.
   *
   * @param result filled; its rip, frames and mode are given
   * @param code bytes of the page, and of the next one for a block that crosses
   * @param at address that the code will be placed at
   * @param compact whether the code is to be small rather than fast
   */
  void translate(Block result, byte[] code, long at, boolean compact) {
    begin(result, at, compact);
    if (result.crosses()) {
      decoder.decodeCrossing(result.rip, code);
    } else {
      decoder.decode(result.rip, code);
    }
    result.count = (byte) decoder.count();
    result.start = (short) decoder.start();
    result.end = (short) decoder.end();
    if (result.count > 0) {
      emit();
    } else {
      // The first instruction is not translated.
      exit(new Site(Site.INTERPRET, result.rip, result, 0));
      result.exit = (char) out.position();
      exit(new Site(Site.STALE, result.rip, result, 0));
    }
  }

  private void emit() {
    charged = decoder.segment(0);
    block.charge = (byte) charged;
    out.reg(4, 0x83, 5, Registers.BUDGET);
    out.bytes(charged);
    stub(out.jump(Condition.NEGATIVE), new Site(Site.BUDGET, block.rip, block, charged));
    for (current = 0; current < block.count; current++) {
      if (current == charged) {
        charge(decoder.segment(current));
      }
      checked = false;
      instruction(decoder.insn(current), decoder.rip(current));
    }
    Insn last = decoder.insn(block.count - 1);
    if (!last.row.endsBlock || last.mnemonic == Mnemonic.JCC) {
      leave(decoder.next());
    }
    writeStubs();
  }

  /** Charges the budget behind a jump that was not taken; the next block looks at it. */
  private void charge(int instructions) {
    out.mem(4, 0x8d, Registers.BUDGET, Registers.BUDGET, -instructions);
    charged += instructions;
  }

  @Override
  boolean killsFlags(long rip) {
    return !exact && decoder.killsFlags(rip);
  }

  // Instructions.

  private void instruction(Insn insn, long rip) {
    switch (insn.mnemonic) {
      case ADD, OR, ADC, SBB, AND, SUB, XOR, CMP -> arithmetic(insn, rip);
      case TEST -> test(insn, rip);
      case MOV -> move(insn, rip);
      case MOVZX, MOVSX, MOVSXD -> extend(insn, rip);
      case LEA -> lea(insn, rip);
      case INC, DEC, NEG, NOT -> unary(insn, rip);
      case SHL, SHR, SAR, ROL, ROR, RCL, RCR -> shift(insn, rip);
      case IMUL -> {
        if (insn.operandCount > 1) {
          multiply(insn, rip);
        } else {
          divisions.multiply(insn, rip);
        }
      }
      case CMPXCHG -> atomics.compareExchange(insn, rip);
      case CMPXCHG8B -> atomics.compareExchangePair(insn, rip, 8);
      case CMPXCHG16B -> atomics.compareExchangePair(insn, rip, 16);
      case XADD -> atomics.exchange(insn, rip, 0x0fc0, true);
      case XCHG -> atomics.exchange(insn, rip, 0x86, false);
      case BT, BTS, BTR, BTC -> bits.bit(insn, rip);
      // Guests have no TZCNT and LZCNT: their encodings mean these.
      case BSF, TZCNT -> bits.scan(insn, rip, true);
      case BSR, LZCNT -> bits.scan(insn, rip, false);
      case MUL -> divisions.multiply(insn, rip);
      case DIV, IDIV -> divisions.divide(insn, rip);
      case MOVS -> strings.move(insn, rip);
      case STOS -> strings.store(insn, rip);
      case PUSHF -> pushFlags(rip);
      case LEAVE -> jumpWriter.leaveFrame(rip);
      case SHLD, SHRD -> doubleShift(insn);
      case CLC -> carry(0xf8);
      case STC -> carry(0xf9);
      case CMC -> carry(0xf5);
      case MFENCE -> out.bytes(0x0f, 0xae, 0xf0);
      case LFENCE -> out.bytes(0x0f, 0xae, 0xe8);
      case SFENCE -> out.bytes(0x0f, 0xae, 0xf8);
      case CMOVCC -> conditionalMove(insn, rip);
      case SETCC -> set(insn, rip);
      case BSWAP -> swap(insn);
      case CBW -> widen(insn);
      case CWD -> sign(insn);
      case PUSH -> push(insn, rip);
      case POP -> pop(insn, rip);
      case JCC -> jumpWriter.branch(insn, rip);
      case JMP -> {
        if (!decoder.isFollowed(current)) {
          jumpWriter.jump(insn, rip);
        }
      }
      case CALL -> jumpWriter.call(insn, rip);
      case RET -> jumpWriter.ret(insn, rip);
      case SYSCALL -> leaveFor(new Site(Site.SYSCALL, rip + insn.length, block, 0));
      case CPUID -> leaveFor(new Site(Site.CPUID, rip, block, 1));
      case RDTSC -> helped(new Site(Site.TIME, rip, block, charged - current));
      case RDTSCP -> helped(new Site(Site.TIME_AND_ID, rip, block, charged - current));
      case UD2 -> leaveFor(new Site(Site.UNDEFINED, rip, block, 1));
      case POPCNT -> bits.count(insn, rip);
      case NOP, ENDBR64, ENDBR32, PAUSE, PREFETCHT0, PREFETCHT1, PREFETCHT2, PREFETCHNTA -> {}
      default -> vectors.instruction(insn, rip);
    }
  }

  private static boolean isMemory(Insn insn, int operand) {
    return insn.kind[operand] == OperandKind.MEM;
  }

  private void arithmetic(Insn insn, long rip) {
    int digit = ARITHMETIC.indexOf(insn.mnemonic);
    boolean compares = insn.mnemonic == Mnemonic.CMP;
    boolean carry = insn.mnemonic == Mnemonic.ADC || insn.mnemonic == Mnemonic.SBB;
    two(insn, rip, digit << 3, 0x80, digit, !compares, carry, 1);
  }

  private void test(Insn insn, long rip) {
    two(insn, rip, 0x84, 0xf6, 0, false, false, 0);
  }

  /**
   * A two-operand instruction.
   *
   * @param opcode byte form with the register as source
   * @param immediateOpcode byte form with an immediate, and its digit
   * @param direction 1 when opcode + 2 is the form with memory as source, 0 when there is none
   */
  private void two(
      Insn insn,
      long rip,
      int opcode,
      int immediateOpcode,
      int digit,
      boolean writes,
      boolean carry,
      int direction) {
    int size = insn.size[0];
    int wide = size == 1 ? 0 : 1;
    boolean memory = isMemory(insn, 0) || isMemory(insn, 1);
    if (memory) {
      check(insn, rip, size, isMemory(insn, 0) && writes);
    }
    if (carry) {
      restore();
    }
    if (Supported.isHighPair(insn)) {
      highPair(insn, opcode, writes);
      wrote();
      return;
    }
    boolean immediate = insn.kind[1] == OperandKind.IMM;
    if (insn.kind[0] == OperandKind.GPR8_HIGH) {
      out.high(immediateOpcode, digit, highByte(insn.register[0]));
      out.immediate(1, insn.immediate);
      if (writes) {
        highWritten(insn.register[0]);
      }
    } else if (immediate) {
      if (memory) {
        out.lock(insn.lock);
        memory(size, immediateOpcode + wide, digit);
      } else {
        int to = read(insn.register[0], SCRATCH);
        out.reg(size, immediateOpcode + wide, digit, to);
        out.immediate(size, insn.immediate);
        if (writes) {
          written(insn.register[0], to);
        }
      }
      if (memory) {
        out.immediate(size, insn.immediate);
      }
    } else if (isMemory(insn, 0)) {
      int from = read(insn.register[1], SCRATCH);
      out.lock(insn.lock);
      memory(size, opcode + wide, from);
    } else if (isMemory(insn, 1)) {
      int to = read(insn.register[0], SCRATCH);
      memory(size, opcode + wide + 2 * direction, to);
      if (writes) {
        written(insn.register[0], to);
      }
    } else {
      int to = read(insn.register[0], SCRATCH);
      int from = read(insn.register[1], HOST);
      out.reg(size, opcode + wide, from, to);
      if (writes) {
        written(insn.register[0], to);
      }
    }
    wrote();
  }

  /** Number of the host's high byte register that holds a guest's, which is loaded if need be. */
  private int highByte(int guest) {
    if (guest == CpuState.RAX) {
      out.reg(8, 0x8b, RAX, Registers.host(CpuState.RAX));
    }
    return 4 + guest;
  }

  /** Byte registers of which one is a high byte: the host's registers have the guest's numbers. */
  private void highPair(Insn insn, int opcode, boolean writes) {
    if (insn.register[0] == CpuState.RAX || insn.register[1] == CpuState.RAX) {
      out.reg(8, 0x8b, RAX, Registers.host(CpuState.RAX));
    }
    out.high(opcode, number(insn, 1), number(insn, 0));
    if (writes) {
      highWritten(insn.register[0]);
    }
  }

  private static int number(Insn insn, int operand) {
    return insn.register[operand] + (insn.kind[operand] == OperandKind.GPR8_HIGH ? 4 : 0);
  }

  private void highWritten(int guest) {
    if (guest == CpuState.RAX) {
      out.reg(8, 0x8b, Registers.host(CpuState.RAX), RAX);
    }
  }

  private void selector(Insn insn) {
    int size = insn.size[0];
    int to = size >= 4 ? target(insn.register[0], SCRATCH) : read(insn.register[0], SCRATCH);
    out.mem(size == 2 ? 2 : 4, 0x8b, to, STATE, CpuState.SELECTORS + 4 * insn.register[1]);
    written(insn.register[0], to);
  }

  private void move(Insn insn, long rip) {
    if (insn.kind[1] == OperandKind.SREG) {
      selector(insn);
      return;
    }
    if (Supported.isHighPair(insn)) {
      highPair(insn, 0x88, true);
      return;
    }
    int size = insn.size[0];
    int wide = size == 1 ? 0 : 1;
    if (isMemory(insn, 0)) {
      check(insn, rip, size, true);
      if (insn.kind[1] == OperandKind.IMM) {
        memory(size, 0xc6 + wide, 0);
        out.immediate(size, insn.immediate);
      } else {
        memory(size, 0x88 + wide, read(insn.register[1], SCRATCH));
      }
    } else if (isMemory(insn, 1)) {
      check(insn, rip, size, false);
      int to = size >= 4 ? target(insn.register[0], SCRATCH) : read(insn.register[0], SCRATCH);
      memory(size, 0x8a + wide, to);
      written(insn.register[0], to);
    } else if (insn.kind[1] == OperandKind.IMM) {
      int to = size >= 4 ? target(insn.register[0], SCRATCH) : read(insn.register[0], SCRATCH);
      if (size == 8) {
        out.constant(to, insn.immediate);
      } else {
        out.reg(size, 0xc6 + wide, 0, to);
        out.immediate(size, insn.immediate);
      }
      written(insn.register[0], to);
    } else {
      int to = size >= 4 ? target(insn.register[0], SCRATCH) : read(insn.register[0], SCRATCH);
      int from = read(insn.register[1], HOST);
      out.reg(size, 0x88 + wide, from, to);
      written(insn.register[0], to);
    }
  }

  private void extend(Insn insn, long rip) {
    int size = insn.size[0];
    int from = insn.size[1];
    int opcode;
    if (insn.kind[1] == OperandKind.GPR8_HIGH) {
      out.high(0x0fb6, RAX, highByte(insn.register[1]));
      int to = target(insn.register[0], SCRATCH);
      out.reg(4, 0x8b, to, RAX);
      written(insn.register[0], to);
      return;
    }
    if (insn.mnemonic == Mnemonic.MOVSXD) {
      opcode = 0x63;
    } else {
      opcode = (insn.mnemonic == Mnemonic.MOVZX ? 0x0fb6 : 0x0fbe) + (from == 1 ? 0 : 1);
    }
    if (isMemory(insn, 1)) {
      check(insn, rip, from, false);
      int to = size >= 4 ? target(insn.register[0], SCRATCH) : read(insn.register[0], SCRATCH);
      memory(size, opcode, to);
      written(insn.register[0], to);
    } else {
      int to = size >= 4 ? target(insn.register[0], SCRATCH) : read(insn.register[0], SCRATCH);
      out.reg(size, opcode, to, read(insn.register[1], HOST), from == 1);
      written(insn.register[0], to);
    }
  }

  /** Whether a guest register is in one of the host, or none. */
  private static boolean isHost(int guest) {
    return guest < 0 || Registers.host(guest) >= 0;
  }

  private void lea(Insn insn, long rip) {
    int size = insn.size[0];
    boolean relative = insn.base == Insn.RIP;
    int base = relative || insn.base == Insn.NO_REGISTER ? NONE : insn.base;
    int index = insn.index == Insn.NO_REGISTER ? NONE : insn.index;
    long displacement = insn.displacement + (relative ? rip + insn.length : 0);
    boolean simple = size >= 4 && (base >= 0 || index >= 0) && isHost(base) && isHost(index);
    if (simple && displacement == (int) displacement) {
      int to = target(insn.register[0], SCRATCH);
      int b = base < 0 ? NONE : Registers.host(base);
      int i = index < 0 ? NONE : Registers.host(index);
      out.mem(size, 0x8d, to, b, i, insn.scale, (int) displacement);
      written(insn.register[0], to);
      return;
    }
    effective(SCRATCH, base, index, insn.scale, displacement, -1);
    int to = target(insn.register[0], HOST);
    if (size == 2) {
      to = read(insn.register[0], HOST);
    }
    out.reg(size, 0x8b, to, SCRATCH);
    written(insn.register[0], to);
  }

  private void unary(Insn insn, long rip) {
    int size = insn.size[0];
    int wide = size == 1 ? 0 : 1;
    boolean steps = insn.mnemonic == Mnemonic.INC || insn.mnemonic == Mnemonic.DEC;
    int opcode = (steps ? 0xfe : 0xf6) + wide;
    int digit =
        switch (insn.mnemonic) {
          case INC -> 0;
          case DEC -> 1;
          case NOT -> 2;
          default -> 3;
        };
    if (isMemory(insn, 0)) {
      check(insn, rip, size, true);
      if (steps) {
        restore();
      }
      out.lock(insn.lock);
      memory(size, opcode, digit);
    } else {
      if (steps) {
        restore();
      }
      int to = read(insn.register[0], SCRATCH);
      out.reg(size, opcode, digit, to);
      written(insn.register[0], to);
    }
    if (insn.mnemonic != Mnemonic.NOT) {
      wrote();
    }
  }

  private void shift(Insn insn, long rip) {
    int size = insn.size[0];
    int wide = size == 1 ? 0 : 1;
    boolean immediate = insn.kind[1] == OperandKind.IMM;
    int opcode = (immediate ? 0xc0 : 0xd2) + wide;
    int digit =
        switch (insn.mnemonic) {
          case ROL -> 0;
          case ROR -> 1;
          case RCL -> 2;
          case RCR -> 3;
          case SHL -> 4;
          case SHR -> 5;
          default -> 7;
        };
    boolean memory = isMemory(insn, 0);
    if (memory) {
      check(insn, rip, size, true);
    }
    restore();
    if (memory) {
      memory(size, opcode, digit);
      if (immediate) {
        out.bytes((int) insn.immediate);
      }
    } else {
      int to = read(insn.register[0], SCRATCH);
      out.reg(size, opcode, digit, to);
      if (immediate) {
        out.bytes((int) insn.immediate);
      }
      written(insn.register[0], to);
    }
    wrote();
  }

  private void multiply(Insn insn, long rip) {
    int size = insn.size[0];
    boolean memory = isMemory(insn, 1);
    if (memory) {
      check(insn, rip, size, false);
    }
    boolean three = insn.operandCount == 3;
    int to =
        three && size >= 4 ? target(insn.register[0], SCRATCH) : read(insn.register[0], SCRATCH);
    int opcode = three ? 0x69 : 0x0faf;
    if (memory) {
      memory(size, opcode, to);
    } else {
      out.reg(size, opcode, to, read(insn.register[1], HOST));
    }
    if (three) {
      out.immediate(size, insn.immediate);
    }
    written(insn.register[0], to);
    wrote();
  }

  private void conditionalMove(Insn insn, long rip) {
    int size = insn.size[0];
    boolean memory = isMemory(insn, 1);
    if (memory) {
      check(insn, rip, size, false);
    }
    restore();
    int to = read(insn.register[0], SCRATCH);
    if (memory) {
      memory(size, 0x0f40 | insn.condition, to);
    } else {
      out.reg(size, 0x0f40 | insn.condition, to, read(insn.register[1], HOST));
    }
    written(insn.register[0], to);
  }

  private void set(Insn insn, long rip) {
    if (isMemory(insn, 0)) {
      check(insn, rip, 1, true);
      restore();
      memory(1, 0x0f90 | insn.condition, 0);
    } else {
      restore();
      if (insn.kind[0] == OperandKind.GPR8_HIGH) {
        out.high(0x0f90 | insn.condition, 0, highByte(insn.register[0]));
        highWritten(insn.register[0]);
        return;
      }
      int to = read(insn.register[0], SCRATCH);
      out.reg(1, 0x0f90 | insn.condition, 0, to);
      written(insn.register[0], to);
    }
  }

  private void doubleShift(Insn insn) {
    int size = insn.size[0];
    boolean immediate = insn.kind[2] == OperandKind.IMM;
    int opcode = (insn.mnemonic == Mnemonic.SHLD ? 0x0fa4 : 0x0fac) + (immediate ? 0 : 1);
    restore();
    int to = read(insn.register[0], SCRATCH);
    out.reg(size, opcode, read(insn.register[1], HOST), to);
    if (immediate) {
      out.bytes((int) insn.immediate);
    }
    written(insn.register[0], to);
    wrote();
  }

  private void carry(int opcode) {
    restore();
    out.bytes(opcode);
    wrote();
  }

  private void swap(Insn insn) {
    int to = read(insn.register[0], SCRATCH);
    // BSWAP has its register in the opcode: 0F C8+r is ModRM-shaped with reg 1.
    out.reg(insn.size[0], 0x0f, 1, to);
    written(insn.register[0], to);
  }

  /** CBW, CWDE, CDQE: guest RAX is not in RAX. */
  private void widen(Insn insn) {
    int rax = Registers.host(CpuState.RAX);
    int size = insn.operandSize;
    if (size == 2) {
      out.reg(2, 0x0fbe, rax, rax, true);
    } else if (size == 4) {
      out.reg(4, 0x0fbf, rax, rax);
    } else {
      out.reg(8, 0x63, rax, rax);
    }
  }

  /** CWD, CDQ, CQO. */
  private void sign(Insn insn) {
    int size = insn.operandSize;
    out.reg(size, 0x8b, RAX, Registers.host(CpuState.RAX));
    if (size == 2) {
      out.bytes(0x66);
    } else if (size == 8) {
      out.bytes(0x48);
    }
    out.bytes(0x99);
  }

  // The stack.

  private static final int RSP = Registers.host(CpuState.RSP);

  private void push(Insn insn, long rip) {
    boolean immediate = insn.kind[0] == OperandKind.IMM;
    stackCheck(rip, -8, true);
    if (immediate) {
      memory(8, 0xc7, 0);
      out.int4((int) insn.immediate);
    } else {
      memory(8, 0x89, read(insn.register[0], SCRATCH));
    }
    moveStack(-8);
  }

  private void pushFlags(long rip) {
    save();
    hostFlags = false;
    out.mem(4, 0x8b, SCRATCH, STATE, CpuState.RFLAGS);
    out.reg(4, 0x81, 4, SCRATCH);
    out.int4(~(Flags.STATUS | Flags.RF));
    out.mem(4, 0x0fb6, HOST, STATE, Fields.FLAGS + 1);
    out.reg(4, 0x09, HOST, SCRATCH);
    out.mem(4, 0x0fb6, HOST, STATE, Fields.FLAGS);
    out.reg(4, 0xc1, 4, HOST);
    out.bytes(Integer.numberOfTrailingZeros(Flags.OF));
    out.reg(4, 0x09, HOST, SCRATCH);
    out.mem(8, 0x89, SCRATCH, STATE, Fields.TEMPORARY);
    stackCheck(rip, -8, true);
    out.mem(8, 0x8b, SCRATCH, STATE, Fields.TEMPORARY);
    memory(8, 0x89, SCRATCH);
    moveStack(-8);
  }

  private void pop(Insn insn, long rip) {
    stackCheck(rip, 0, false);
    int to = target(insn.register[0], SCRATCH);
    boolean pointer = insn.register[0] == CpuState.RSP;
    memory(8, 0x8b, pointer ? SCRATCH : to);
    if (pointer) {
      out.reg(8, 0x8b, RSP, SCRATCH);
    } else {
      moveStack(8);
      written(insn.register[0], to);
    }
  }

  // What the executor does.

  /** The executor does the instruction; the block goes on behind it. */
  private void helped(Site site) {
    leaveFor(site);
    hostFlags = false;
    site.place = out.position();
  }

  /** What the hypervisor does for the guest. */
  private void leaveFor(Site site) {
    save();
    stub(out.jump(-1), site);
  }
}
