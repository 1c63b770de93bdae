package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl save}. */
final class SaveVerb implements Verb {
  @Override
  public String name() {
    return "save";
  }

  @Override
  public String summary() {
    return "Put a domain into a file, from which it can go on later";
  }

  @Override
  public String arguments() {
    return "[-c|-p] DOMAIN FILE [CONFIGURATION]";
  }

  @Override
  public String details() {
    return """
        The domain's kernel suspends itself, and the domain is gone when the file is complete. Its
        disks are not in the file: leave them as they are until it is restored. The file says what
        the domain is now, with devices that were attached later; CONFIGURATION, a file as for zl
        create, stands there instead. A file of format xl has no checksum.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of("zl save web web.sav", "zl save -c web web.sav");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption("c", "checkpoint", false, "let it run on afterwards")
        .addOption("p", "paused", false, "leave it paused afterwards")
        .addOption(
            RunOptions.value(null, "format", "FORMAT", "zendo (usual), or xl: for xl restore"));
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    List<String> given = line.getArgList();
    if (given.size() != 2 && given.size() != 3) {
      throw new UsageException(
          "save is used as zl save DOMAIN FILE [CONFIGURATION] (zl save --help)");
    }
    Path file = Path.of(given.get(1)).toAbsolutePath();
    ObjectNode params =
        Json.object()
            .put("domain", given.get(0))
            .put("file", file.toString())
            .put("checkpoint", line.hasOption("checkpoint"))
            .put("paused", line.hasOption("paused"))
            .put("format", line.getOptionValue("format", "zendo"));
    if (given.size() == 3) {
      ConfigurationFile other = new ConfigurationFile(given.get(2), List.of());
      params.put("source", other.name()).set("config", other.read(System.err).json());
    }
    boolean json = line.hasOption("json");
    try (DaemonClient client = DaemonOptions.connect(line)) {
      JsonNode answer = client.call("save", params, what -> SaveProgress.say(what, json, out));
      out.println(
          json
              ? answer
              : answer.path("name").asText()
                  + ": saved, "
                  + (answer.path("bytes").asLong() >> 20)
                  + " MiB in "
                  + file);
    }
    return ExitStatus.OK;
  }
}
