package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.PlainMmu;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import org.junit.jupiter.api.Test;

/** Code that changes whenever it is decoded runs without being kept. */
class UnkeptBlockTest {
  /** Another vcpu writes to the code before its writable translations are revoked. */
  private static final class Restless extends PlainMmu {
    private final TestGuest guest;

    Restless(TestGuest guest) {
      this.guest = guest;
    }

    @Override
    public long translate(long va, int access) {
      return guest.translate(va, access);
    }

    @Override
    public long descriptor(int selector) {
      return guest.descriptor(selector);
    }

    @Override
    public void revokeWriteTranslations(long mfn) {
      guest.codeMap.written(mfn);
    }
  }

  private static void run(TestGuest guest, VcpuExecutor executor, String code) {
    guest.code(TestGuest.CODE, code + "0f0b");
    guest.cpu.rip(TestGuest.CODE);
    executor.run(100);
    assertEquals(Vector.UD, guest.cpu.exitVector());
  }

  @Test
  void changesAreSeen() {
    try (TestGuest guest = new TestGuest()) {
      var engine = new InterpreterEngine(guest.memory, guest.codeMap);
      VcpuExecutor executor = engine.attach(guest.cpu, new Restless(guest), () -> 0);
      run(guest, executor, "b801000000"); // mov eax,1
      assertEquals(1, guest.reg(CpuState.RAX));
      run(guest, executor, "b802000000"); // mov eax,2
      assertEquals(2, guest.reg(CpuState.RAX));
    }
  }
}
