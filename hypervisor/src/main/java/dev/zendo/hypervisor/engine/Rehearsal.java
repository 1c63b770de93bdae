package dev.zendo.hypervisor.engine;

import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;

/**
 * Runs pieces of guest code whose results nobody wants, so that the JVM has loaded and compiled
 * what an engine needs before a guest waits for it. The code has a processor and memory of its own,
 * all addresses of which are there, so it harms nobody. Used by one thread.
 */
public final class Rehearsal implements AutoCloseable {
  private static final int FRAME = MachineMemory.FRAME_SIZE;

  /** A power of two; the code has the first half. */
  private static final int FRAMES = 256;

  /** Where kernels have their code. */
  private static final long KERNEL = 0xffff_ffff_8100_0000L;

  /** Compilers let functions begin at multiples of this. */
  private static final int ALIGNMENT = 16;

  /** Interrupts are allowed, and the bit that is always 1. */
  private static final long RFLAGS = 0x202;

  /** Of a piece, at most. */
  private static final int INSTRUCTIONS = 1000;

  private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final MachineMemory memory = new MachineMemory(FRAMES);
  private final CodeMap codeMap = new CodeMap(FRAMES);
  private final CpuState cpu = new CpuState();
  private final VcpuExecutor executor;
  private final int pages;
  private volatile boolean over;

  /**
   * Takes code.
   *
   * @param code any bytes; of more than 128 pages the first
   * @param maker makes the engine
   */
  public Rehearsal(byte[] code, BiFunction<MachineMemory, CodeMap, Engine> maker) {
    int bytes = Math.min(code.length, FRAMES / 2 * FRAME);
    pages = (bytes + FRAME - 1) / FRAME;
    HostMemory.copyFromArray(code, 0, memory.base(), bytes);
    executor = maker.apply(memory, codeMap).attach(cpu, new Everywhere(), System::nanoTime);
  }

  /** Leads all addresses somewhere. */
  private static final class Everywhere extends PlainMmu {
    @Override
    public long translate(long virtualAddress, int access) {
      return virtualAddress & -FRAME & (FRAMES - 1L) * FRAME;
    }
  }

  /**
   * Runs the code from each place at which a function may begin, once.
   *
   * @param nanos how long, at most, to within a piece
   * @return how many pieces
   */
  public int run(long nanos) {
    long start = System.nanoTime();
    Thread alarm = new Thread(this::hurry, "rehearsal");
    alarm.setDaemon(true);
    alarm.start();
    int pieces = 0;
    try {
      for (int at = 0; at < pages * FRAME && System.nanoTime() - start < nanos; at += ALIGNMENT) {
        runFrom(at);
        pieces++;
      }
    } finally {
      over = true;
      join(alarm);
    }
    return pieces;
  }

  /** Ends pieces that last: an instruction that repeats may do so for ever. */
  private void hurry() {
    while (!over) {
      executor.requestExit();
      LockSupport.parkNanos(LONGEST_NANOS);
    }
  }

  /** Waits until nobody else uses the executor. */
  private static void join(Thread alarm) {
    boolean interrupted = false;
    while (alarm.isAlive()) {
      try {
        alarm.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void runFrom(int offset) {
    cpu.longMode(true);
    cpu.kernelMode(true);
    cpu.rflags(RFLAGS);
    cpu.rip(KERNEL + offset);
    for (int register = 0; register <= 15; register++) {
      cpu.gpr(register, KERNEL + (FRAMES / 2 + register) * (long) FRAME);
    }
    // What repeats, does so a few times.
    cpu.gpr(CpuState.RCX, ALIGNMENT);
    int unused = executor.run(INSTRUCTIONS);
  }

  /** Gives its memory back. */
  @Override
  public void close() {
    executor.close();
    cpu.close();
    codeMap.close();
    memory.close();
  }
}
