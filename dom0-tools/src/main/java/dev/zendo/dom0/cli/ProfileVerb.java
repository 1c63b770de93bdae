package dev.zendo.dom0.cli;

import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl profile}: {@code zl run} that finds out where the guest spends its time. */
final class ProfileVerb implements Verb {
  @Override
  public String name() {
    return "profile";
  }

  @Override
  public String summary() {
    return "Boot a guest as run does, and find out where it spends its time";
  }

  @Override
  public String arguments() {
    return "KERNEL|FOLDER [options]";
  }

  @Override
  public Options options() {
    return ProfileWatcher.options(RunOptions.options());
  }

  @Override
  public String details() {
    return """
    All options of zl run have their meaning. At the end two files are there: PREFIX.folded, a
    line "frame;frame;frame count" for each stack (for flamegraph.pl, speedscope and others),
    and PREFIX.svg, a picture of them; and a table of the functions seen most often.

    By time, what the hypervisor does for the guest shows in brackets. Every N instructions, the
    samples of a guest that does not ask for the time are the same in each run.

    Names come from the kernel file (Linux carries its own), and from --symbols files: the output
    of nm, System.map, or a copy of Linux' /proc/kallsyms, which names modules as well. Callers are
    found by frame pointers, when the kernel file keeps them or --stacks says so.
    """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "zl profile examples/traps",
        "zl profile examples/linux --engine direct --cmdline 'console=hvc0 zendo.poweroff'",
        "zl profile vmlinuz --ramdisk initrd --symbols System.map --every 10007 --output boot");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws Exception {
    ProfileWatcher watcher = ProfileWatcher.of(line);
    RunOptions options = RunOptions.of(name(), line);
    try (RunSession session = new RunSession(options, watcher)) {
      return session.run();
    }
  }
}
