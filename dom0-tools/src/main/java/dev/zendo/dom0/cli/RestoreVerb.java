package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.client.ConsoleSession;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl restore}. */
final class RestoreVerb implements Verb {
  /** A KEY=VALUE, which no file of a saved domain should be called like. */
  private static final String SETTING = "(?s)[a-zA-Z_][a-zA-Z0-9_]*\\s*=.*";

  @Override
  public String name() {
    return "restore";
  }

  @Override
  public String summary() {
    return "Let a domain go on that was put into a file";
  }

  @Override
  public String arguments() {
    return "[options] [CONFIGURATION] FILE [KEY=VALUE...]";
  }

  @Override
  public String details() {
    return """
        FILE was written by zl save, or by xl save of Xen 4.6 or newer for a 64-bit PV domain. A
        KEY=VALUE replaces what the configuration in the file says (xl.cfg), such as a disk's place;
        CONFIGURATION, a file as for zl create, replaces all of it. The domain is a new one then
        unless that has a uuid.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "zl restore web.sav",
        "zl restore -c web.sav name=web2 'vif=[]'",
        "zl restore web.cfg web.sav");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption("c", "console", false, "show its console")
        .addOption("p", "paused", false, "leave it paused")
        .addOption("e", null, false, "for xl's sake: the daemon waits for its end anyway");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    List<String> given = line.getArgList();
    if (given.isEmpty()) {
      throw new UsageException(
          "restore is used as zl restore [CONFIGURATION] FILE (zl restore --help)");
    }
    int place = given.size() > 1 && !given.get(1).matches(SETTING) ? 1 : 0;
    boolean console = line.hasOption("console");
    ObjectNode params =
        Json.object()
            .put("file", Path.of(given.get(place)).toAbsolutePath().toString())
            .put("paused", line.hasOption("paused"))
            .put("console", console);
    List<String> more = given.subList(place + 1, given.size());
    if (place > 0) {
      ConfigurationFile file = new ConfigurationFile(given.get(0), more);
      params.put("source", file.name()).set("config", file.read(System.err).json());
    } else {
      more.forEach(params.putArray("settings")::add);
    }
    boolean json = line.hasOption("json");
    try (DaemonClient client = DaemonOptions.connect(line)) {
      JsonNode domain = client.call("restore", params, what -> SaveProgress.say(what, json, out));
      if (json) {
        out.println(domain);
      } else if (!console) {
        out.println(domain.path("name").asText() + ": domain " + domain.path("domid").asText());
      }
      out.flush();
      if (console) {
        try (ConsoleSession session = new ConsoleSession(client)) {
          ConsoleVerb.show(session);
        }
      }
    }
    return ExitStatus.OK;
  }
}
