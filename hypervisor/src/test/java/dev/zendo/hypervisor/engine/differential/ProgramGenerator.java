package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.Decoder;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.InsnTable;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.engine.x86.RowEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes random programs of pieces that jump, loop and call among each other. Memory operands are
 * mostly relative to registers that hold addresses, also across pages; a few go astray. As far as
 * the program does not change itself, no instruction reads a flag that one before left undefined.
 */
final class ProgramGenerator {
  private static final int PIECES = 24;
  private static final int MAX_PIECE = 14;
  private static final int POINTERS = 4;
  private static final int RSP = 4;
  private static final int ATTEMPTS = 60;
  private static final int FARTHEST = 4;

  /** Bytes that a piece takes at most. */
  private static final int ROOM = MAX_PIECE * 2 * 15 + 16;

  private final List<InsnTable.Row> all;
  private final List<InsnTable.Row> usual;
  private final List<InsnTable.Row> vectors;
  private final List<InsnTable.Row> branches;

  private SplittableRandom random;
  private Values values;
  private RowEncoder encoder;
  private final Insn insn = new Insn();

  // The program, and the piece under construction.
  private RandomProgram program;
  private int at;
  private int count;
  private final int[] starts = new int[2 * MAX_PIECE + FARTHEST + 2];

  /** For each instruction that begins there: index of a branch before it that shall lead to it. */
  private final int[] awaited = new int[2 * MAX_PIECE + FARTHEST + 2];

  private int undefined;

  /** Whether the program uses floating-point registers more than now and then. */
  private boolean usesVectors;

  ProgramGenerator() {
    all =
        InsnTable.rows().stream()
            .filter(row -> RowEncoder.inLongMode(row) && !isBranch(row.mnemonic))
            .toList();
    usual = all.stream().filter(row -> DirectRun.isTranslated(row.mnemonic)).toList();
    vectors = all.stream().filter(row -> row.usesFpu).toList();
    branches =
        InsnTable.rows().stream()
            .filter(row -> RowEncoder.inLongMode(row) && isBranch(row.mnemonic))
            .toList();
  }

  private static boolean isBranch(Mnemonic mnemonic) {
    return switch (mnemonic) {
      case JCC, JMP, CALL, RET, LOOP, LOOPE, LOOPNE, JCXZ -> true;
      default -> false;
    };
  }

  /** The program of a seed. */
  RandomProgram next(long seed) {
    random = new SplittableRandom(seed);
    values = new Values(random);
    encoder = new RowEncoder(random);
    program = new RandomProgram(seed, pointers(), random.nextInt(16));
    usesVectors = random.nextInt(3) == 0;
    memory();
    layOut();
    for (int i = 0; i < PIECES; i++) {
      piece(program.entries.get(i), i + 1 < PIECES ? program.entries.get(i + 1) : -1);
    }
    stackContent();
    return program;
  }

  /** String instructions need RSI and RDI, so these are often among them. */
  private int[] pointers() {
    int[] registers = new int[POINTERS];
    registers[0] = random.nextInt(3) == 0 ? 6 : 8 + random.nextInt(8);
    registers[1] = random.nextInt(3) == 0 ? 7 : 8 + random.nextInt(8);
    for (int i = 2; i < POINTERS; i++) {
      do {
        registers[i] = random.nextInt(16);
      } while (registers[i] == RSP);
    }
    return registers;
  }

  private void memory() {
    ByteBuffer words = ByteBuffer.wrap(program.data).order(ByteOrder.LITTLE_ENDIAN);
    while (words.hasRemaining()) {
      words.putLong(values.lane());
    }
  }

  /** Pieces lie behind each other in the pages; some begin just before a page's end. */
  private void layOut() {
    int perPage = PIECES / StreamGuest.CODE_PAGES;
    for (int page = 0; page < StreamGuest.CODE_PAGES; page++) {
      int start = page * StreamGuest.PAGE + (page == 0 ? 0 : ROOM);
      int step = (StreamGuest.PAGE - ROOM - 64) / perPage;
      for (int i = 0; i < perPage - 1; i++) {
        program.entries.add(start + i * step + random.nextInt(Math.max(1, step - ROOM)));
      }
      int last = (page + 1) * StreamGuest.PAGE - (page == StreamGuest.CODE_PAGES - 1 ? ROOM : 60);
      program.entries.add(last + random.nextInt(48));
    }
  }

