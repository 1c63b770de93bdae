package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl list}. */
final class ListVerb implements Verb {
  /**
   * What xl's column shows, a place for each: running, blocked, paused, shutdown, crashed, dying.
   */
  private static final Map<String, String> FLAGS =
      Map.of(
          "running", "r-----",
          "blocked", "-b----",
          "paused", "--p---",
          "shutdown", "---s--",
          "crashed", "----c-",
          "dying", "-----d");

  @Override
  public String name() {
    return "list";
  }

  @Override
  public String summary() {
    return "List domains";
  }

  @Override
  public String arguments() {
    return "[-l] [-v] [DOMAIN...]";
  }

  @Override
  public String details() {
    return """
        With -v the list shows identities and, as a number, why domains ended: 0 powered off,
        1 rebooted, 2 suspended, 3 crashed, 4 watchdog.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of("zl list", "zl list -l web", "zl list --json");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption("l", "long", false, "all that is known of them, as JSON in libxl's words");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    ObjectNode params = Json.object();
    ArrayNode names = params.putArray("domains");
    line.getArgList().forEach(names::add);
    try (DaemonClient client = DaemonOptions.connect(line)) {
      JsonNode list = client.call("list", params);
      if (line.hasOption("long")) {
        out.println(YajlText.of(configurations(client, list)));
      } else if (line.hasOption("json")) {
        out.println(Json.pretty(list));
      } else {
        print(list, line.hasOption("verbose"), out);
      }
    }
    return ExitStatus.OK;
  }

  private static ArrayNode configurations(DaemonClient client, JsonNode list) {
    ArrayNode all = Json.array();
    for (JsonNode domain : list) {
      ObjectNode params = Json.object().put("domain", domain.path("domid").asText());
      all.add(client.call("describe", params));
    }
    return all;
  }

  private static void print(JsonNode list, boolean verbose, PrintStream out) {
    Lines lines = Lines.to(out);
    lines.print(
        "Name                                        ID   Mem VCPUs\tState\tTime(s)"
            + (verbose ? "   UUID                            Reason-Code\tSecurity Label" : ""));
    for (JsonNode domain : list) {
      lines.print(
          new Row()
              .left(domain.path("name").asText(), 40)
              .right(domain.path("domid").asInt(), 5)
              .right(domain.path("memory_kib").asLong() >> 10, 5)
              .right(domain.path("vcpus").asInt(), 5)
              .text("     " + FLAGS.getOrDefault(domain.path("state").asText(), "------") + "  ")
              .tenths(domain.path("cpu_ns").asLong() / 1e9, 8)
              .text(verbose ? identity(domain) : "")
              .toString());
    }
  }

  /** As xl: the number of the reason in hexadecimal, and no label of FLASK's. */
  private static String identity(JsonNode domain) {
    int reason = GuestEnd.reason(domain.path("end").asText());
    return new Row()
        .text(" " + domain.path("uuid").asText() + " ")
        .right(reason < 0 ? "-" : Integer.toHexString(reason), 8)
        .right("-", 16)
        .toString();
  }
}
