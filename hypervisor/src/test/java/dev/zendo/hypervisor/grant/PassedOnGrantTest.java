package dev.zendo.hypervisor.grant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.memory.BootedGuest;
import dev.zendo.hypervisor.memory.SmallMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Grants of format 2 that give a part of a frame, or pass another domain's grant on. */
class PassedOnGrantTest {
  private static final int SELF = 0x7ff0;
  private static final int ACCESS = 1;
  private static final int TRANSITIVE = 3;
  private static final int READONLY = 4;
  private static final int PART = 0x100;
  private static final int REF = 8;

  private final SmallMachine machine = new SmallMachine();
  private final BootedGuest owner = new BootedGuest(machine, 1, 100);
  private final BootedGuest between = new BootedGuest(machine, 2, 100);
  private final BootedGuest user = new BootedGuest(machine, 3, 100);

  @BeforeEach
  void takeFormatTwo() {
    for (BootedGuest guest : new BootedGuest[] {owner, between}) {
      HostMemory.putInt(guest.at(0x100), 2);
      assertEquals(0, guest.call(Hypercalls.GRANT_TABLE_OP, GrantOp.SET_VERSION, 0x100, 1));
    }
  }

  @AfterEach
  void everyFrameComesBack() {
    machine.end();
  }

  private static GrantTable table(BootedGuest guest) {
    return GrantingDomain.stateOf(guest.domain).table();
  }

  private long entry(BootedGuest guest, int ref) {
    return machine.memory.address(table(guest).sharedFrame(0)) + 16L * ref;
  }

  private void grant(BootedGuest from, int ref, int flags, int to, long frame, int part) {
    HostMemory.putLong(entry(from, ref) + 8, frame);
    HostMemory.putInt(entry(from, ref) + 4, part);
    HostMemory.putInt(entry(from, ref), flags | to << 16);
  }

  private void passOn(int ref, int to, int from, int fromRef) {
    grant(between, ref, TRANSITIVE, to, fromRef, from);
  }

  private int status(BootedGuest guest, int ref) {
    return HostMemory.getShort(machine.memory.address(table(guest).statusFrame(0)) + 2L * ref);
  }

  /** Copies 8 bytes between the user's frame 9 and a grant; returns the status. */
  private int copy(boolean fromGrant, int domain, int ref, int offset) {
    int granted = fromGrant ? 0x400 : 0x410;
    int own = fromGrant ? 0x410 : 0x400;
    user.put(granted, ref);
    HostMemory.putShort(user.at(granted + 8), (short) domain);
    HostMemory.putShort(user.at(granted + 10), (short) offset);
    user.put(own, user.frames[9]);
    HostMemory.putShort(user.at(own + 8), (short) SELF);
    HostMemory.putShort(user.at(own + 10), (short) 0);
    HostMemory.putShort(user.at(0x420), (short) 8);
    HostMemory.putShort(user.at(0x422), (short) (fromGrant ? 1 : 2));
    assertEquals(0, user.call(Hypercalls.GRANT_TABLE_OP, GrantOp.COPY, 0x400, 1));
    return HostMemory.getShort(user.at(0x424));
  }

  private long ownerWord(int offset) {
    return machine.memory.address(owner.frames[5]) + offset;
  }

  @Test
  void passedOnGrantIsReadAndWritten() {
    grant(owner, REF, ACCESS, 2, owner.frames[5], 0);
    passOn(9, 3, 1, REF);
    HostMemory.putLong(ownerWord(64), 0x1234);
    assertEquals(0, copy(true, 2, 9, 64));
    assertEquals(0x1234, machine.entry(user.frames[9], 0));
    HostMemory.putLong(machine.memory.address(user.frames[9]), 0x5678);
    assertEquals(0, copy(false, 2, 9, 72));
    assertEquals(0x5678, HostMemory.getLong(ownerWord(72)));
    assertEquals(0, status(owner, REF));
    assertEquals(0, status(between, 9));
    assertEquals(0, table(owner).pins(REF));
    assertEquals(0, table(between).pins(9));
  }

  @Test
  void rightsOfBothGrantsCount() {
    grant(owner, REF, ACCESS | READONLY, 2, owner.frames[5], 0);
    passOn(9, 3, 1, REF);
    assertEquals(0, copy(true, 2, 9, 0));
    assertEquals(-1, copy(false, 2, 9, 0));
    passOn(9, 1, 1, REF);
    assertEquals(-1, copy(true, 2, 9, 0));
    passOn(9, 3, 1, REF + 1);
    assertEquals(-1, copy(true, 2, 9, 0));
    passOn(9, 3, 1, 1 << 20);
    assertEquals(-3, copy(true, 2, 9, 0));
    grant(owner, REF, ACCESS, 3, owner.frames[5], 0);
    passOn(9, 3, 1, REF);
    assertEquals(-1, copy(true, 2, 9, 0));
    assertEquals(0, status(owner, REF));
    assertEquals(0, status(between, 9));
  }

  @Test
  void onlyOneLevelIsPassedOn() {
    grant(owner, REF, TRANSITIVE, 2, 9, 3);
    passOn(9, 3, 1, REF);
    assertEquals(-1, copy(true, 2, 9, 0));
    passOn(9, 3, 2, 10);
    assertEquals(-1, copy(true, 2, 9, 0));
    passOn(9, 3, 77, 10);
    assertEquals(-1, copy(true, 2, 9, 0));
    assertEquals(0, status(owner, REF));
    assertEquals(0, status(between, 9));
  }

  @Test
  void grantMayComeBackToItsOwner() {
    HostMemory.putInt(user.at(0x100), 2);
    assertEquals(0, user.call(Hypercalls.GRANT_TABLE_OP, GrantOp.SET_VERSION, 0x100, 1));
    grant(user, REF, ACCESS, 2, user.frames[7], 0);
    passOn(9, 3, 3, REF);
    HostMemory.putLong(machine.memory.address(user.frames[7]), 0x99);
    assertEquals(0, copy(true, 2, 9, 0));
    assertEquals(0x99, machine.entry(user.frames[9], 0));
  }

  @Test
  void partOfAFrameIsAllThatIsGiven() {
    grant(owner, REF, ACCESS | PART, 3, owner.frames[5], 16 | 32 << 16);
    assertEquals(0, copy(true, 1, REF, 16));
    assertEquals(0, copy(false, 1, REF, 40));
    assertEquals(-1, copy(true, 1, REF, 8));
    assertEquals(-1, copy(true, 1, REF, 41));
    grant(owner, REF, ACCESS | PART, 2, owner.frames[5], 16 | 32 << 16);
    passOn(9, 3, 1, REF);
    assertEquals(0, copy(true, 2, 9, 40));
    assertEquals(-1, copy(true, 2, 9, 41));
    grant(owner, REF, ACCESS | PART, 3, owner.frames[5], 4000 | 4096 << 16);
    assertEquals(-10, copy(true, 1, REF, 4090));
  }

  @Test
  void passedOnGrantCannotBeMapped() {
    grant(owner, REF, ACCESS, 2, owner.frames[5], 0);
    passOn(9, 3, 1, REF);
    user.put(0x200, 20L << 12);
    HostMemory.putInt(user.at(0x208), 2);
    HostMemory.putInt(user.at(0x20c), 9);
    HostMemory.putInt(user.at(0x210), 2);
    assertEquals(0, user.call(Hypercalls.GRANT_TABLE_OP, GrantOp.MAP_GRANT_REF, 0x200, 1));
    assertEquals(-1, HostMemory.getShort(user.at(0x212)));
  }
}
