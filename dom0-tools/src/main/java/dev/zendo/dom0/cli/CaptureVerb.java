package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl capture}. */
final class CaptureVerb implements Verb {
  @Override
  public String name() {
    return "capture";
  }

  @Override
  public String summary() {
    return "Write what a domain sends and gets into a pcapng file, until Ctrl-C";
  }

  @Override
  public String arguments() {
    return "DOMAIN FILE, or --network NAME FILE";
  }

  @Override
  public List<String> examples() {
    return List.of("zl capture web web.pcapng", "zl capture --network xenbr0 all.pcapng");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption(RunOptions.value("n", "network", "NAME", "what passes this network"));
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    List<String> words = line.getArgList();
    boolean network = line.hasOption("network");
    if (words.size() != (network ? 1 : 2)) {
      throw new UsageException("capture is used as zl capture " + arguments());
    }
    String file = words.get(words.size() - 1);
    ObjectNode params = Json.object().put("file", Path.of(file).toAbsolutePath().toString());
    params.put(
        network ? "network" : "domain", network ? line.getOptionValue("network") : words.get(0));
    return DaemonOptions.ask(line, out, name(), params);
  }
}
