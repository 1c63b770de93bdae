package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl migrate}. */
final class MigrateVerb implements Verb {
  private static final String UNIX = "unix:";
  private static final double MILLION = 1e6;

  @Override
  public String name() {
    return "migrate";
  }

  @Override
  public String summary() {
    return "Move a running domain to another daemon";
  }

  @Override
  public String arguments() {
    return "[--bandwidth MB] DOMAIN HOST[:PORT] | --cancel [--force] DOMAIN";
  }

  @Override
  public String details() {
    return """
        Its memory is copied while it runs; then its kernel suspends itself, and goes on there. Until
        it runs there the domain stays here. Both daemons must know each other's fingerprints (zl
        peers). unix:FOLDER is a daemon of the same user on this host. Disks must be reachable by
        the same names there. Ctrl-C cancels, as --cancel does.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "zl migrate web host2",
        "zl migrate --bandwidth 100 web host2:8003",
        "zl migrate --cancel web");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption(
            RunOptions.value(
                null, "bandwidth", "MB", "MiB in a second while the domain runs (no limit)"))
        .addOption(RunOptions.flag("cancel", "give a migration up that is under way"))
        .addOption(
            RunOptions.flag(
                "force", "with --cancel: go on here although it may run there, if nobody answers"));
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    List<String> given = line.getArgList();
    boolean cancel = line.hasOption("cancel");
    if (given.size() != (cancel ? 1 : 2)) {
      throw new UsageException(
          "migrate is used as zl migrate DOMAIN HOST[:PORT] (zl migrate --help)");
    }
    ObjectNode params = Json.object().put("domain", given.get(0));
    try (DaemonClient client = DaemonOptions.connect(line)) {
      if (cancel) {
        JsonNode answer =
            client.call("migrate-cancel", params.put("force", line.hasOption("force")));
        if (line.hasOption("json")) {
          out.println(answer);
        }
        return ExitStatus.OK;
      }
      params.put("to", address(given.get(1)));
      if (line.hasOption("bandwidth")) {
        params.put(
            "bandwidth",
            RunTarget.number("bandwidth", line.getOptionValue("bandwidth"), Integer.MAX_VALUE));
      }
      migrate(client, params, line.hasOption("json"), out);
    }
    return ExitStatus.OK;
  }

  /** The daemon may be in another folder. */
  private static String address(String typed) {
    return typed.startsWith(UNIX)
        ? UNIX + Path.of(typed.substring(UNIX.length())).toAbsolutePath()
        : typed;
  }

  private static void migrate(
      DaemonClient client, ObjectNode params, boolean json, PrintStream out) {
    JsonNode answer = client.call("migrate", params, what -> say(what, json, out));
    if (json) {
      out.println(answer);
      return;
    }
    out.printf(
        "%s: moved to %s, downtime %.1f ms (and %.1f ms in which its kernel suspended), %d MiB in"
            + " %d rounds%n",
        answer.path("name").asText(),
        answer.path("to").asText(),
        answer.path("downtime_ns").asLong() / MILLION,
        answer.path("suspend_ns").asLong() / MILLION,
        answer.path("bytes").asLong() >> 20,
        answer.path("rounds").asLong());
  }

  private static void say(JsonNode what, boolean json, PrintStream out) {
    if (json) {
      if (!what.has("waiting")) {
        out.println(what);
      }
    } else if (what.has("round") && what.path("round").asInt() > 0) {
      out.printf(
          "round %d: %d/%d pages%n",
          what.path("round").asInt(), what.path("pages").asLong(), what.path("of").asLong());
    } else if (what.has("suspending")) {
      out.println("its kernel suspends");
    } else if (what.has("disk")) {
      out.println("it waits for a disk here: " + what.path("disk").asText());
    } else if (what.has("undecided")) {
      out.println("the other daemon does not say whether it runs there; asking again");
    }
    out.flush();
  }
}
