package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.SplittableRandom;

/**
 * Fills blocks with the state before an instruction: random and corner values everywhere, memory
 * operands inside the window (now and then deliberately on unmapped or non-canonical addresses),
 * branch targets inside the code area.
 */
final class CaseGenerator {
  private static final int RAX = 0;
  private static final int RCX = 1;
  private static final int RDX = 2;
  private static final int RBX = 3;
  private static final int RSP = 4;
  private static final int RBP = 5;
  private static final int RSI = 6;
  private static final int RDI = 7;

  private final SplittableRandom random;
  private final Values values;

  private final Segmentation segments;

  CaseGenerator(SplittableRandom random) {
    this(random, Segmentation.LONG);
  }

  CaseGenerator(SplittableRandom random, Segmentation segments) {
    this.random = random;
    this.segments = segments;
    this.values = new Values(random);
  }

  /** Fills a block for the generator's current instruction. */
  void fill(long block, InsnGenerator generator) {
    Insn insn = generator.insn;
    do {
      registers(block, generator.address);
      floatingPoint(block);
      memory(block);
      implicitOperands(block, insn, generator);
      if (insn.memoryOperand() >= 0) {
        placeOperand(block, insn, generator.usesStack());
      }
      cutRegisters(block);
    } while (!inside(block, insn));
    operandContent(block, insn);
    cutRegisters(block);
  }

  /** Compatibility mode cannot tell the upper halves of registers. */
  private void cutRegisters(long block) {
    for (int register = 0; register < 16; register++) {
      CaseBlock.gpr(block, register, CaseBlock.gpr(block, register) & segments.mask());
    }
  }

  /** Makes the stack pointer lead to an address of the window. */
  private void stack(long block, long address) {
    long pointer = address - segments.base(CpuState.SS);
    if (segments == Segmentation.SHORT) {
      pointer = mix(random.nextInt() & 0xffffffffL, pointer, 2);
    }
    CaseBlock.gpr(block, RSP, pointer);
  }

  /** The address in the window that the stack pointer leads to. */
  private long stackAddress(long block) {
    long pointer = CaseBlock.gpr(block, RSP);
    if (segments == Segmentation.SHORT) {
      pointer &= 0xffff;
    }
    return pointer + segments.base(CpuState.SS);
  }

  /** Fills a block for a {@link Sequence}. */
  void fillForSequence(long block, long address) {
    registers(block, address);
    floatingPoint(block);
    memory(block);
    for (int i = 0; i < CaseBlock.MEMORY_SIZE; i += 8) {
      if (random.nextInt(4) == 0) {
        HostMemory.putLong(block + CaseBlock.MEMORY + i, values.lane());
      }
    }
    long flags = CaseBlock.field(block, CaseBlock.RFLAGS);
    CaseBlock.field(block, CaseBlock.RFLAGS, flags & ~Flags.DF);
    CaseBlock.gpr(block, RSP, AddressMap.WINDOW + 256 + 8 * random.nextInt(64));
    for (int register = Sequence.FIRST_BASE; register < 16; register++) {
      long base = windowAddress(CaseBlock.MEMORY_SIZE / 2) + CaseBlock.MEMORY_SIZE / 4;
      CaseBlock.gpr(block, register, random.nextInt(3) == 0 ? base : base & -16);
    }
  }

  private void registers(long block, long address) {
    for (int register = 0; register < 16; register++) {
      CaseBlock.gpr(block, register, values.integer());
    }
    stack(block, AddressMap.WINDOW + 256 + 8 * random.nextInt(64));
    CaseBlock.field(block, CaseBlock.RIP, address - segments.base(CpuState.CS));
    long flags = random.nextLong() & Flags.STATUS | 0x202;
    if (random.nextInt(4) == 0) {
      flags |= Flags.DF;
    }
    CaseBlock.field(block, CaseBlock.RFLAGS, flags);
    CaseBlock.field(block, CaseBlock.SIGNAL, 0);
    CaseBlock.field(block, CaseBlock.VECTOR, 0);
    CaseBlock.field(block, CaseBlock.ERROR, 0);
    CaseBlock.field(block, CaseBlock.FAULT_ADDRESS, 0);
  }