  private void stackContent() {
    ByteBuffer words = ByteBuffer.wrap(program.stack).order(ByteOrder.LITTLE_ENDIAN);
    while (words.hasRemaining()) {
      words.putLong(random.nextInt(8) == 0 ? values.integer() : entry());
    }
    words = ByteBuffer.wrap(program.data).order(ByteOrder.LITTLE_ENDIAN);
    for (int slot = 0; slot < SLOTS; slot++) {
      words.putLong(SLOT_TABLE + 8 * slot, entry());
    }
  }

  /** Offset in the data of addresses for indirect jumps. */
  private static final int SLOT_TABLE = 3 * StreamGuest.PAGE + 0x400;

  private static final int SLOTS = 32;

  private long entry() {
    return StreamGuest.CODE + program.entries.get(random.nextInt(PIECES));
  }

  // Pieces.

  private void piece(int start, int end) {
    at = start;
    count = 0;
    undefined = 0;
    Arrays.fill(awaited, -1);
    int wanted = 2 + random.nextInt(MAX_PIECE - 2);
    while (count < wanted) {
      starts[count] = at;
      if (random.nextInt(5) == 0) {
        branch();
      } else {
        plain();
      }
    }
    close();
    for (int target = 0; target <= count; target++) {
      if (awaited[target] >= 0) {
        int from = awaited[target];
        program.code[starts[from + 1] - 1] = (byte) (starts[target] - starts[from + 1]);
      }
    }
    if (end >= 0 && at > end) {
      throw new IllegalStateException("pieces overlap");
    }
  }

  private void add(byte[] bytes, int length) {
    starts[count] = at;
    System.arraycopy(bytes, 0, program.code, at, length);
    program.instructions.add(new int[] {at, length});
    at += length;
    count++;
    starts[count] = at;
  }

  /** Ends with a jump, seldom with an exception. */
  private void close() {
    define();
    for (int target = count + 1; target < awaited.length; target++) {
      if (awaited[target] >= 0) {
        retarget(awaited[target]);
        awaited[target] = -1;
      }
    }
    switch (random.nextInt(8)) {
      case 0 -> bytes(0xc3);
      case 1 -> slot(0xff, 0x25);
      case 2 -> bytes(0x0f, 0x0b);
      default -> {
        bytes(0xe9, 0, 0, 0, 0);
        relative(at, entry());
      }
    }
  }

  /** Lets a short branch that would lead behind the piece lead to its end. */
  private void retarget(int from) {
    program.code[starts[from + 1] - 1] = (byte) (at - starts[from + 1]);
  }

