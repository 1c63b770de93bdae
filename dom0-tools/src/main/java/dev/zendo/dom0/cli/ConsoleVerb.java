package dev.zendo.dom0.cli;

import dev.zendo.dom0.client.ConsoleSession;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl console}. */
final class ConsoleVerb implements Verb {
  @Override
  public String name() {
    return "console";
  }

  @Override
  public String summary() {
    return "Show the console of a domain, and type at it; Ctrl-] leaves";
  }

  @Override
  public String arguments() {
    return "DOMAIN";
  }

  @Override
  public List<String> examples() {
    return List.of("zl console web");
  }

  @Override
  public Options options() {
    return DaemonOptions.options();
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    if (line.getArgList().size() != 1) {
      throw new UsageException("console is used as zl console DOMAIN (zl console --help)");
    }
    try (DaemonClient client = DaemonOptions.connect(line)) {
      client.call("console", Json.object().put("domain", line.getArgList().get(0)));
      try (ConsoleSession session = new ConsoleSession(client)) {
        show(session);
      }
    }
    return ExitStatus.OK;
  }

  /** Shows a console until its end. */
  static void show(ConsoleSession session) throws InterruptedException {
    session.run();
    StandardOutput.check(session.outputFailure());
  }
}