  private void floatingPoint(long block) {
    HostMemory.fill(block + CaseBlock.FX, 512, (byte) 0);
    int control = 0x7f | random.nextInt(4) << 8 | random.nextInt(4) << 10;
    if (random.nextInt(3) != 0) {
      control = 0x37f;
    }
    HostMemory.putShort(block + CaseBlock.FX, (short) control);
    int status = random.nextInt() & 0x7f7f & ~0x80;
    HostMemory.putShort(block + CaseBlock.FX + 2, (short) status);
    int tags = random.nextInt(3) == 0 ? random.nextInt(256) : 0xff;
    HostMemory.putByte(block + CaseBlock.FX + 4, (byte) tags);
    HostMemory.putInt(block + CaseBlock.MXCSR, mxcsr());
    for (int i = 0; i < 8; i++) {
      HostMemory.putLong(block + CaseBlock.ST + 16L * i, values.extendedLow());
      HostMemory.putLong(block + CaseBlock.ST + 16L * i + 8, values.extendedHigh());
    }
    for (int i = 0; i < 32; i++) {
      HostMemory.putLong(block + CaseBlock.XMM + 8L * i, values.lane());
    }
    if (random.nextInt(3) == 0) {
      similarVectors(block);
    }
  }

  /** Makes registers hold all singles or all doubles, so that arithmetic meets arithmetic. */
  private void similarVectors(long block) {
    boolean singles = random.nextBoolean();
    for (int i = 0; i < 32; i++) {
      long value =
          singles ? values.single() & 0xffffffffL | (long) values.single() << 32 : values.dbl();
      HostMemory.putLong(block + CaseBlock.XMM + 8L * i, value);
    }
  }

  private int mxcsr() {
    int value = 0x1f80;
    if (random.nextInt(3) == 0) {
      value |= random.nextInt(4) << 13 | random.nextInt(64) | random.nextInt(2) << 15;
      value |= random.nextInt(2) << 6;
    }
    if (random.nextInt(10) == 0) {
      value &= ~(random.nextInt(64) << 7);
    }
    return value;
  }

  /** Mostly a value that MXCSR cannot have. */
  private int anyMxcsr() {
    int value = random.nextInt();
    return HostProcessor.isAmd() ? value & ~AmdForm.MISALIGNED : value;
  }

  private void memory(long block) {
    for (int i = 0; i < CaseBlock.MEMORY_SIZE; i += 8) {
      HostMemory.putLong(block + CaseBlock.MEMORY + i, random.nextLong());
    }
  }

  private void implicitOperands(long block, Insn insn, InsnGenerator generator) {
    switch (insn.mnemonic) {
      case MOVS, CMPS, STOS, LODS, SCAS -> strings(block, insn);
      case XLAT -> set(block, RBX, windowAddress(512) - segments.base(insn), insn.addressSize);
      case MASKMOVQ, MASKMOVDQU ->
          set(block, RDI, windowAddress(512) - segments.base(insn), insn.addressSize);
      case ENTER, LEAVE ->
          CaseBlock.gpr(
              block,
              RBP,
              AddressMap.WINDOW + 512 + 8 * random.nextInt(32) - segments.base(CpuState.SS));
      case RET -> target(block, stackAddress(block), generator.address);
      case POPF -> plainFlags(block);
      case LAR, LSL, VERR, VERW, MOV -> {
        int last = insn.operandCount - 1;
        if (Selection.takesSelector(insn.row) && insn.kind[last] == OperandKind.GPR) {
          int register = insn.register[last];
          CaseBlock.gpr(block, register, mix(CaseBlock.gpr(block, register), selector(), 2));
        }
      }
      case POP -> {
        if (Selection.loadsSegment(insn.row)) {
          content(block, stackAddress(block), selector());
        }
      }
      case DIV, IDIV -> dividend(block, insn);
      case LOOP, LOOPE, LOOPNE, JCXZ -> {
        if (random.nextBoolean()) {
          CaseBlock.gpr(
              block, RCX, (random.nextLong() << 32) * random.nextInt(2) + random.nextInt(3));
        }
      }
      case PCMPESTRI, PCMPESTRM -> {
        if (random.nextInt(4) != 0) {
          CaseBlock.gpr(block, RAX, random.nextInt(40) - 20);
          CaseBlock.gpr(block, RDX, random.nextInt(40) - 20);
        }
      }
      case CALL, JMP -> {
        if (insn.kind[0] == OperandKind.GPR) {
          CaseBlock.gpr(block, insn.register[0], landing(generator.address));
        }
      }
      default -> {}
    }
    if (insn.row.bitIndex && insn.kind[1] == OperandKind.GPR && insn.memoryOperand() >= 0) {
      long bit = random.nextInt(3000) - 1500L;
      CaseBlock.gpr(
          block,
          insn.register[1],
          insn.size[1] == 8 ? bit : mix(random.nextLong(), bit, insn.size[1]));
    }
  }

