package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.Disassembler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The memory of a {@link StreamGuest} with random code in it, and from where to run it. */
final class RandomProgram {
  final byte[] code = new byte[StreamGuest.CODE_PAGES * StreamGuest.PAGE];
  final byte[] data = new byte[StreamGuest.DATA_PAGES * StreamGuest.PAGE];
  final byte[] stack = new byte[StreamGuest.STACK_PAGES * StreamGuest.PAGE];

  /** Where pieces of code begin, as offsets in {@link #code}. */
  final List<Integer> entries = new ArrayList<>();

  /** Where instructions begin, and their lengths. */
  final List<int[]> instructions = new ArrayList<>();

  /** For the registers and the way through the program. */
  final long seed;

  /** Registers that hold addresses of data. */
  final int[] pointers;

  /** Register that holds small numbers. */
  final int index;

  RandomProgram(long seed, int[] pointers, int index) {
    this.seed = seed;
    this.pointers = pointers;
    this.index = index;
    Arrays.fill(code, (byte) 0xcc);
  }

  /** The same without an instruction. */
  RandomProgram without(int instruction) {
    RandomProgram less = new RandomProgram(seed, pointers, index);
    System.arraycopy(code, 0, less.code, 0, code.length);
    System.arraycopy(data, 0, less.data, 0, data.length);
    System.arraycopy(stack, 0, less.stack, 0, stack.length);
    less.entries.addAll(entries);
    less.instructions.addAll(instructions);
    int[] gone = less.instructions.remove(instruction);
    Arrays.fill(less.code, gone[0], gone[0] + gone[1], (byte) 0x90);
    return less;
  }

  /** A listing. */
  String text() {
    Disassembler disassembler = new Disassembler();
    StringBuilder s = new StringBuilder();
    for (int[] instruction : instructions) {
      int at = instruction[0];
      long address = StreamGuest.CODE + at;
      if (entries.contains(at)) {
        s.append(String.format("entry %x:%n", address));
      }
      StringBuilder bytes = new StringBuilder();
      for (int i = 0; i < instruction[1]; i++) {
        bytes.append(String.format("%02x ", code[at + i]));
      }
      String line = disassembler.disassemble(code, at, instruction[1], true, address);
      s.append(String.format("  %x: %-40s %s%n", address, bytes, line));
    }
    return s.toString();
  }
}
