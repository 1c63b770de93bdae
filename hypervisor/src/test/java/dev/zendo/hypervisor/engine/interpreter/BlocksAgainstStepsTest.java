package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> modrm(a, b, random.nextInt(8) << 3 | 1 + 2 * random.nextInt(2));
      case 3 -> modrm(a, b, 0x85); // test
      case 4 -> modrm(a, b, 0x8b); // mov
      case 5 -> {
        modrm(random.nextInt(8), b, 0x83); // arithmetic with an immediate
        emit(random.nextInt(256));
      }
      case 6 -> {
        modrm(4 + random.nextInt(4), b, 0xc1); // shifts
        emit(random.nextInt(70));
      }
      case 7 -> modrm(random.nextInt(2), b, 0xff); // inc, dec
      case 8 -> modrm(a, b, 0x0f, 0xaf); // imul
      case 9 -> modrm(a, b, 0x0f, 0x40 | random.nextInt(16)); // cmov
      case 10 -> modrm(0, b, 0x0f, 0x90 | random.nextInt(16)); // set
      case 11 -> modrm(2 + random.nextInt(2), b, 0xf7); // not, neg
      case 12 -> modrm(a, b, 0x0f, random.nextBoolean() ? 0xb6 : 0xbe); // movzx, movsx
      default -> emit(0x90);
    }
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
    guest.cpu.rip(TestGuest.CODE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void hotLoopEndsInTheSameState(long seed) {
    random = new Random(seed);
    program();
    try (TestGuest blocks = new TestGuest();
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
    }
  }
}
