package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.daemon.StateFolder;
import dev.zendo.dom0.migrate.peer.Identity;
import dev.zendo.dom0.migrate.peer.KnownPeers;
import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl peers}: the daemons to and from which domains may be moved. */
final class PeersVerb implements Verb {
  private static final String ADD = "add";
  private static final String REMOVE = "remove";

  @Override
  public String name() {
    return "peers";
  }

  @Override
  public String summary() {
    return "Show this daemon's fingerprint and the daemons it knows, or change those";
  }

  @Override
  public String arguments() {
    return "[add FINGERPRINT [NAME] | remove FINGERPRINT|NAME]";
  }

  @Override
  public String details() {
    return """
        Daemons that move domains show each other certificates, and each must know the other's
        fingerprint. Who is known may put any domain here, with the rights of the daemon's user.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of("zl peers", "zl peers add 5d41...c592 host2", "zl peers remove host2");
  }

  @Override
  public Options options() {
    return DaemonOptions.options();
  }

  @Override
  public int run(CommandLine line, PrintStream out) {
    StateFolder folder = DaemonOptions.folder(line);
    folder.make();
    KnownPeers peers = new KnownPeers(folder);
    List<String> given = line.getArgList();
    String what = given.isEmpty() ? "" : given.get(0);
    if (what.equals(ADD) && (given.size() == 2 || given.size() == 3)) {
      peers.add(given.get(1), given.size() == 3 ? given.get(2) : "");
    } else if (what.equals(REMOVE) && given.size() == 2) {
      peers.remove(given.get(1));
    } else if (!given.isEmpty()) {
      throw new UsageException("peers is used as zl peers add FINGERPRINT (zl peers --help)");
    }
    print(folder, peers, line.hasOption("json"), out);
    return ExitStatus.OK;
  }

  private static void print(StateFolder folder, KnownPeers peers, boolean json, PrintStream out) {
    String own = Identity.fingerprint(folder);
    if (!json) {
      out.println(own + " this daemon");
      peers.all().forEach((key, name) -> out.println((key + " " + name).strip()));
      return;
    }
    ObjectNode answer = Json.object().put("fingerprint", own);
    ArrayNode list = answer.putArray("peers");
    peers.all().forEach((key, name) -> list.addObject().put("fingerprint", key).put("name", name));
    out.println(answer);
  }
}
