package dev.zendo.dom0.cli;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.net.nat.NetworkSpec;
import dev.zendo.dom0.spec.Suggestions;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/**
 * What the verbs that boot a guest have in common: their options, checked.
 *
 * @param target what to run
 * @param engine what executes guest code
 * @param codeBytes for the emitted code of each vcpu
 * @param traces any of hypercalls, events, traps
 * @param traceFile where traces go, or null for standard error
 * @param store where the store is served and kept
 * @param networks what networks give guests besides a switch
 * @param links captures and TAP interfaces of those networks
 * @param consoles where the console is besides the terminal
 * @param timeout milliseconds until the guest is ended
 * @param reboots whether the guest is started again when it wants that
 * @param json whether the report is JSON
 * @param stats whether the report says what the guest used
 */
record RunOptions(
    RunTarget target,
    EngineChoice engine,
    long codeBytes,
    Set<String> traces,
    String traceFile,
    StoreOptions store,
    List<NetworkSpec> networks,
    NetworkOptions.HostLinks links,
    List<String> consoles,
    long timeout,
    boolean reboots,
    boolean json,
    boolean stats) {
  /** Jumps inside emitted code reach so far. */
  private static final long MAX_CODE_MIB = 1024;

  /** Room for translated code of all vcpus together, unless somebody asks for more. */
  private static final long ALL_CODE = 2L << 30;

  private static final List<String> TRACES = List.of("hypercalls", "events", "traps");

  /** The options themselves. */
  static Options options() {
    return StoreOptions.add(DeviceOptions.add(new Options()))
        .addOption(value("r", "ramdisk", "FILE", "initial ramdisk"))
        .addOption(value("c", "cmdline", "TEXT", "command line of the kernel"))
        .addOption(value("m", "memory", "MB", "memory in MiB, or with suffix K, M, G (256)"))
        .addOption(value("n", "vcpus", "N", "virtual processors (1)"))
        .addOption(value(null, "cpus", "LIST", "processors to run on, such as 0-3,^1 (all)"))
        .addOption(value(null, "cap", "PERCENT", "most of one processor, 0 for no limit (0)"))
        .addOption(value(null, "weight", "N", "share against other domains (256)"))
        .addOption(
            value(
                "e",
                "engine",
                "NAME",
                "what executes guest code: auto, direct or interpreter (auto)"))
        .addOption(
            value(
                null,
                "code-cache",
                "MIB",
                "room for the translated code of each vcpu (128, 2048 for all)"))
        .addOption(value(null, "name", "NAME", "name of the domain (that of the kernel)"))
        .addOption(value("t", "timeout", "SECONDS", "end the guest after this time, status 4"))
        .addOption(flag("no-reboot", "end when the guest wants to reboot"))
        .addOption(
            value(null, "trace", "WHAT", "trace hypercalls, events or traps; may be repeated"))
        .addOption(value(null, "trace-file", "FILE", "write traces there, not to stderr"))
        .addOption(ConsoleOptions.option())
        .addOption(NetworkOptions.option())
        .addOption(NetworkOptions.captureOption())
        .addOption(NetworkOptions.tapOption())
        .addOption(flag("stats", "count what the guest uses; with --json for each vcpu"))
        .addOption(flag("json", "report the end of the guest as JSON on stderr"));
  }

  static Option value(String letter, String name, String argument, String text) {
    return Option.builder(letter).longOpt(name).hasArg().argName(argument).desc(text).get();
  }

  static Option flag(String name, String text) {
    return Option.builder().longOpt(name).desc(text).get();
  }

  /** Checks what was given, and builds the guest when it is a folder. */
  static RunOptions of(String verb, CommandLine line) {
    List<String> words = line.getArgList();
    if (words.size() != 1) {
      throw new UsageException(
          words.isEmpty()
              ? String.format(
                  "%1$s needs a kernel or a folder: zl %1$s KERNEL|FOLDER (zl %1$s --help)", verb)
              : String.format(
                  "%1$s takes one kernel or folder, not %2$d"
                      + " (options go with --cmdline \"...\"; zl %1$s --help)",
                  verb, words.size()));
    }
    long timeout =
        line.hasOption("timeout")
            ? seconds("timeout", line.getOptionValue("timeout"))
            : Long.MAX_VALUE;
    EngineChoice engine = engine(line.getOptionValue("engine", EngineChoice.AUTO.label()));
    Set<String> traces = traces(line.getOptionValues("trace"));
    Machine.prepare(engine);
    RunTarget target = RunTarget.of(Path.of(words.get(0)), line);
    DomainSpec.checkMemory(target.memoryMiB());
    DomainSpec.checkVcpus(target.vcpus());
    return new RunOptions(
        target,
        engine,
        codeBytes(line, target.vcpus()),
        traces,
        line.getOptionValue("trace-file"),
        StoreOptions.of(line),
        NetworkOptions.of(line),
        NetworkOptions.links(line),
        ConsoleOptions.of(line),
        timeout,
        !line.hasOption("no-reboot"),
        line.hasOption("json"),
        line.hasOption("stats"));
  }

  /** Milliseconds of a number of seconds that an option gives. */
  static long seconds(String option, String text) {
    try {
      double value = Double.parseDouble(text.trim());
      if (value > 0 && value < 1e9) {
        return Math.max(1, (long) (value * 1000));
      }
    } catch (NumberFormatException e) {
      throw new UsageException("--" + option + " " + text + ": not a number of seconds");
    }
    throw new UsageException("--" + option + " " + text + ": use a number of seconds above 0");
  }

  private static long codeBytes(CommandLine line, int vcpus) {
    if (!line.hasOption("code-cache")) {
      return Math.min(DirectEngine.DEFAULT_AREA, ALL_CODE / vcpus);
    }
    long size = RunTarget.number("code-cache", line.getOptionValue("code-cache"), MAX_CODE_MIB);
    if (size == 0) {
      throw new UsageException("--code-cache 0: use a number from 1 to " + MAX_CODE_MIB);
    }
    return size << 20;
  }

  private static Set<String> traces(String[] values) {
    Set<String> chosen = new TreeSet<>();
    for (String value : values == null ? new String[0] : values) {
      for (String trace : value.split(",")) {
        if (!TRACES.contains(trace)) {
          throw new UsageException(
              "--trace "
                  + trace
                  + ": trace hypercalls, events or traps"
                  + Suggestions.hint(trace, TRACES));
        }
        chosen.add(trace);
      }
    }
    return chosen;
  }

  static EngineChoice engine(String name) {
    for (EngineChoice engine : EngineChoice.values()) {
      if (engine.label().equals(name)) {
        return engine;
      }
    }
    throw new UsageException("--engine " + name + ": there is auto, direct and interpreter only");
  }
}
