package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.builder.SchedulingSpec;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl sched-credit2}: what domains may have of the processors. */
final class SchedVerb implements Verb {
  @Override
  public String name() {
    return "sched-credit2";
  }

  @Override
  public String summary() {
    return "Show or set the weights and caps of domains";
  }

  @Override
  public String arguments() {
    return "[-d DOMAIN [-w WEIGHT] [-c CAP]]";
  }

  @Override
  public boolean takesArguments() {
    return false;
  }

  @Override
  public List<String> examples() {
    return List.of("zl sched-credit2", "zl sched-credit2 -d web -w 512 -c 50");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption(RunOptions.value("d", "domain", "DOMAIN", "this domain only"))
        .addOption(RunOptions.value("w", "weight", "N", "against other domains, 1 to 65535"))
        .addOption(
            RunOptions.value("c", "cap", "PERCENT", "most of one processor, 0 for no limit"));
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    boolean sets = line.hasOption("weight") || line.hasOption("cap");
    if (sets && !line.hasOption("domain")) {
      throw new UsageException("sched-credit2 needs -d DOMAIN to set something");
    }
    ObjectNode params = Json.object();
    if (line.hasOption("domain")) {
      params.put("domain", line.getOptionValue("domain"));
    }
    put(params, "weight", line, SchedulingSpec.MAX_WEIGHT);
    put(params, "cap", line, SchedulingSpec.MAX_CAP);
    try (DaemonClient client = DaemonOptions.connect(line)) {
      JsonNode list = client.call(name(), params);
      if (line.hasOption("json")) {
        out.println(Json.pretty(list));
      } else if (!sets) {
        print(list, out);
      }
    }
    return ExitStatus.OK;
  }

  private static void put(ObjectNode params, String name, CommandLine line, long most) {
    if (line.hasOption(name)) {
      params.put(name, RunTarget.number(name, line.getOptionValue(name), most));
    }
  }

  private static void print(JsonNode list, PrintStream out) {
    Lines lines = Lines.to(out);
    lines.print(String.format("%-33s %4s %6s %4s", "Name", "ID", "Weight", "Cap"));
    for (JsonNode domain : list) {
      lines.print(
          String.format(
              "%-33s %4d %6d %4d",
              domain.path("name").asText(),
              domain.path("domid").asInt(),
              domain.path("weight").asInt(),
              domain.path("cap").asInt()));
    }
  }
}
