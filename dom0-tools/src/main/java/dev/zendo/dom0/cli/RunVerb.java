package dev.zendo.dom0.cli;

import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl run}: boots one guest in this process; the terminal is its console. */
final class RunVerb implements Verb {
  @Override
  public String name() {
    return "run";
  }

  @Override
  public String summary() {
    return "Boot a guest here and now; the terminal is its console";
  }

  @Override
  public String arguments() {
    return "KERNEL|FOLDER [options]";
  }

  @Override
  public Options options() {
    return RunOptions.options();
  }

  @Override
  public String details() {
    return """
    KERNEL is a Linux bzImage, or an ELF file with Xen notes. A FOLDER with a Makefile is built
    with make first; its kernel is FOLDER/FOLDER.elf unless guest.json in it says otherwise
    (keys kernel, ramdisk, cmdline, memory, vcpus, name, and as xl.cfg has them cpu_weight,
    cap, cpus).

    The engine direct emits machine code into this process: fast, on Linux for x86-64. The
    interpreter runs wherever Java does. auto takes direct where the host can run it (zl info).

    --stats counts, for all vcpus together: exits of the engine by reason, entries of the guest
    kernel, hypercalls, exceptions, tlb_fills (page-table walks), code (what the direct engine
    emitted; when it exceeds --code-cache, all of it is dropped and made again), and helped: the
    instructions at which the interpreter took over from emitted code.

    Ctrl-] leaves. The end of standard input does not end the guest.

    Exit status: 0 the guest powered off, 2 wrong use or unusable files, 3 the guest crashed,
    4 the time was up, 5 an internal error of Zendo (a file with all that is known is kept),
    130 left with Ctrl-].
    """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "zl run examples/hello",
        "zl run /boot/vmlinuz --ramdisk initrd.gz --cmdline console=hvc0 --memory 512 --vcpus 2",
        "zl run kernel.elf --stats --json --code-cache 16",
        "zl run kernel.elf --trace hypercalls --trace-file trace.txt --timeout 10");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws Exception {
    RunOptions options = RunOptions.of(name(), line);
    try (RunSession session = new RunSession(options, GuestWatcher.NOBODY)) {
      return session.run();
    }
  }
}
