package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.machine.HostMemory;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the interpreter on integer code.
 *
 * <ul>
 *   <li>{@code hot}: one C kernel, steady state; its result is compared with the host's processor.
 *       Needs gcc and objcopy.
 *   <li>{@code cold}: many programs of some 90 blocks, a hundred rounds each, so that decoding and
 *       the start of the JVM count. Then the same again, decoded.
 *   <li>{@code large}: the same with programs of 880 blocks, which fit no cache once decoded.
 * </ul>
 */
public final class InterpreterBenchmark {
  private static final long BASE = 0x400000;
  private static final long STACK = 0x10000000;

  private InterpreterBenchmark() {}

  /** Arguments: hot, cold or large, then the number of rounds or programs. */
  public static void main(String[] args) throws IOException, InterruptedException {
    String mode = args.length > 0 ? args[0] : "hot";
    int count = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    switch (mode) {
      case "hot" -> hot(count);
      case "cold" -> cold(mode, count, 90);
      case "large" -> cold(mode, count, 880);
      default -> throw new IllegalArgumentException(mode);
    }
  }

  /** Processor time of this thread: other load does not count. */
  private static long cpuTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static byte[] guestImage(Path dir, Path source) throws IOException, InterruptedException {
    Path elf = dir.resolve("guest.elf");
    Path flat = dir.resolve("guest.bin");
    call(
        "gcc",
        "-O2",
        "-static",
        "-nostdlib",
        "-ffreestanding",
        "-fno-pic",
        "-no-pie",
        "-mgeneral-regs-only",
        "-fcf-protection=none",
        "-fno-stack-protector",
        "-fno-tree-loop-distribute-patterns",
        "-Wl,--build-id=none,-N,-Ttext=0x400000,-e,_start",
        "-o",
        elf.toString(),
        source.toString());
    call(
        "objcopy",
        "-O",
        "binary",
        "--set-section-flags",
        ".bss=alloc,load,contents",
        elf.toString(),
        flat.toString());
    return Files.readAllBytes(flat);
  }

  private static String call(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("failed: " + String.join(" ", command));
    }
    return output.trim();
  }

  private static void load(TestGuest guest, byte[] image, long va, long frame) {
    for (int i = 0; i * 4096L < image.length + 65536; i++) {
      guest.map(va + i * 4096L, frame + i, TestGuest.W | TestGuest.X);
    }
    HostMemory.copyFromArray(image, 0, guest.memory.address(frame), image.length);
  }

  private static long entry(Path dir) throws IOException, InterruptedException {
    String symbols = call("nm", dir.resolve("guest.elf").toString());
    for (String line : symbols.split("\n")) {
      if (line.endsWith(" _start")) {
        return Long.parseLong(line.split(" ")[0], 16);
      }
    }
    throw new IOException("no _start");
  }

  private static void hot(int rounds) throws IOException, InterruptedException {
    Path dir = Files.createTempDirectory("zendo-benchmark");
    Path source = dir.resolve("benchmark.c");
    try (InputStream in = InterpreterBenchmark.class.getResourceAsStream("benchmark.c")) {
      Files.copy(in, source);
    }
    byte[] image = guestImage(dir, source);
    Path program = dir.resolve("native");
    call(
        "gcc",
        "-O2",
        "-w",
        "-DNATIVE",
        "-mgeneral-regs-only",
        "-o",
        program.toString(),
        source.toString());
    long nativeStart = System.nanoTime();
    String expected = call(program.toString(), Integer.toString(rounds));
    double nativeSeconds = (System.nanoTime() - nativeStart) / 1e9;
    long entry = entry(dir);
    try (TestGuest guest = new TestGuest(4096)) {
      load(guest, image, BASE, 16);
      guest.map(STACK - 0x1000, 5, TestGuest.W);
      for (int i = 1; i < 16; i++) {
        guest.map(STACK - 0x1000L * (i + 1), 3000 + i, TestGuest.W);
      }
      for (int repeat = 0; repeat < 3; repeat++) {
        HostMemory.copyFromArray(image, 0, guest.memory.address(16), image.length);
        guest.cpu.rip(entry);
        guest.cpu.gpr(CpuState.RSP, STACK - 16);
        guest.cpu.gpr(CpuState.RDI, rounds);
        long before = guest.cpu.instructions();
        long start = cpuTime();
        int reason = guest.executor.run(Long.MAX_VALUE);
        double seconds = (cpuTime() - start) / 1e9;
        long executed = guest.cpu.instructions() - before;
        String result = Long.toHexString(guest.cpu.gpr(CpuState.RDI));
        System.out.printf(
            "hot: %.1f M instructions, %.2f s, %.0f MIPS, native %.2f s, exit %d, result %s%n",
            executed / 1e6,
            seconds,
            executed / 1e6 / seconds,
            nativeSeconds,
            reason,
            result.equals(expected) ? "equals native" : result + " DIFFERS from " + expected);
        if (reason != ExitReason.SYSCALL) {
          System.out.printf(
              "vector %d error %x address %x rip %x%n",
              guest.cpu.exitVector(),
              guest.cpu.exitErrorCode(),
              guest.cpu.exitAddress(),
              guest.cpu.rip());
        }
      }
    }
  }

  /** Straight code of many shapes, each program run briefly: what a booting kernel looks like. */
  private static void cold(String name, int programs, int blocks) {
    List<Long> starts = new ArrayList<>();
    int pages = ColdCode.pages(blocks);
    long frames = 32 + (long) programs * pages;
    try (TestGuest guest = new TestGuest(frames)) {
      ColdCode code = new ColdCode(guest);
      for (int i = 0; i < programs; i++) {
        starts.add(code.emit(0x20000000L + 4096L * pages * i, 16 + (long) pages * i, i, blocks));
      }
      for (int repeat = 0; repeat < 3; repeat++) {
        long before = guest.cpu.instructions();
        long start = cpuTime();
        for (long va : starts) {
          guest.cpu.rip(va);
          guest.cpu.gpr(CpuState.RSP, TestGuest.STACK - 64);
          guest.cpu.gpr(CpuState.RBX, TestGuest.DATA);
          guest.cpu.gpr(CpuState.RDI, 100);
          int reason = guest.executor.run(Long.MAX_VALUE);
          if (reason != ExitReason.SYSCALL) {
            throw new IllegalStateException(
                "exit "
                    + reason
                    + " vector "
                    + guest.cpu.exitVector()
                    + " at "
                    + Long.toHexString(guest.cpu.exitAddress())
                    + " "
                    + Long.toHexString(guest.cpu.rip()));
          }
        }
        double seconds = (cpuTime() - start) / 1e9;
        long executed = guest.cpu.instructions() - before;
        System.out.printf(
            "%s: %.1f M instructions of %d programs, %.2f s, %.0f MIPS%s%n",
            name,
            executed / 1e6,
            programs,
            seconds,
            executed / 1e6 / seconds,
            repeat == 0 ? " including decoding" : "");
      }
    }
  }
}
