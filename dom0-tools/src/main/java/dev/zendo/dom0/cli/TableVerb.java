package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * A verb that shows what the daemon knows about domains as a table with xl's columns.
 *
 * @param name of the verb
 * @param method of the daemon, which answers with a list of objects
 * @param summary one line
 * @param domains whether the words after it are any number of domains, rather than one
 * @param header the first line, empty for none
 * @param row a line for each object
 */
record TableVerb(
    String name,
    String method,
    String summary,
    boolean domains,
    String header,
    Function<JsonNode, String> row)
    implements Verb {
  /** All verbs of this kind. */
  static List<Verb> all() {
    return List.of(
        new TableVerb(
            "vm-list",
            "list",
            "List guest domains with their identities",
            true,
            "UUID                                  ID    name",
            TableVerb::identity),
        new TableVerb(
            "vcpu-list",
            "vcpu-list",
            "List vcpus, where they run and may run",
            true,
            String.format(
                "%-32s %5s %5s %5s %5s %9s %s",
                "Name", "ID", "VCPU", "CPU", "State", "Time(s)", "Affinity (Hard / Soft)"),
            TableVerb::vcpu),
        new TableVerb(
            "uptime",
            "list",
            "Say how long domains have been there",
            true,
            String.format("%-33s %4s %s", "Name", "ID", "Uptime"),
            TableVerb::uptime),
        new TableVerb(
            "block-list",
            "block-list",
            "List the disks of a domain",
            false,
            String.format(
                "%-5s %-3s %-6s %-5s %-6s %-8s %-30s",
                "Vdev", "BE", "handle", "state", "evt-ch", "ring-ref", "BE-path"),
            TableVerb::disk),
        new TableVerb(
            "network-list",
            "network-list",
            "List the network cards of a domain",
            false,
            String.format(
                "%-3s %-2s %-17s %-6s %-5s %-6s %5s/%-11s %-30s",
                "Idx",
                "BE",
                "Mac Addr.",
                "handle",
                "state",
                "evt-ch",
                "tx-",
                "rx-ring-ref",
                "BE-path"),
            TableVerb::network));
  }

  private static String text(JsonNode node, String key) {
    return node.path(key).asText();
  }

  private static long number(JsonNode node, String key) {
    return node.path(key).asLong();
  }

  private static String identity(JsonNode domain) {
    return number(domain, "domid") == 0
        ? ""
        : text(domain, "uuid")
            + String.format("  %d    %-30s", number(domain, "domid"), text(domain, "name"));
  }

  private static String vcpu(JsonNode vcpu) {
    boolean online = vcpu.path("online").asBoolean();
    String state = text(vcpu, "state");
    String flags =
        (state.equals("running") ? "r" : "-")
            + (state.equals("blocked") ? "b" : "-")
            + (online ? "-" : "p");
    return String.format(
        "%-32s %5d %5d %5s   %s %9.1f  %s / %s",
        text(vcpu, "name"),
        number(vcpu, "domid"),
        number(vcpu, "vcpu"),
        online ? text(vcpu, "cpu") : "-",
        flags,
        number(vcpu, "cpu_ns") / 1e9,
        text(vcpu, "hard"),
        text(vcpu, "soft"));
  }

  private static String uptime(JsonNode domain) {
    long seconds = number(domain, "uptime_ns") / 1_000_000_000;
    long days = seconds / 86400;
    String time =
        String.format("%2d:%02d:%02d", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    return String.format(
        "%-33s %4d %s",
        text(domain, "name"),
        number(domain, "domid"),
        days == 0 ? time : days + (days == 1 ? " day, " : " days, ") + time);
  }

  private static String disk(JsonNode disk) {
    return String.format(
        "%-5d %-3d %-6d %-5d %-6d %-8d %-30s",
        number(disk, "devid"),
        number(disk, "backend_domid"),
        number(disk, "frontend_domid"),
        number(disk, "state"),
        number(disk, "event_channel"),
        number(disk, "ring_ref"),
        text(disk, "path"));
  }

  private static String network(JsonNode card) {
    return String.format(
        "%-3d %-2d %-17s %6d %5d %6d %5d/%-11d %-30s",
        number(card, "devid"),
        number(card, "backend_domid"),
        text(card, "mac"),
        number(card, "devid"),
        number(card, "state"),
        number(card, "event_channel"),
        number(card, "tx_ring_ref"),
        number(card, "rx_ring_ref"),
        text(card, "path"));
  }

  @Override
  public String arguments() {
    return domains ? "[DOMAIN...] [--json]" : "DOMAIN [--json]";
  }

  @Override
  public List<String> examples() {
    return domains
        ? List.of("zl " + name, "zl " + name + " web --json")
        : List.of("zl " + name + " web", "zl " + name + " web --json");
  }

  @Override
  public Options options() {
    return DaemonOptions.options();
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    List<String> words = line.getArgList();
    ObjectNode params = Json.object();
    if (domains) {
      ArrayNode names = params.putArray("domains");
      words.forEach(names::add);
    } else if (words.size() == 1) {
      params.put("domain", words.get(0));
    } else {
      throw new UsageException(
          name + " is used as zl " + name + " DOMAIN (zl " + name + " --help)");
    }
    try (DaemonClient client = DaemonOptions.connect(line)) {
      JsonNode list = client.call(method, params);
      if (line.hasOption("json")) {
        out.println(Json.pretty(list));
        return ExitStatus.OK;
      }
      Lines lines = Lines.to(out);
      lines.print(header);
      for (JsonNode each : list) {
        String text = row.apply(each);
        if (!text.isEmpty()) {
          lines.print(text);
        }
      }
    }
    return ExitStatus.OK;
  }
}
