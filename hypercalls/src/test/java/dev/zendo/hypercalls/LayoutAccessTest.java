package dev.zendo.hypercalls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zendo.hypercalls.event.AllocUnbound;
import dev.zendo.hypercalls.event.Status;
import dev.zendo.hypercalls.grant.MapGrantRef;
import dev.zendo.hypercalls.start.SharedInfo;
import dev.zendo.hypercalls.start.StartInfo;
import dev.zendo.hypercalls.start.VcpuInfo;
import dev.zendo.hypercalls.start.VcpuTimeInfo;
import org.junit.jupiter.api.Test;

/** Reading and writing members, through arrays, unions and inner structures. */
class LayoutAccessTest {
  private final ByteArrayMemory memory = new ByteArrayMemory(8192);

  @Test
  void membersAreLittleEndianAtTheirOffset() {
    AllocUnbound.PORT.set(memory, 16, 0x01020304);
    assertEquals(4, memory.getByte(20));
    assertEquals(1, memory.getByte(23));
    assertEquals(0x01020304, AllocUnbound.PORT.get(memory, 16));
  }

  @Test
  void unsignedMembersAreNotSignExtended() {
    AllocUnbound.DOM.set(memory, 0, 0xfff0);
    assertEquals(0xfff0, AllocUnbound.DOM.get(memory, 0));
    AllocUnbound.PORT.set(memory, 0, -1);
    assertEquals(0xffffffffL, AllocUnbound.PORT.getUnsigned(memory, 0));
  }

  @Test
  void signedMembersAreSignExtended() {
    MapGrantRef.STATUS.set(memory, 0, -3);
    assertEquals(-3, MapGrantRef.STATUS.get(memory, 0));
    VcpuTimeInfo.TSC_SHIFT.set(memory, 0, -1);
    assertEquals(-1, VcpuTimeInfo.TSC_SHIFT.get(memory, 0));
  }

  @Test
  void membersOfAUnionShareTheirPlace() {
    Status.INTERDOMAIN_PORT.set(memory, 0, 7);
    Status.VIRQ.set(memory, 0, 3);
    assertEquals(3, Status.UNBOUND_DOM.get(memory, 0));
    assertEquals(7, Status.INTERDOMAIN_PORT.get(memory, 0));
  }

  @Test
  void innerStructuresAreReachedByTheirOwnConstants() {
    long second = SharedInfo.VCPU_INFO.at(0, 1);
    VcpuTimeInfo.SYSTEM_TIME.set(memory, VcpuInfo.TIME.at(second), 5);
    assertEquals(5, memory.getLong(64 + 32 + 16));
    assertThrows(IndexOutOfBoundsException.class, () -> SharedInfo.VCPU_INFO.at(0, 32));
    assertThrows(IndexOutOfBoundsException.class, () -> SharedInfo.EVTCHN_MASK.get(memory, 0, 64));
  }

  @Test
  void textIsCutSoThatAZeroEndsIt() {
    StartInfo.CMD_LINE.setString(memory, 0, "x".repeat(2000));
    assertEquals(1023, StartInfo.CMD_LINE.getString(memory, 0).length());
    assertEquals(0, StartInfo.CMD_LINE.get(memory, 0, 1023));
  }
}
