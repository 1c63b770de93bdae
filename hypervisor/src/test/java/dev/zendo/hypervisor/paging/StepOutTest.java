package dev.zendo.hypervisor.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.memory.BootedGuest;
import dev.zendo.hypervisor.memory.SmallMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A vcpu comes out of the guest in the middle of an instruction, waits for another one, and goes
 * back in: what came for it meanwhile must not wait until the guest leaves on its own account.
 */
class StepOutTest {
  private static final int MASK = 1;

  private final SmallMachine machine = new SmallMachine();
  private final BootedGuest guest = new BootedGuest(machine, 1, 200);
  private final Vcpu vcpu = guest.domain.vcpu(0);
  private final Vcpu other = machine.addVcpu(guest.domain, new Interrupter());
  private Runnable news = () -> {};

  /** Runs guest code until it is asked out; then something happens, and it comes. */
  private final class Interrupter extends SmallMachine.CountingExecutor {
    @Override
    public void requestExit() {
      if (other.gate().inside()) {
        news.run();
        other.gate().leave();
      }
    }
  }

  @AfterEach
  void everyFrameComesBack() {
    machine.end();
  }

  /** Has the vcpu decode a page, for which others must not have it writable any more. */
  private int exitsAfterDecoding() {
    other.gate().enter();
    vcpu.gate().enter();
    vcpu.mmu().revokeWriteTranslations(guest.frames[5]);
    return exits();
  }

  private int exits() {
    boolean unused = vcpu.gate().leave();
    return ((SmallMachine.CountingExecutor) vcpu.executor()).exits;
  }

  @Test
  void anEventThatCameMeanwhile() {
    news = vcpu::markEventPending;
    assertEquals(1, exitsAfterDecoding());
  }

  @Test
  void aNonMaskableInterrupt() {
    news = () -> vcpu.traps().nmiPending(true);
    assertEquals(1, exitsAfterDecoding());
  }

  @Test
  void nothingNew() {
    assertEquals(0, exitsAfterDecoding());
    HostMemory.putByte(vcpu.vcpuInfo() + MASK, (byte) 1);
    vcpu.markEventPending();
    assertEquals(0, exitsAfterDecoding(), "the guest knows of it");
  }

  @Test
  void whoWasOutsideStaysOutside() {
    int before = vcpu.stepOut();
    vcpu.markEventPending();
    vcpu.stepIn(before);
    assertEquals(false, vcpu.gate().inside());
    assertEquals(0, exits());
  }
}
