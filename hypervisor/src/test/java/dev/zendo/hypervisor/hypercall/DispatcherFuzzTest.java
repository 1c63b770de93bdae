package dev.zendo.hypervisor.hypercall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.FakeMemory;
import dev.zendo.hypervisor.domain.TestMachine;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hostile guests: any number, any arguments, any contents behind pointers. */
class DispatcherFuzzTest {
  private static final long SEED = 20260117;
  private static final int CALLS = 200_000;

  private final TestMachine machine = new TestMachine();

  @AfterEach
  void close() {
    machine.close();
  }

  private static long wild(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> 0;
      case 1 -> random.nextInt(64);
      case 2 -> -1 - random.nextInt(4);
      case 3 -> random.nextLong();
      case 4 -> 0xffff800000000000L + random.nextInt(1 << 20);
      case 5 -> 0x7ff0 + random.nextInt(4);
      case 6 -> FakeMemory.BASE + FakeMemory.SIZE - random.nextInt(64);
      default -> FakeMemory.BASE + random.nextInt(FakeMemory.SIZE);
    };
  }

  private void scribble(Random random) {
    long at = machine.memory.host(FakeMemory.BASE + random.nextInt(FakeMemory.SIZE - 512));
    for (int i = 0; i < 512; i += 4) {
      HostMemory.putInt(at + i, random.nextBoolean() ? random.nextInt(40) : random.nextInt());
    }
  }

  @Test
  void wildArgumentsNeitherThrowNorReachOtherDomains() {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    Domain other = machine.domain(2, 1);
    int next = 3;
    Domain domain = machine.domain(next, 4);
    for (int i = 0; i < CALLS; i++) {
      Vcpu vcpu = domain.vcpu(random.nextInt(4));
      if (i % 16 == 0) {
        scribble(random);
      }
      int number = random.nextInt(8) == 0 ? random.nextInt(70) - 3 : random.nextInt(50);
      long result =
          machine.call(
              vcpu,
              number,
              random.nextInt(3) == 0 ? wild(random) : random.nextInt(40),
              wild(random),
              wild(random),
              wild(random),
              wild(random));
      assertTrue(result >= -4096 || number == Hypercalls.GET_DEBUGREG || number == Hypercalls.IRET);
      if (domain.shutdownReason() >= 0) {
        machine.manager.destroy(domain);
        next = 3 + (next + 1) % 1000;
        domain = machine.domain(next, 4);
      }
    }
    assertEquals(0, machine.manager.failures().count());
    assertEquals(-1, other.shutdownReason());
    assertEquals(0, other.events().open());
    assertEquals(0, other.pauses());
    assertNotNull(machine.domains.get(2));
  }

  @Test
  void unknownNumbersAreNotImplemented() {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    for (long number : new long[] {11, 43, 63, 64, 1L << 40, -1, Long.MIN_VALUE}) {
      assertEquals(-Errno.ENOSYS, machine.dispatcher.call(vcpu, number, 0, 0, 0, 0, 0));
    }
  }

  @Test
  void toolstackCallsAreRefusedToOrdinaryDomains() {
    Vcpu vcpu = machine.domain(1, 1).vcpu(0);
    machine.domain(2, 1);
    long at = machine.memory.host(FakeMemory.BASE);
    for (int command = 1; command < 90; command++) {
      HostMemory.fill(at, 256, (byte) 0);
      HostMemory.putInt(at, command);
      HostMemory.putInt(at + 4, 0x15);
      HostMemory.putShort(at + 8, (short) 2);
      long result = machine.call(vcpu, Hypercalls.DOMCTL, FakeMemory.BASE);
      assertTrue(
          result == -Errno.EPERM || result == -Errno.EINVAL || result == -Errno.EOPNOTSUPP,
          "domctl " + command + ": " + result);
      assertEquals(-Errno.EPERM, machine.call(vcpu, Hypercalls.SYSCTL, FakeMemory.BASE));
      HostMemory.putInt(at + 4, 0x14);
      assertEquals(-Errno.EACCES, machine.call(vcpu, Hypercalls.DOMCTL, FakeMemory.BASE));
      assertEquals(-Errno.EACCES, machine.call(vcpu, Hypercalls.SYSCTL, FakeMemory.BASE));
    }
    assertEquals(0, machine.domains.get(2).pauses());
  }
}
