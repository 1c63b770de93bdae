package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hot loops give the same state and instruction count whether they run in blocks (fused, unrolled,
 * built along their usual way, without flags that nobody sees) or one instruction at a time.
 */
class BlocksAgainstStepsTest {
  private static final int ITERATIONS = 4000;

  private static final int[] REGISTERS = {
    CpuState.RAX, CpuState.RDX, CpuState.RBX, CpuState.RBP, CpuState.RSI, 8, 9, 10
  };

  private final List<Byte> code = new ArrayList<>();
  private Random random;

  /** Whether nothing may read flags that the architecture leaves undefined. */
  private boolean onlyDefinedFlags;

  private void emit(int... bytes) {
    for (int b : bytes) {
      code.add((byte) b);
    }
  }

  private int register() {
    return REGISTERS[random.nextInt(REGISTERS.length)];
  }

  /** An instruction with a REX prefix, ModRM register form. */
  private void modrm(int reg, int rm, int... opcode) {
    emit((random.nextBoolean() ? 0x48 : 0x40) | (reg >> 3) << 2 | rm >> 3);
    emit(opcode);
    emit(0xc0 | (reg & 7) << 3 | rm & 7);
  }

  private void simple() {
    int a = register();
    int b = register();
    switch (random.nextInt(18)) {
      case 0, 1, 2 -> modrm(a, b, random.nextInt(8) << 3 | 1 + 2 * random.nextInt(2));
      case 3 -> modrm(a, b, 0x85); // test
      case 4 -> modrm(a, b, 0x8b); // mov
      case 5 -> {
        modrm(random.nextInt(8), b, 0x83); // arithmetic with an immediate
        emit(random.nextInt(256));
      }
      case 6 -> {
        modrm(4 + random.nextInt(4), b, 0xc1); // shifts
        int shift = random.nextInt(70);
        emit(shift);
        if (shift != 1) {
          defineFlags(b);
        }
      }
      case 7 -> modrm(random.nextInt(2), b, 0xff); // inc, dec
      case 8 -> {
        modrm(a, b, 0x0f, 0xaf); // imul
        defineFlags(a);
      }
      case 9 -> modrm(a, b, 0x0f, 0x40 | random.nextInt(16)); // cmov
      case 10 -> modrm(0, b, 0x0f, 0x90 | random.nextInt(16)); // set
      case 11 -> modrm(2 + random.nextInt(2), b, 0xf7); // not, neg
      case 12 -> modrm(a, b, 0x0f, random.nextBoolean() ? 0xb6 : 0xbe); // movzx, movsx
      case 13, 14, 15, 16 -> memory(a);
      default -> emit(0x90);
    }
  }

  /** Ends what a multiplication or a shift left undefined; AF is read by nothing. */
  private void defineFlags(int register) {
    if (onlyDefinedFlags) {
      modrm(register, register, 0x85); // test
    }
  }

  /** An instruction with an operand of 1, 4 or 8 bytes in memory, at an address in r12. */
  private void memory(int register) {
    int[] opcodes = {0x8b, 0x89, 0x03, 0x01, 0x33, 0x31, 0x3b, 0x88, 0x8a, 0x00, 0x30, 0x87};
    emit((random.nextBoolean() ? 0x49 : 0x41) | (register >> 3) << 2);
    emit(opcodes[random.nextInt(opcodes.length)]);
    emit(0x44 | (register & 7) << 3, 0x24, random.nextInt(32));
  }

  /** Moves r12 to and fro in a page. */
  private void moveOperand() {
    emit(0x49, 0x81, 0xf4, random.nextInt(256) & 0x78, random.nextInt(8), 0, 0); // xor r12,n
  }

  private void skip() {
    int at = code.size();
    emit(random.nextInt(8) == 0 ? 0xeb : 0x70 | random.nextInt(16), 0);
    for (int i = random.nextInt(3); i >= 0; i--) {
      simple();
    }
    code.set(at + 1, (byte) (code.size() - at - 2));
  }

  private void program() {
    for (int i = 3 + random.nextInt(10); i > 0; i--) {
      if (random.nextInt(3) == 0) {
        skip();
      } else {
        simple();
      }
    }
    moveOperand();
    emit(0xff, 0xc9, 0x0f, 0x85); // dec ecx; jnz start
    int distance = -(code.size() + 4);
    emit(distance, distance >> 8, distance >> 16, distance >> 24);
    emit(0x9c, 0x5f, 0x0f, 0x05); // pushf; pop rdi; syscall
  }

  private void start(TestGuest guest, long seed) {
    for (int i = 0; i < code.size(); i++) {
      HostMemory.putByte(guest.host(TestGuest.CODE + i), code.get(i));
    }
    Random values = new Random(seed);
    for (int register : REGISTERS) {
      guest.reg(register, values.nextLong());
    }
    guest.reg(CpuState.RCX, ITERATIONS);
    guest.reg(12, TestGuest.DATA + 0x100);
    guest.cpu.rip(TestGuest.CODE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void hotLoopEndsInTheSameState(long seed) {
    compare(seed, new TestGuest());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24})
  void joinedLoopEndsInTheSameState(long seed) {
    TestGuest guest = new TestGuest(Heat.EAGER);
    compare(seed, guest);
    assertTrue(guest.joined() > 0, "joined");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36})
  void translatedLoopEndsInTheSameState(long seed) {
    TestGuest guest = TestGuest.direct();
    onlyDefinedFlags = true;
    compare(seed, guest);
    assertTrue(guest.translated() > 3 * ITERATIONS, "translated");
  }

  private void compare(long seed, TestGuest guest) {
    random = new Random(seed);
    program();
    try (TestGuest blocks = guest;
        TestGuest steps = new TestGuest()) {
      start(blocks, seed);
      start(steps, seed);
      assertEquals(ExitReason.SYSCALL, blocks.executor.run(Long.MAX_VALUE));
      int reason = ExitReason.INTERRUPTED;
      while (reason == ExitReason.INTERRUPTED) {
        reason = steps.executor.step();
      }
      assertEquals(ExitReason.SYSCALL, reason);
      assertEquals(steps.cpu.instructions(), blocks.cpu.instructions(), "instructions");
      for (int i = 0; i < 16; i++) {
        assertEquals(steps.reg(i), blocks.reg(i), "register " + i + " of seed " + seed);
      }
      for (long va = TestGuest.DATA; va < TestGuest.DATA + 0x1000; va += 8) {
        assertEquals(steps.peek(va), blocks.peek(va), "memory of seed " + seed);
      }
    }
  }
}
