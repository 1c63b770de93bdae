package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl events}. */
final class EventsVerb implements Verb {
  @Override
  public String name() {
    return "events";
  }

  @Override
  public String summary() {
    return "Say what happens to domains, as it happens";
  }

  @Override
  public String arguments() {
    return "[--json]";
  }

  @Override
  public boolean takesArguments() {
    return false;
  }

  @Override
  public List<String> examples() {
    return List.of("zl events", "zl events --json | jq -r .name");
  }

  @Override
  public Options options() {
    return DaemonOptions.options();
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    try (DaemonClient client = DaemonOptions.connect(line)) {
      client.call(name(), Json.object(), event -> print(event, line.hasOption("json"), out));
    }
    throw new ToolException("too many events at once; some are missing");
  }

  private static void print(JsonNode event, boolean json, PrintStream out) {
    if (json && event.has("event")) {
      out.println(event);
    } else if (event.has("name")) {
      out.println(
          event.path("name").asText()
              + " (domain "
              + event.path("domid").asInt()
              + "): "
              + event.path("event").asText()
              + (event.has("story") ? ", " + event.path("story").asText() : ""));
    }
    out.flush();
  }
}
