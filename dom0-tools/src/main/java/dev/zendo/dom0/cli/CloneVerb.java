package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl clone}. */
final class CloneVerb implements Verb {
  @Override
  public String name() {
    return "clone";
  }

  @Override
  public String summary() {
    return "Make another domain that goes on from where one is, or was";
  }

  @Override
  public String arguments() {
    return "[-p] DOMAIN|SNAPSHOT NAME";
  }

  @Override
  public String details() {
    return """
        The clone has its memory and disks in common with the snapshot (zl snapshot) until it writes
        to them. Its identity, MAC addresses and the key platform/generation-id are its own. A
        domain goes on as soon as it is copied; its kernel must know how to suspend.
        What a clone wrote to its disks is removed when it is destroyed, unless it was saved.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of("zl clone web web2", "zl clone ready worker-1");
  }

  @Override
  public Options options() {
    return DaemonOptions.options().addOption("p", "paused", false, "leave the clone paused");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    List<String> given = line.getArgList();
    if (given.size() != 2) {
      throw new UsageException("clone is used as zl clone DOMAIN|SNAPSHOT NAME (zl clone --help)");
    }
    ObjectNode params =
        Json.object()
            .put("source", given.get(0))
            .put("name", given.get(1))
            .put("paused", line.hasOption("paused"));
    try (DaemonClient client = DaemonOptions.connect(line)) {
      JsonNode clone = client.call("clone", params);
      out.println(
          line.hasOption("json")
              ? Json.pretty(clone)
              : clone.path("name").asText() + ": domain " + clone.path("domid").asText());
    }
    return ExitStatus.OK;
  }
}
