package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * Gives domains disks and network cards and takes them back.
 *
 * @param name of the verb and of the daemon's method
 * @param summary one line
 * @param arguments behind the verb
 * @param attaches whether the words behind the domain describe a new device
 * @param examples how it is used
 */
record DeviceVerb(
    String name, String summary, String arguments, boolean attaches, List<String> examples)
    implements Verb {
  /** All verbs of this kind. */
  static List<Verb> all() {
    return List.of(
        new DeviceVerb(
            "block-attach",
            "Give a domain a disk",
            "DOMAIN DISK...",
            true,
            List.of(
                "zl block-attach web data.qcow2,qcow2,xvdb,rw",
                "zl block-attach web vdev=xvdc target=/dev/vg/data")),
        new DeviceVerb(
            "block-detach",
            "Take a disk back from a domain",
            "DOMAIN VDEV [--force]",
            false,
            List.of("zl block-detach web xvdb")),
        new DeviceVerb(
            "network-attach",
            "Give a domain a network card",
            "DOMAIN [KEY=VALUE...]",
            true,
            List.of("zl network-attach web bridge=xenbr0")),
        new DeviceVerb(
            "network-detach",
            "Take a network card back from a domain",
            "DOMAIN DEVID|MAC [--force]",
            false,
            List.of("zl network-detach web 1")));
  }

  @Override
  public Options options() {
    Options options = DaemonOptions.options();
    return attaches
        ? options
        : options.addOption(RunOptions.flag("force", "take it even if the guest does not answer"));
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    List<String> words = line.getArgList();
    if (words.isEmpty() || !attaches && words.size() != 2) {
      throw new UsageException(name + " is used as zl " + name + " " + arguments);
    }
    ObjectNode params = Json.object().put("domain", words.get(0));
    if (attaches) {
      ArrayNode spec = params.putArray("spec");
      words.subList(1, words.size()).forEach(spec::add);
      params.put("folder", Path.of("").toAbsolutePath().toString());
    } else {
      params.put("device", words.get(1)).put("force", line.hasOption("force"));
    }
    return DaemonOptions.ask(line, out, name, params);
  }
}