  private int selector() {
    return Segmentation.anySelector(random.nextInt());
  }

  /** Puts a selector at an address of the window. */
  private static void content(long block, long address, int selector) {
    HostMemory.putShort(block + CaseBlock.MEMORY + address - AddressMap.WINDOW, (short) selector);
  }

  private void strings(long block, Insn insn) {
    set(block, RSI, windowAddress(512) + 256 - segments.base(insn), insn.addressSize);
    long destination = windowAddress(512) + 256;
    if (segments != Segmentation.LONG) {
      destination -= segments.base(CpuState.ES);
    }
    set(block, RDI, destination, insn.addressSize);
    if (insn.repeat != 0) {
      set(block, RCX, random.nextInt(12), insn.addressSize);
      boolean sparse = random.nextInt(3) != 0;
      if (sparse) {
        long filler = random.nextBoolean() ? 0 : values.integer();
        for (int i = 0; i < CaseBlock.MEMORY_SIZE; i += 8) {
          if (random.nextInt(8) != 0) {
            HostMemory.putLong(block + CaseBlock.MEMORY + i, filler);
          }
        }
      }
    }
  }

  /** An address with at least {@code room} bytes of the window behind it. */
  private long windowAddress(int room) {
    return AddressMap.WINDOW + random.nextInt(CaseBlock.MEMORY_SIZE - room);
  }

  /** Sets an address register; with 32-bit addresses its upper half is anything. */
  private void set(long block, int register, long value, int addressSize) {
    CaseBlock.gpr(
        block, register, addressSize == 8 ? value : mix(random.nextLong(), value, addressSize));
  }

  private static long mix(long upper, long lower, int bytes) {
    long mask = bytes == 8 ? -1 : (1L << 8 * bytes) - 1;
    return upper & ~mask | lower & mask;
  }

  private long landing(long from) {
    long target;
    do {
      target = AddressMap.CODE + 16 + random.nextInt(AddressMap.CODE_SIZE - 32);
    } while (target > from - 32 && target < from + 32);
    return target - segments.base(CpuState.CS);
  }

  private void target(long block, long at, long from) {
    HostMemory.putLong(block + CaseBlock.MEMORY + at - AddressMap.WINDOW, landing(from));
  }

  /** Keeps TF, NT, AC and RF out of what POPF may load. */
  private void plainFlags(long block) {
    long at = stackAddress(block) - AddressMap.WINDOW;
    long flags = HostMemory.getLong(block + CaseBlock.MEMORY + at);
    HostMemory.putLong(block + CaseBlock.MEMORY + at, flags & ~0x54100L);
  }

