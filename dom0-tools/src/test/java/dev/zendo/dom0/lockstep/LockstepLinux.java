package dev.zendo.dom0.lockstep;

import dev.zendo.dom0.DrivenMachine;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.hypervisor.HypervisorConfig.EngineFactory;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import dev.zendo.hypervisor.engine.interpreter.Heat;
import dev.zendo.hypervisor.engine.interpreter.InterpreterEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** {@code bench/lockstep linux}: boots Linux to a shell in lock step. */
public final class LockstepLinux {
  private static final long WALL_CLOCK = 1_700_000_000_000_000_000L;
  private static final long PROGRESS = 200_000_000;

  private static final List<ConsoleScript.Line> SCRIPT =
      List.of(
          new ConsoleScript.Line("guest# ", "uname -s -m; expr 6 '*' 7; cat /proc/cpuinfo\r"),
          new ConsoleScript.Line("guest# ", "ls -lR /bin /sys/hypervisor | md5sum\r"),
          new ConsoleScript.Line("guest# ", "dmesg | gzip -9 | gunzip | wc; poweroff -f\r"));

  private LockstepLinux() {}

  /**
   * Arguments: kernel, initramfs, vcpus, MiB of memory, instructions of a step (1: a block), and
   * {@code compact} for code as it is for vcpus that idle.
   */
  public static void main(String[] arguments) throws InterruptedException {
    int vcpus = Integer.parseInt(arguments[2]);
    long memory = Long.parseLong(arguments[3]);
    long step = Long.parseLong(arguments[4]);
    DomainSpec spec =
        new DomainSpec(
            "lockstep",
            new UUID(1, 2),
            KernelImage.read(Path.of(arguments[0]), memory << 20),
            Path.of(arguments[1]),
            "console=hvc0",
            memory,
            vcpus);
    EngineFactory direct = step == 1 ? DirectEngine::byBlocks : DirectEngine::exact;
    if (arguments.length > 5 && arguments[5].equals("compact")) {
      direct = DirectEngine::compact;
    }
    EngineFactory steps = (frames, map) -> new InterpreterEngine(frames, map, Heat.SINGLE);
    long start = System.nanoTime();
    try (DrivenMachine leader = new DrivenMachine(memory, direct, WALL_CLOCK);
        DrivenMachine follower = new DrivenMachine(memory, steps, WALL_CLOCK)) {
      Twins twins = new Twins(leader, follower, step);
      boolean same =
          run(twins, leader.start(spec, PRINTER), follower.start(spec, ConsoleOutput.NONE));
      System.out.printf("%s, %d s%n", twins.text(), (System.nanoTime() - start) / 1_000_000_000);
      System.out.println(same ? "0 differences" : "different");
      System.out.flush();
      Runtime.getRuntime().halt(same ? 0 : 1);
    }
  }

  private static final ConsoleOutput PRINTER =
      (bytes, length) -> System.out.write(bytes, 0, length);

  private static boolean run(Twins twins, Guest a, Guest b) throws InterruptedException {
    ConsoleScript first = new ConsoleScript(SCRIPT);
    ConsoleScript second = new ConsoleScript(SCRIPT);
    long shown = 0;
    try {
      boolean goesOn = true;
      while (!a.end().isDone() && goesOn) {
        goesOn = twins.advance();
        boolean typed = first.look(a);
        goesOn |= second.look(b) && typed;
        if (twins.instructions() - shown >= PROGRESS) {
          shown = twins.instructions();
          System.out.println("lockstep: " + twins.text());
        }
      }
    } catch (Difference e) {
      System.out.println("lockstep: " + e.getMessage());
      return false;
    }
    return first.done() && second.done() && a.log().text().equals(b.log().text());
  }
}
