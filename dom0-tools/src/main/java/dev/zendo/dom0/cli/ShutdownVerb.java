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
 * {@code zl shutdown} and {@code zl reboot}: ask kernels to end.
 *
 * @param name of the verb and of the daemon's method
 * @param summary one line
 */
record ShutdownVerb(String name, String summary) implements Verb {
  @Override
  public String arguments() {
    return "[-w] -a|DOMAIN";
  }

  @Override
  public List<String> examples() {
    return List.of("zl " + name + " web", "zl " + name + " -w -a");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption("a", "all", false, "all domains")
        .addOption("w", "wait", false, "wait until they have ended")
        .addOption("F", null, false, "for xl's sake: there is no ACPI here to fall back to");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    boolean all = line.hasOption("all");
    if (line.getArgList().size() != (all ? 0 : 1)) {
      throw new UsageException(
          name + " is used as zl " + name + " DOMAIN, or with -a (zl " + name + " --help)");
    }
    ObjectNode params = Json.object().put("all", all).put("wait", line.hasOption("wait"));
    if (!all) {
      params.put("domain", line.getArgList().get(0));
    }
    try (DaemonClient client = DaemonOptions.connect(line)) {
      client.call(name, params, what -> say(what, line, out));
    }
    return ExitStatus.OK;
  }

  private void say(JsonNode what, CommandLine line, PrintStream out) {
    if (what.has("waiting")) {
      return;
    }
    if (line.hasOption("json")) {
      out.println(what);
    } else if (what.has("ended")) {
      out.println("domain " + what.path("domid").asInt() + " has ended");
    } else if (what.has("asked")) {
      out.println(
          (name.equals("reboot") ? "Rebooting" : "Shutting down")
              + " domain "
              + what.path("domid").asInt());
    }
    out.flush();
  }
}