  private void bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    add(bytes, bytes.length);
  }

  private void relative(int end, long target) {
    long distance = target - (StreamGuest.CODE + end);
    for (int i = 0; i < 4; i++) {
      program.code[end - 4 + i] = (byte) (distance >>> 8 * i);
    }
  }

  /** An instruction with an address from the table relative to RIP. */
  private void slot(int... opcode) {
    int[] whole = Arrays.copyOf(opcode, opcode.length + 4);
    bytes(whole);
    relative(at, StreamGuest.DATA + SLOT_TABLE + 8L * random.nextInt(SLOTS));
  }

  /** Makes all flags defined: a compare of two registers. */
  private void define() {
    if (undefined != 0) {
      bytes(0x48 | random.nextInt(2) << 2 | random.nextInt(2), 0x39, 0xc0 | random.nextInt(64));
      undefined = 0;
    }
  }

  private void plain() {
    List<InsnTable.Row> rows = rows();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      InsnTable.Row row = rows.get(random.nextInt(rows.size()));
      if (row.repeatable && random.nextInt(3) != 0) {
        continue;
      }
      if (encoder.encode(row, insn) && fits(row)) {
        add(encoder.code, insn.length);
        undefined = undefinedAfter();
        return;
      }
    }
    bytes(0x90);
  }

  private List<InsnTable.Row> rows() {
    if (random.nextInt(8) == 0) {
      return all;
    }
    return usesVectors && random.nextBoolean() ? vectors : usual;
  }

  private boolean fits(InsnTable.Row row) {
    if ((flagsRead() & undefined) != 0) {
      return false;
    }
    for (int i = 0; i < insn.operandCount; i++) {
      boolean written = (row.access(i) & InsnTable.Row.WRITE) != 0;
      if (written && insn.kind[i] == OperandKind.GPR && isKept(insn.register[i])) {
        return false;
      }
    }
    if (insn.memoryOperand() < 0) {
      return true;
    }
    return memoryFits()
        && Decoder.decode(encoder.code, 0, encoder.code.length, true, insn) > 0
        && insn.row == row;
  }

  private boolean isKept(int register) {
    return (register == RSP || isPointer(register)) && random.nextInt(30) != 0;
  }

  private boolean isPointer(int register) {
    for (int pointer : program.pointers) {
      if (register == pointer) {
        return true;
      }
    }
    return false;
  }

  private boolean memoryFits() {
    if (random.nextInt(50) == 0) {
      return true;
    }
    boolean absolute = insn.base < 0 && insn.index < 0;
    if (insn.index >= 0 && insn.index != program.index) {
      return false;
    }
    if (absolute || insn.base == Insn.RIP) {
      return encoder.displacementSize == 4 && placeDirectly();
    }
    if (insn.base >= 0 && !isPointer(insn.base) && insn.base != RSP) {
      return false;
    }
    if (encoder.displacementSize == 4) {
      encoder.displacement(insn.base < 0 ? data() : random.nextInt(160) - 80);
    }
    return true;
  }

  private boolean placeDirectly() {
    long target = data();
    encoder.displacement(
        insn.base == Insn.RIP ? target - (StreamGuest.CODE + at + insn.length) : target);
    return true;
  }

  /** An address of data, often close to a page's end. */
  private long data() {
    return address(random);
  }

  static long address(SplittableRandom random) {
    int page = random.nextInt(StreamGuest.DATA_PAGES - 1);
    int offset =
        random.nextInt(3) == 0
            ? StreamGuest.PAGE - 1 - random.nextInt(20)
            : 128 + random.nextInt(StreamGuest.PAGE - 256);
    if (random.nextInt(12) == 0) {
      page = StreamGuest.DATA_PAGES - 1;
    }
    if (random.nextInt(40) == 0) {
      return StreamGuest.ALIAS + random.nextInt(StreamGuest.CODE_PAGES * StreamGuest.PAGE);
    }
    long area = random.nextInt(6) == 0 ? StreamGuest.CONFLICT : StreamGuest.DATA;
    return area + (long) page * StreamGuest.PAGE + offset;
  }

  private int flagsRead() {
    return switch (insn.mnemonic) {
      case JCC, SETCC, CMOVCC -> Flags.readByCondition(insn.condition);
      case SHL, SHR, SAR, ROL, ROR -> 0;
      case RCL, RCR -> Flags.CF;
      case SYSCALL -> Flags.STATUS;
      default -> insn.row.flagsRead();
    };
  }

  private int undefinedAfter() {
    int now = insn.row.flagsUndefined() & UndefinedFlags.differing(insn.mnemonic);
    return switch (insn.mnemonic) {
      case SHL, SHR, SHLD, SHRD ->
          undefined | now | Flags.CF & UndefinedFlags.differing(insn.mnemonic);
      case SAR, ROL, ROR, RCL, RCR, DIV, IDIV -> undefined | now;
      default -> undefined & ~insn.row.flagsWritten() | now;
    };
  }

  // Branches.

  private void branch() {
    define();
    switch (random.nextInt(8)) {
      case 0 -> slot(0xff, 0x15);
      case 1 -> {
        // lea rax,[target]; jmp or call rax, in many registers
        int register = random.nextInt(16);
        if (!isPointer(register) && register != RSP) {
          bytes(0x48 | register >> 3 << 2, 0x8d, 5 | (register & 7) << 3, 0, 0, 0, 0);
          relative(at, entry());
          bytes(0x40 | register >> 3, 0xff, 0xd0 | random.nextInt(2) << 4 | register & 7);
        }
      }
      default -> near();
    }
  }

  private void near() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      InsnTable.Row row = branches.get(random.nextInt(branches.size()));
      if (encoder.encode(row, insn) && insn.kind[0] == OperandKind.REL) {
        int size = insn.size[0];
        add(encoder.code, insn.length);
        if (size == 4) {
          relative(at, entry());
        } else if (size == 1) {
          shortBranch(count - 1);
        }
        return;
      }
    }
  }

  /** Back to an instruction of the piece, or over a few that follow. */
  private void shortBranch(int from) {
    int back = starts[random.nextInt(from + 1)] - at;
    int target = from + 1 + random.nextInt(FARTHEST);
    if (back >= -128 && random.nextInt(3) == 0) {
      program.code[at - 1] = (byte) back;
    } else if (awaited[target] < 0) {
      awaited[target] = from;
    } else {
      program.code[at - 1] = 0;
    }
  }
}
