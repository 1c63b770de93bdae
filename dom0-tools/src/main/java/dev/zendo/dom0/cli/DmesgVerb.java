package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl dmesg}. */
final class DmesgVerb implements Verb {
  @Override
  public String name() {
    return "dmesg";
  }

  @Override
  public String summary() {
    return "Show what the hypervisor had to say about domains";
  }

  @Override
  public String arguments() {
    return "[-c] [DOMAIN]";
  }

  @Override
  public String details() {
    return """
        Domains that were built and have ended, reports of crashes, complaints of devices; the
        newest lines of each domain, and of all together. What a domain prints itself is on its
        console.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of("zl dmesg", "zl dmesg -c web");
  }

  @Override
  public Options options() {
    return DaemonOptions.options().addOption("c", "clear", false, "forget what is shown");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    List<String> words = line.getArgList();
    if (words.size() > 1) {
      throw new UsageException("dmesg is used as zl dmesg [-c] [DOMAIN] (zl dmesg --help)");
    }
    ObjectNode params = Json.object().put("clear", line.hasOption("clear"));
    words.forEach(domain -> params.put("domain", domain));
    try (DaemonClient client = DaemonOptions.connect(line)) {
      JsonNode messages = client.call("dmesg", params);
      if (line.hasOption("json")) {
        out.println(Json.pretty(messages));
      } else {
        messages.forEach(message -> out.println(message.path("line").asText()));
      }
    }
    return ExitStatus.OK;
  }
}
