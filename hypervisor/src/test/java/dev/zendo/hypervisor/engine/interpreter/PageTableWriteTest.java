package dev.zendo.hypervisor.engine.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.x86.Flags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Stores to a page that refuses them are offered as page-table writes, with their results. */
@ParameterizedClass
@EnumSource(TestEngine.class)
class PageTableWriteTest {
  private final TestGuest guest;

  PageTableWriteTest(TestEngine engine) {
    guest = engine.guest();
  }

  @BeforeEach
  void protect() {
    guest.map(TestGuest.DATA, 2, 0);
    guest.emulatesStores = true;
    guest.reg(CpuState.RDI, TestGuest.DATA);
  }

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void formsThatLinuxUsesAreEmulated() {
    guest.poke(TestGuest.DATA, 0x67);
    guest.runToEnd("f08027fd"); // lock and byte [rdi],~2
    assertEquals(0x65, guest.peek(TestGuest.DATA));
    guest.runToEnd("f0480fba3705"); // lock btr qword [rdi],5
    assertEquals(0x45, guest.peek(TestGuest.DATA));
    assertEquals(Flags.CF, guest.flags() & Flags.CF);
    guest.reg(CpuState.RAX, 0).runToEnd("488707"); // xchg [rdi],rax
    assertEquals(0x45, guest.reg(CpuState.RAX));
    assertEquals(0, guest.peek(TestGuest.DATA));
    guest.runToEnd("48c7077b000000"); // mov qword [rdi],0x7b
    assertEquals(0x7b, guest.peek(TestGuest.DATA));
    guest.reg(CpuState.RAX, 0x7b).reg(CpuState.RCX, 9).runToEnd("f0480fb10f");
    assertEquals(9, guest.peek(TestGuest.DATA));
    guest.reg(CpuState.RAX, 3).reg(CpuState.RCX, 4).runToEnd("f348ab"); // rep stosq
    assertEquals(3, guest.peek(TestGuest.DATA + 24));
    assertEquals(5 + 4, guest.emulated);
  }

  @Test
  void unalignedAndCrossingStoresAreNotOffered() {
    guest.reg(CpuState.RDI, TestGuest.DATA + 4);
    assertEquals(ExitReason.EXCEPTION, guest.run("488907"));
    assertEquals(Vector.PF, guest.cpu.exitVector());
    assertEquals(7, guest.cpu.exitErrorCode());
    assertEquals(0, guest.emulated);
  }

  @Test
  void refusedUpdateLeavesFlagsAndRegisters() {
    guest.emulatesStores = false;
    guest.cpu.rflags(0x202 | Flags.STATUS);
    guest.reg(CpuState.RAX, 1);
    guest.run("f0480fc107"); // lock xadd [rdi],rax
    assertEquals(Vector.PF, guest.cpu.exitVector());
    assertEquals(1, guest.reg(CpuState.RAX));
    assertEquals(Flags.STATUS, guest.flags());
  }
}
