package dev.zendo.hypervisor.engine.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.hypervisor.engine.x86.CodeStreams;
import dev.zendo.hypervisor.engine.x86.Decoder;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the decoder calls invalid or too long raises #UD or #GP on the host's processor. */
class InvalidOpcodeTest {
  private static final int SLOTS = Integer.getInteger("zendo.invalid.slots", 100_000);
  private static final int INVALID_OPCODE = 6;
  private static final int GENERAL_PROTECTION = 13;

  /** Neither canonical nor near it, so that whatever the host does execute faults on memory. */
  private static final long NOWHERE = 0x4141_0000_0000_0000L;

  @Test
  void bytesThatAreNoInstructionRaiseInvalidOpcode() {
    assumeTrue(NativeCpu.supported(), "not Linux on x86-64: #UD not compared with this processor");
    assumeTrue(
        HostProcessor.isIntel() || HostProcessor.isAmd(),
        "neither Intel's nor AMD's processor: others know other instructions");
    byte[] code = CodeStreams.slots(SLOTS, 3, true);
    Map<String, Integer> differences = new TreeMap<>();
    Insn insn = new Insn();
    long block = HostMemory.allocate(CaseBlock.SIZE, 64);
    try (NativeCpu nativeCpu = new NativeCpu()) {
      for (int at = 0; at < code.length; at += CodeStreams.SLOT) {
        int length = Decoder.decode(code, at, CodeStreams.SLOT, true, insn);
        byte[] bytes = Arrays.copyOfRange(code, at, at + 16);
        if (length <= 0 && !spared(bytes)) {
          int vector = run(nativeCpu, block, bytes);
          int expected = length == Decoder.INVALID ? INVALID_OPCODE : GENERAL_PROTECTION;
          if (vector != expected) {
            StringBuilder hex = new StringBuilder();
            for (byte b : bytes) {
              hex.append(String.format("%02x ", b));
            }
            differences.put(hex + "decoder " + length, vector);
          }
        }
      }
    }
    assertEquals(0, differences.size(), () -> "vectors on the host: " + differences);
  }

  private static int run(NativeCpu nativeCpu, long block, byte[] bytes) {
    HostMemory.fill(block, CaseBlock.SIZE, (byte) 0);
    for (int register = 0; register < 16; register++) {
      CaseBlock.gpr(block, register, NOWHERE);
    }
    CaseBlock.field(block, CaseBlock.RFLAGS, 0x202);
    HostMemory.putShort(block + CaseBlock.FX, (short) 0x37f);
    HostMemory.putInt(block + CaseBlock.MXCSR, 0x1f80);
    nativeCpu.run(AddressMap.CODE + 0x800, bytes, bytes.length, block, 1);
    return CaseBlock.vector(block);
  }

  /**
   * Bytes not tried: VEX and EVEX, which the host may execute; opcodes that leave a virtual
   * machine; memory operands at absolute addresses; what AMD's processors alone know.
   */
  private static boolean spared(byte[] bytes) {
    int i = 0;
    while (i < 14 && isPrefix(bytes[i] & 0xff)) {
      i++;
    }
    int opcode = bytes[i] & 0xff;
    int second = bytes[i + 1] & 0xff;
    if (opcode == 0xc4 || opcode == 0xc5 || opcode == 0x62) {
      return true;
    }
    if (opcode != 0x0f) {
      return i >= 13 || HostProcessor.isAmd() && perhapsTooLong(opcode, i);
    }
    if (second == 0x38 || second == 0x3a) {
      i++;
      boolean virtualisation = (bytes[i + 1] & 0xf0) == 0x80;
      return virtualisation || i > 11 || absolute(bytes[i + 2] & 0xff, bytes[i + 3] & 0xff);
    }
    if (HostProcessor.isAmd() && knownToAmd(bytes, i, second)) {
      return true;
    }
    return switch (second) {
      case 0x01, 0x37, 0x78, 0x79, 0xc7 -> true;
      default -> i > 12 || absolute(bytes[i + 2] & 0xff, bytes[i + 3] & 0xff);
    };
  }

  /**
   * Undefined forms of 8F (XOP among them), C6 and C7: AMD's processors count their immediates, and
   * #GP for 16 bytes comes before #UD (seen).
   */
  private static boolean perhapsTooLong(int opcode, int prefixes) {
    return prefixes >= 3 && (opcode == 0x8f || opcode == 0xc6 || opcode == 0xc7);
  }

  /**
   * MOVNTSS and MOVNTSD of SSE4A (APM volume 4); LOCK MOV CR0 for CR8 (APM volume 3, MOV CRn); and
   * VERR and VERW, which fault on their operand before LOCK is refused (seen).
   */
  private static boolean knownToAmd(byte[] bytes, int prefixes, int second) {
    return switch (second) {
      case 0x2b -> has(bytes, prefixes, 0xf2) || has(bytes, prefixes, 0xf3);
      case 0x00, 0x20, 0x22 -> has(bytes, prefixes, 0xf0);
      default -> false;
    };
  }

  private static boolean has(byte[] bytes, int prefixes, int prefix) {
    for (int i = 0; i < prefixes; i++) {
      if ((bytes[i] & 0xff) == prefix) {
        return true;
      }
    }
    return false;
  }

  private static boolean absolute(int modrm, int sib) {
    boolean noBase = (modrm & 7) == 5 || (modrm & 7) == 4 && (sib & 7) == 5;
    return modrm < 0x40 && noBase;
  }

  private static boolean isPrefix(int b) {
    return switch (b) {
      case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3 -> true;
      default -> (b & 0xf0) == 0x40;
    };
  }
}
