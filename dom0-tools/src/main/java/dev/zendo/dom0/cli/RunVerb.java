package dev.zendo.dom0.cli;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** {@code zl run}: boots one guest in this process; the terminal is its console. */
final class RunVerb implements Verb {
  private static final List<String> TRACES = List.of("hypercalls", "events", "traps");
  private static final List<String> ENGINES =
      Arrays.stream(EngineChoice.values()).map(EngineChoice::label).toList();

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
    return new Options()
        .addOption(value("r", "ramdisk", "FILE", "initial ramdisk"))
        .addOption(value("c", "cmdline", "TEXT", "command line of the kernel"))
        .addOption(value("m", "memory", "MB", "memory in MiB, or with suffix K, M, G (256)"))
        .addOption(value("n", "vcpus", "N", "virtual processors (1)"))
        .addOption(
            value(
                "e",
                "engine",
                "NAME",
                "what executes guest code: auto, direct or interpreter (auto)"))
        .addOption(value(null, "name", "NAME", "name of the domain (that of the kernel)"))
        .addOption(value("t", "timeout", "SECONDS", "end the guest after this time, status 4"))
        .addOption(flag("no-reboot", "end when the guest wants to reboot"))
        .addOption(
            value(null, "trace", "WHAT", "trace hypercalls, events or traps; may be repeated"))
        .addOption(value(null, "trace-file", "FILE", "write traces there, not to stderr"))
        .addOption(value(null, "store-socket", "PATH", "serve the store at a Unix socket"))
        .addOption(flag("stats", "say at the end what the guest used"))
        .addOption(flag("json", "report the end of the guest as JSON on stderr"));
  }

  private static Option value(String letter, String name, String argument, String text) {
    return Option.builder(letter).longOpt(name).hasArg().argName(argument).desc(text).get();
  }

  private static Option flag(String name, String text) {
    return Option.builder().longOpt(name).desc(text).get();
  }

  @Override
  public String details() {
    return """
    KERNEL is a Linux bzImage, or an ELF file with Xen notes. A FOLDER with a Makefile is built
    with make first; its kernel is FOLDER/FOLDER.elf unless guest.json in it says otherwise
    (keys kernel, ramdisk, cmdline, memory, vcpus, name).

    The engine direct emits machine code into this process: fast, on Linux for x86-64. The
    interpreter runs wherever Java does. auto takes direct where the host can run it (zl info).

    Ctrl-] leaves. The end of standard input does not end the guest.

    Exit status: 0 the guest powered off, 2 wrong use or unusable files, 3 the guest crashed,
    4 the time was up, 130 left with Ctrl-].
    """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "zl run examples/hello",
        "zl run /boot/vmlinuz --ramdisk initrd.gz --cmdline console=hvc0 --memory 512 --vcpus 2",
        "zl run kernel.elf --trace hypercalls --trace-file trace.txt --timeout 10");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws Exception {
    if (line.getArgList().size() != 1) {
      throw new UsageException(
          line.getArgList().isEmpty()
              ? "run needs a kernel or a folder: zl run KERNEL|FOLDER (zl run --help)"
              : "run takes one kernel or folder, not "
                  + line.getArgList().size()
                  + " (options go with --cmdline \"...\"; zl run --help)");
    }
    long timeout =
        line.hasOption("timeout") ? seconds(line.getOptionValue("timeout")) : Long.MAX_VALUE;
    EngineChoice engine = engine(line.getOptionValue("engine", ENGINES.get(0)));
    Set<String> traces = traces(line.getOptionValues("trace"));
    Machine.prepare();
    RunTarget target = RunTarget.of(Path.of(line.getArgList().get(0)), line);
    DomainSpec.checkMemory(target.memoryMiB());
    DomainSpec.checkVcpus(target.vcpus());
    try (RunSession session = new RunSession(target, engine, line, traces, timeout)) {
      return session.run();
    }
  }

  /** Milliseconds. */
  private static long seconds(String text) {
    try {
      double value = Double.parseDouble(text.trim());
      if (value > 0 && value < 1e9) {
        return Math.max(1, (long) (value * 1000));
      }
    } catch (NumberFormatException e) {
      throw new UsageException("--timeout " + text + ": not a number of seconds");
    }
    throw new UsageException("--timeout " + text + ": use a number of seconds above 0");
  }

  private static Set<String> traces(String[] values) {
    Set<String> chosen = new TreeSet<>();
    for (String value : values == null ? new String[0] : values) {
      for (String trace : value.split(",")) {
        if (!TRACES.contains(trace)) {
          throw new UsageException(
              "--trace " + trace + ": trace hypercalls, events or traps" + hint(trace));
        }
        chosen.add(trace);
      }
    }
    return chosen;
  }

  private static EngineChoice engine(String name) {
    int index = ENGINES.indexOf(name);
    if (index < 0) {
      throw new UsageException(
          "--engine " + name + ": there is " + String.join(" and ", ENGINES) + " only");
    }
    return EngineChoice.values()[index];
  }

  private static String hint(String trace) {
    return Suggestions.hint(trace, TRACES);
  }
}
