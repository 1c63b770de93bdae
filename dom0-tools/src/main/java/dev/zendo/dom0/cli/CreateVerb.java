package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.client.ConsoleSession;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.daemon.DaemonException;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.daemon.LibxlConfig;
import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl create}. */
final class CreateVerb implements Verb {
  @Override
  public String name() {
    return "create";
  }

  @Override
  public String summary() {
    return "Make a domain from a configuration file";
  }

  @Override
  public String arguments() {
    return "CONFIGURATION [options] [KEY=VALUE...]";
  }

  @Override
  public String details() {
    return """
        CONFIGURATION is a file as xl has it (xl.cfg), or JSON with the same keys; - for standard
        input. A KEY=VALUE stands for a line behind the file. Ctrl-] leaves the console of -c.
        -n prints the configuration in libxl's words, -n --json as a configuration file in JSON.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "zl create web.cfg",
        "zl create -c web.cfg memory=512 'vif=[\"bridge=br1\"]'",
        "zl create -n web.cfg");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption("c", "console", false, "show its console")
        .addOption("p", "paused", false, "leave it paused")
        .addOption("q", "quiet", false, "say nothing")
        .addOption("n", "dryrun", false, "only print what the configuration says")
        .addOption("F", "foreground", false, "wait until it is gone")
        .addOption("e", null, false, "for xl's sake: the daemon waits for its end anyway")
        .addOption(RunOptions.value("f", "defconfig", "FILE", "the configuration file"));
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    ConfigurationFile file = ConfigurationFile.of("create", line, 0, line.getOptionValue("f"));
    DomainConfig config = file.read(System.err);
    if (line.hasOption("dryrun")) {
      out.println(
          line.hasOption("json")
              ? Json.pretty(config.json())
              : YajlText.of(LibxlConfig.planned(config)));
      return ExitStatus.OK;
    }
    ObjectNode params = Json.object().put("source", file.name());
    params.set("config", config.json());
    params.put("paused", line.hasOption("paused"));
    params.put("console", line.hasOption("console"));
    try (DaemonClient client = DaemonOptions.connect(line)) {
      client.send("create", params);
      JsonNode domain = answer(client, line, out);
      if (line.hasOption("foreground")) {
        awaitEnd(line, domain.path("uuid").asText());
      }
    }
    return ExitStatus.OK;
  }

  /** Tells what became of the request, and shows the console if it is wanted. */
  private static JsonNode answer(DaemonClient client, CommandLine line, PrintStream out)
      throws InterruptedException {
    boolean console = line.hasOption("console");
    // What shows the console is made while the daemon makes the domain.
    try (ConsoleSession session = console ? new ConsoleSession(client) : null) {
      JsonNode domain = client.answer();
      if (line.hasOption("json")) {
        out.println(Json.pretty(domain));
      } else if (!line.hasOption("quiet") && !console) {
        out.println(domain.path("name").asText() + ": domain " + domain.path("domid").asText());
      }
      out.flush();
      if (console) {
        ConsoleVerb.show(session);
      }
      return domain;
    }
  }

  /**
   * Waits on a connection of its own: the first one may have become a console. A domain that is not
   * there any more has been quicker.
   */
  private static void awaitEnd(CommandLine line, String uuid) throws InterruptedException {
    try (DaemonClient client = DaemonOptions.connect(line)) {
      client.call("wait", Json.object().put("uuid", uuid));
    } catch (DaemonException e) {
      if (e.kind() != Kind.NO_DOMAIN) {
        throw e;
      }
    }
  }
}
