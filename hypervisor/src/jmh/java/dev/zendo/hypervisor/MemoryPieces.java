package dev.zendo.hypervisor;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.memory.BootedGuest;
import dev.zendo.hypervisor.memory.SmallMachine;
import dev.zendo.hypervisor.paging.Pte;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Page tables and grants of a guest that does not run. */
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MemoryPieces {
  private static final int GRANTER = 1;
  private static final int MAX_PAGES = 100;
  private static final int REFERENCE = 8;
  private static final int PERMIT_ACCESS = 1;
  private static final int HOST_MAP = 2;

  /** Virtual pages of the guest: what is mapped, walked to and updated. */
  private static final int SLOT = 20;

  private static final int WALKED = 5;

  /** Where the guest has its arguments. */
  private static final long MAP = 0x200;

  private static final long UNMAP = 0x300;

  private SmallMachine machine;
  private BootedGuest user;
  private GuestMmu mmu;
  private Vcpu vcpu;
  private long entry;

  /** A guest that grants a page, and one that maps it. */
  @Setup
  public void start() {
    machine = new SmallMachine();
    machine.control(16);
    BootedGuest granter = new BootedGuest(machine, GRANTER, MAX_PAGES);
    user = new BootedGuest(machine, 2, MAX_PAGES);
    vcpu = user.domain.vcpu(0);
    mmu = machine.core.mmu(vcpu);
    long table = machine.memory.address(machine.grantFrame(granter.domain));
    HostMemory.putInt(table + 8L * REFERENCE + 4, (int) granter.frames[WALKED]);
    HostMemory.putInt(table + 8L * REFERENCE, PERMIT_ACCESS | user.domain.id() << 16);
    entry = SmallMachine.pte(user.frames[WALKED], Pte.PRESENT | Pte.WRITE | Pte.USER);
  }

  /** Ends them. */
  @TearDown
  public void stop() {
    machine.close();
  }

  /** A walk of four levels. */
  @Benchmark
  public long translate() {
    return mmu.translate((long) WALKED << 12, GuestMmu.READ);
  }

  /** The walk, and the entry into the vcpu's translation buffer. */
  @Benchmark
  public long fillTranslationBuffer() {
    long frame = mmu.translate((long) WALKED << 12, GuestMmu.READ);
    CpuState.enterTranslation(
        vcpu.cpu().base() + CpuState.KERNEL_TLB,
        (long) WALKED << 12,
        machine.memory.base() + frame,
        false);
    return frame;
  }

  /** One entry of a page table by its hypercall, validated and with a flush of one page. */
  @Benchmark
  public long updateVaMapping() {
    return user.map(SLOT, entry);
  }

  /** A grant mapped and unmapped: two hypercalls. */
  @Benchmark
  public long grantMapAndUnmap() {
    user.put(MAP, (long) SLOT << 12);
    HostMemory.putInt(user.at(MAP + 8), HOST_MAP);
    HostMemory.putInt(user.at(MAP + 12), REFERENCE);
    HostMemory.putInt(user.at(MAP + 16), GRANTER);
    long failed = user.call(Hypercalls.GRANT_TABLE_OP, 0, MAP, 1);
    user.put(UNMAP, (long) SLOT << 12);
    user.put(UNMAP + 8, 0);
    HostMemory.putInt(user.at(UNMAP + 16), HostMemory.getInt(user.at(MAP + 20)));
    failed |= user.call(Hypercalls.GRANT_TABLE_OP, 1, UNMAP, 1);
    if (failed != 0 || HostMemory.getShort(user.at(UNMAP + 20)) != 0) {
      throw new IllegalStateException("not mapped and unmapped");
    }
    return failed;
  }
}