  /** Half of the time a dividend that fits, so that division does not always fault. */
  private void dividend(long block, Insn insn) {
    if (random.nextInt(4) != 0) {
      boolean signed = insn.mnemonic == Mnemonic.IDIV;
      long low = CaseBlock.gpr(block, RAX);
      if (insn.size[0] == 1) {
        CaseBlock.gpr(block, RAX, mix(low, signed ? (byte) low : low & 0xff, 2));
      } else {
        int shift = 64 - 8 * insn.size[0];
        long high = signed ? low << shift >> 63 : 0;
        high += random.nextInt(8) == 0 ? random.nextInt(16) : 0;
        CaseBlock.gpr(block, RDX, mix(CaseBlock.gpr(block, RDX), high, insn.size[0]));
      }
    }
  }

  private void placeOperand(long block, Insn insn, boolean usesStack) {
    int size = Math.max(insn.size[insn.memoryOperand()], 1);
    long target = windowAddress(size == 512 ? 512 : size < 94 ? 128 : 256);
    if (insn.row.bitIndex && insn.kind[1] == OperandKind.GPR) {
      target = AddressMap.WINDOW + 256 + random.nextInt(256);
    }
    int alignment = insn.row.alignment;
    if (alignment > 1 && random.nextInt(16) != 0) {
      target &= -alignment;
    }
    boolean fixed = insn.base < 0 || insn.base == Insn.RIP;
    if (fixed && insn.index < 0) {
      return;
    }
    if (usesStack && insn.base == RSP) {
      return;
    }
    boolean wide = insn.addressSize == (segments == Segmentation.LONG ? 8 : 4);
    if (!fixed && random.nextInt(40) == 0 && wide && !insn.row.bitIndex) {
      target = badAddress(size);
    }
    target -= segments.base(insn);
    solve(block, insn, target, fixed);
  }

  /** An address that faults: behind the end of memory, across it, or not canonical. */
  private long badAddress(int size) {
    return switch (segments == Segmentation.LONG ? random.nextInt(4) : 3) {
      case 0 -> 0x8000_0000_0000_0000L + random.nextInt(1 << 20);
      case 1 -> 0x7fff_ffff_fff0L + 0x10_0000_0000L;
      default -> AddressMap.SCRATCH + AddressMap.SCRATCH_SIZE - random.nextInt(size);
    };
  }

  private void solve(long block, Insn insn, long target, boolean fixed) {
    long goal = target - insn.displacement;
    if (fixed) {
      // Index times scale must reach the target from a displacement that lies in the window.
      set(block, insn.index, random.nextInt(8), insn.addressSize);
      return;
    }
    if (insn.index < 0) {
      set(block, insn.base, goal, insn.addressSize);
    } else if (insn.index == insn.base) {
      set(block, insn.base, Math.floorDiv(goal, 1 + (1L << insn.scale)), insn.addressSize);
    } else {
      long index = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(64) - 32;
      CaseBlock.gpr(block, insn.index, index);
      set(block, insn.base, goal - (index << insn.scale), insn.addressSize);
    }
  }

  /** Address of the memory operand for the registers of a block, without a bit index. */
  static long effectiveAddress(long block, Insn insn, Segmentation segments) {
    long address = insn.displacement;
    if (insn.base == Insn.RIP) {
      address += CaseBlock.field(block, CaseBlock.RIP) + insn.length;
    } else if (insn.base >= 0) {
      address += CaseBlock.gpr(block, insn.base);
    }
    if (insn.index >= 0) {
      address += CaseBlock.gpr(block, insn.index) << insn.scale;
    }
    return segments.linear(insn, address);
  }

  /** Whether the operand lies in the window, or where it faults for certain. */
  private boolean inside(long block, Insn insn) {
    if (insn.memoryOperand() < 0) {
      return true;
    }
    int size = Math.max(insn.size[insn.memoryOperand()], 1);
    long address = effectiveAddress(block, insn, segments);
    boolean unmapped =
        address + size > AddressMap.SCRATCH + AddressMap.SCRATCH_SIZE
                && address < AddressMap.UNMAPPED_END
            || (address >>> 47) != 0 && (address >> 47) != -1;
    if (insn.row.bitIndex) {
      unmapped = false;
    }
    return unmapped || address >= AddressMap.WINDOW && address + size <= AddressMap.WINDOW_END;
  }

