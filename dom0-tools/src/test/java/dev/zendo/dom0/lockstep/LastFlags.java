package dev.zendo.dom0.lockstep;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.x86.Decoder;
import dev.zendo.hypervisor.engine.x86.Disassembler;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;

/**
 * Which flags the instructions since the last comparison may have left undefined. Flags are made
 * the same after each comparison, so what lies before does not matter. One thread.
 */
final class LastFlags {
  private static final int LONGEST = 15;

  /** Most instructions of a listing. */
  private static final int LISTED = 48;

  private static final int PAGE = MachineMemory.FRAME_SIZE;

  private final byte[] code = new byte[PAGE];
  private final Insn insn = new Insn();
  private final Disassembler disassembler = new Disassembler();
  private final MachineMemory memory;
  private final boolean byBlocks;
  private long masked;

  /**
   * Nothing was executed yet.
   *
   * @param memory where code is read
   * @param byBlocks whether no more than a block is executed between comparisons
   */
  LastFlags(MachineMemory memory, boolean byBlocks) {
    this.memory = memory;
    this.byBlocks = byBlocks;
  }

  /** How often flags differed that were undefined. */
  long masked() {
    return masked;
  }

  /**
   * Flags that may differ.
   *
   * @param vcpu whose page tables show the code
   * @param rip first instruction
   * @param count instructions executed; a further one may have been left before its end
   */
  int undefined(Vcpu vcpu, long rip, long count) {
    masked++;
    if (!byBlocks) {
      // Which way several blocks went is not known.
      return Flags.STATUS;
    }
    int undefined = 0;
    long at = rip;
    for (long i = 0; i < count; i++) {
      int available = fetch(vcpu, at);
      int length = Decoder.decode(code, 0, available, true, insn);
      if (length <= 0) {
        // Across two pages: nothing is known.
        return Flags.STATUS;
      }
      int own = insn.row.flagsUndefined() & Flags.STATUS;
      boolean conditional = insn.row.flagsRead() != 0 && own != 0;
      undefined = conditional ? undefined | own : undefined & ~insn.row.flagsWritten() | own;
      if (i + 1 < count && goesAnywhere()) {
        return Flags.STATUS;
      }
      at += length;
      if (insn.mnemonic == Mnemonic.JMP || insn.mnemonic == Mnemonic.CALL) {
        at += insn.immediate;
      }
    }
    return undefined;
  }

  /** Whether the instruction does not say where the next one is. */
  private boolean goesAnywhere() {
    return switch (insn.mnemonic) {
      case JMP, CALL -> insn.kind[0] != OperandKind.REL;
      case RET -> true;
      default -> false;
    };
  }

  private int fetch(Vcpu vcpu, long at) {
    long page = translate(vcpu, at);
    int available = (int) Math.min(LONGEST, PAGE - (at & PAGE - 1));
    if (page < 0) {
      return 0;
    }
    HostMemory.copyToArray(memory.base() + page + (at & PAGE - 1), code, 0, available);
    return available;
  }

  private static long translate(Vcpu vcpu, long at) {
    return CpuState.isCanonical(at) ? vcpu.mmu().translate(at, GuestMmu.EXECUTE) : -1;
  }

  /** The instructions that were executed, as far as they follow each other. */
  String listing(Vcpu vcpu, long rip, long count) {
    StringBuilder s = new StringBuilder();
    long at = rip;
    for (long i = 0; i <= Math.min(count, LISTED); i++) {
      int available = fetch(vcpu, at);
      int length = Decoder.decode(code, 0, available, true, insn);
      if (length <= 0) {
        break;
      }
      StringBuilder bytes = new StringBuilder();
      for (int k = 0; k < length; k++) {
        bytes.append(String.format("%02x ", code[k]));
      }
      String line = disassembler.disassemble(code, 0, available, true, at);
      s.append(String.format("  %x: %-40s %s%n", at, bytes, line));
      at += length;
    }
    return s.toString();
  }
}
