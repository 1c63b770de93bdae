package dev.zendo.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.paging.Pte;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Several vcpus of one domain change the same page tables at once; the counts stay right. */
class PagingStressTest {
  private static final int THREADS = 3;
  private static final int STEPS = 4000;
  private static final int PAGES = 8;
  private static final int FRAMES = 10;
  private static final int SELF = 0x7ff0;

  private final SmallMachine machine = new SmallMachine();
  private Domain domain;
  private long[] boot;
  private long[] frames;

  @Test
  void countsSurviveConcurrency() throws InterruptedException, ExecutionException {
    long free = machine.core.freeFrames();
    domain = machine.guest(1, 200);
    boot = machine.boot(domain, PAGES);
    for (int i = 1; i < THREADS; i++) {
      Vcpu vcpu = machine.addVcpu(domain, new SmallMachine.CountingExecutor());
      assertEquals(0, machine.core.setKernelRoot(vcpu, boot[PAGES + 3]));
    }
    frames = IntStream.range(0, FRAMES).mapToLong(i -> machine.page(domain)).toArray();
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Long>> results =
          IntStream.range(0, THREADS).mapToObj(i -> pool.submit(() -> run(i))).toList();
      long done = 0;
      for (Future<Long> result : results) {
        done += result.get();
      }
      assertTrue(done > STEPS / 4, "most calls are refused: " + done);
    } finally {
      pool.shutdownNow();
    }
    assertEquals(List.of(), machine.core.audit());
    machine.destroy(domain);
    assertEquals(free, machine.core.freeFrames());
    machine.close();
  }

  private long run(int id) {
    Random random = new Random(id);
    long done = 0;
    for (int i = 0; i < STEPS; i++) {
      done += step(id, random) ? 1 : 0;
    }
    return done;
  }

  private boolean step(int id, Random random) {
    Vcpu vcpu = domain.vcpu(id);
    long arguments = (long) id << 12;
    long base = machine.memory.address(boot[id]);
    long mfn = frames[random.nextInt(FRAMES)];
    long other = frames[random.nextInt(FRAMES)];
    int kind = random.nextInt(8);
    if (kind < 4) {
      HostMemory.putLong(base, (mfn << 12) + 8L * random.nextInt(4));
      long flags = Pte.PRESENT | Pte.USER | (random.nextInt(3) == 0 ? Pte.WRITE : 0);
      HostMemory.putLong(base + 8, random.nextInt(3) == 0 ? 0 : other << 12 | flags);
      return call(vcpu, Hypercalls.MMU_UPDATE, arguments, 1, 0, SELF) == 0;
    }
    if (kind == 7) {
      HostMemory.putLong(base, arguments + 64);
      HostMemory.putLong(base + 8, 1);
      HostMemory.putLong(base + 16, 0);
      HostMemory.putLong(base + 24, SELF);
      return call(vcpu, Hypercalls.MEMORY_OP, MemoryOp.INCREASE_RESERVATION, arguments, 0, 0) == 1;
    }
    HostMemory.putLong(base, kind == 6 ? 4 : random.nextInt(4));
    HostMemory.putLong(base + 8, mfn);
    return call(vcpu, Hypercalls.MMUEXT_OP, arguments, 1, 0, SELF) == 0;
  }

  private long call(Vcpu vcpu, int number, long a1, long a2, long a3, long a4) {
    return machine.hypercalls.handler(number).handle(vcpu, a1, a2, a3, a4, 0);
  }
}
