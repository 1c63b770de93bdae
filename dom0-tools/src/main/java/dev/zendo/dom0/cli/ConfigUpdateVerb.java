package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl config-update}. */
final class ConfigUpdateVerb implements Verb {
  @Override
  public String name() {
    return "config-update";
  }

  @Override
  public String summary() {
    return "Set what a domain is built from when it reboots";
  }

  @Override
  public String arguments() {
    return "DOMAIN CONFIGURATION [KEY=VALUE...]";
  }

  @Override
  public List<String> examples() {
    return List.of("zl config-update web web.cfg memory=512");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption(RunOptions.value("f", "defconfig", "FILE", "the configuration file"));
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    ConfigurationFile file = ConfigurationFile.of(name(), line, 1, line.getOptionValue("f"));
    if (line.getArgList().isEmpty()) {
      throw new UsageException("config-update is used as zl config-update " + arguments());
    }
    ObjectNode params =
        Json.object().put("domain", line.getArgList().get(0)).put("source", file.name());
    params.set("config", file.read(System.err).json());
    return DaemonOptions.ask(line, out, name(), params);
  }
}
