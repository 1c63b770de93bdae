package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.client.ConsoleSession;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.config.DomainConfig;
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
        .addOption("f", "defconfig", true, "the configuration file");
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
    boolean console = line.hasOption("console");
    ObjectNode params = Json.object().put("source", file.name());
    params.set("config", config.json());
    params.put("paused", line.hasOption("paused"));
    params.put("console", console);
    try (DaemonClient client = DaemonOptions.connect(line)) {
      JsonNode domain = client.call("create", params);
      if (line.hasOption("json")) {
        out.println(Json.pretty(domain));
      } else if (!line.hasOption("quiet") && !console) {
        out.println(domain.path("name").asText() + ": domain " + domain.path("domid").asText());
      }
      out.flush();
      if (console) {
        new ConsoleSession(client).run();
      }
      if (line.hasOption("foreground")) {
        awaitEnd(line, domain.path("uuid").asText());
      }
    }
    return ExitStatus.OK;
  }

  /** Waits on a connection of its own: the first one may have become a console. */
  private static void awaitEnd(CommandLine line, String uuid) throws InterruptedException {
    try (DaemonClient client = DaemonOptions.connect(line)) {
      client.call("wait", Json.object().put("uuid", uuid));
    }
  }
}
