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
            "Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)",
            TableVerb::vcpu),
        new TableVerb(
            "uptime",
            "list",
            "Say how long domains have been there",
            true,
            "Name                                ID Uptime",
            TableVerb::uptime),
        new TableVerb(
            "snapshot-list",
            "snapshot-list",
            "List snapshots, of all domains or some",
            true,
            "Name                     Domain                   Mem(MiB) Taken",
            TableVerb::snapshot),
        new TableVerb(
            "block-list",
            "block-list",
            "List the disks of a domain",
            false,
            "Vdev  BE  handle state evt-ch ring-ref BE-path                       ",
            TableVerb::disk),
        new TableVerb(
            "network-list",
            "network-list",
            "List the network cards of a domain",
            false,
            "Idx BE Mac Addr.         handle state evt-ch   tx-/rx-ring-ref BE-path                       ",
            TableVerb::network));
  }

  private static String text(JsonNode node, String key) {
    return node.path(key).asText();
  }

  private static long number(JsonNode node, String key) {
    return node.path(key).asLong();
  }

  private static String identity(JsonNode domain) {
    return new Row()
        .text(text(domain, "uuid") + "  " + number(domain, "domid") + "    ")
        .left(text(domain, "name"), 30)
        .toString();
  }

  private static String snapshot(JsonNode snapshot) {
    return new Row()
        .left(text(snapshot, "name"), 24)
        .left(text(snapshot, "domain"), 24)
        .right(number(snapshot, "bytes") >> 20, 8)
        .left(text(snapshot, "taken"), 0)
        .toString();
  }

  private static String vcpu(JsonNode vcpu) {
    boolean online = vcpu.path("online").asBoolean();
    String state = text(vcpu, "state");
    String flags =
        (state.equals("running") ? "r" : "-")
            + (state.equals("blocked") ? "b" : "-")
            + (online ? "-" : "p");
    return new Row()
        .left(text(vcpu, "name"), 32)
        .right(number(vcpu, "domid"), 5)
        .right(number(vcpu, "vcpu"), 5)
        .right(online ? text(vcpu, "cpu") : "-", 5)
        .text("   " + flags + " ")
        .tenths(number(vcpu, "cpu_ns") / 1e9, 9)
        .text("  " + text(vcpu, "hard") + " / " + text(vcpu, "soft"))
        .toString();
  }

  private static String uptime(JsonNode domain) {
    long seconds = number(domain, "uptime_ns") / 1_000_000_000;
    long days = seconds / 86400;
    Row row =
        new Row()
            .left(text(domain, "name"), 33)
            .right(number(domain, "domid"), 4)
            .text(days == 0 ? " " : " " + days + (days == 1 ? " day, " : " days, "))
            .right(seconds / 3600 % 24, 2);
    return row.text(":" + twoDigits(seconds / 60 % 60) + ":" + twoDigits(seconds % 60)).toString();
  }

  private static String twoDigits(long number) {
    return (number < 10 ? "0" : "") + number;
  }

  private static String disk(JsonNode disk) {
    return new Row()
        .left(number(disk, "devid"), 5)
        .left(number(disk, "backend_domid"), 3)
        .left(number(disk, "frontend_domid"), 6)
        .left(number(disk, "state"), 5)
        .left(number(disk, "event_channel"), 6)
        .left(number(disk, "ring_ref"), 8)
        .left(text(disk, "path"), 30)
        .toString();
  }

  private static String network(JsonNode card) {
    return new Row()
        .left(number(card, "devid"), 3)
        .left(number(card, "backend_domid"), 2)
        .left(text(card, "mac"), 17)
        .right(number(card, "devid"), 5)
        .right(number(card, "state"), 5)
        .right(number(card, "event_channel"), 6)
        .right(number(card, "tx_ring_ref"), 5)
        .text("/")
        .left(number(card, "rx_ring_ref"), 11)
        .left(text(card, "path"), 30)
        .toString();
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
