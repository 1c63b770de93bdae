package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * {@code zl domid} and {@code zl domname}.
 *
 * @param name of the verb
 * @param key what of the domain is printed
 * @param summary one line
 */
record NameVerb(String name, String key, String summary) implements Verb {
  @Override
  public String arguments() {
    return "DOMAIN";
  }

  @Override
  public List<String> examples() {
    return List.of(name.equals("domid") ? "zl domid web" : "zl domname 3");
  }

  @Override
  public Options options() {
    return DaemonOptions.options();
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    if (line.getArgList().size() != 1) {
      throw new UsageException(name + " is used as zl " + name + " DOMAIN");
    }
    ObjectNode params = Json.object();
    params.putArray("domains").add(line.getArgList().get(0));
    try (DaemonClient client = DaemonOptions.connect(line)) {
      JsonNode value = client.call("list", params).path(0).path(key);
      out.println(
          line.hasOption("json") ? Json.object().set(key, value).toString() : value.asText());
    }
    return ExitStatus.OK;
  }
}