  private static boolean mapped(long address, int size) {
    return address >= AddressMap.WINDOW && address + size <= AddressMap.WINDOW_END;
  }

  /** Puts meaningful values where the memory operand lies. */
  private void operandContent(long block, Insn insn) {
    int operand = insn.memoryOperand();
    if (operand < 0) {
      compareExchange(block, insn, 0);
      return;
    }
    long address = effectiveAddress(block, insn, segments);
    int size = insn.size[operand];
    if (!mapped(address, Math.max(size, 16))) {
      return;
    }
    if (Selection.takesSelector(insn.row)) {
      boolean far = insn.mnemonic == Mnemonic.LES || insn.mnemonic == Mnemonic.LDS;
      content(block, far ? address + insn.operandSize : address, selector());
      return;
    }
    long at = block + CaseBlock.MEMORY + address - AddressMap.WINDOW;
    switch (insn.mnemonic) {
      case CALL, JMP ->
          HostMemory.putLong(
              at, landing(CaseBlock.field(block, CaseBlock.RIP) + segments.base(CpuState.CS)));
      case LDMXCSR -> HostMemory.putInt(at, random.nextInt(4) == 0 ? anyMxcsr() : mxcsr());
      case FXRSTOR -> {
        floatingPoint(block);
        HostMemory.copy(block + CaseBlock.FX, at, 512);
        floatingPoint(block);
      }
      case FLDENV, FRSTOR, FLDCW -> maskedEnvironment(at, insn);
      default -> {
        if (size == 10) {
          HostMemory.putLong(at, values.extendedLow());
          HostMemory.putShort(at + 8, (short) values.extendedHigh());
        } else if (insn.row.usesFpu) {
          vectorContent(at, size);
        } else if (size <= 8) {
          long old = HostMemory.getLong(at);
          HostMemory.putLong(at, mix(old, values.integer(), Math.max(size, 1)));
        }
        compareExchange(block, insn, at);
      }
    }
  }

  private void vectorContent(long at, int size) {
    switch (size) {
      case 4 ->
          HostMemory.putInt(at, random.nextBoolean() ? values.single() : (int) values.integer());
      case 8 -> HostMemory.putLong(at, values.lane());
      case 16 -> {
        HostMemory.putLong(at, values.lane());
        HostMemory.putLong(at + 8, values.lane());
      }
      default -> {}
    }
  }

  /** An x87 control word with all exceptions masked, so that none stays pending. */
  private void maskedEnvironment(long at, Insn insn) {
    HostMemory.putShort(at, (short) (HostMemory.getShort(at) | 0x7f));
    if (insn.mnemonic != Mnemonic.FLDCW) {
      int status = insn.size[0] == 14 || insn.size[0] == 94 ? 2 : 4;
      HostMemory.putShort(at + status, (short) (HostMemory.getShort(at + status) & 0x7f7f));
    }
  }

  /** Half of the time makes the accumulator equal to the destination. */
  private void compareExchange(long block, Insn insn, long at) {
    if (random.nextBoolean()) {
      return;
    }
    switch (insn.mnemonic) {
      case CMPXCHG -> {
        long value = at != 0 ? HostMemory.getLong(at) : CaseBlock.gpr(block, insn.register[0]);
        if (insn.base != RAX && insn.index != RAX) {
          CaseBlock.gpr(block, RAX, value);
        }
      }
      case CMPXCHG8B, CMPXCHG16B -> {
        if (insn.base != RAX && insn.index != RAX && insn.base != RDX && insn.index != RDX) {
          int half = insn.size[0] / 2;
          long high = HostMemory.getLong(at + half);
          CaseBlock.gpr(block, RAX, mix(random.nextLong(), HostMemory.getLong(at), half));
          CaseBlock.gpr(block, RDX, mix(random.nextLong(), high, half));
        }
      }
      default -> {}
    }
  }
}
