package dev.zendo.dom0.cli;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.spec.Suggestions;
import dev.zendo.dom0.xenstore.StoreConnection;
import dev.zendo.dom0.xenstore.StoreDaemon;
import dev.zendo.dom0.xenstore.StoreFile;
import dev.zendo.dom0.xenstore.StoreSocket;
import dev.zendo.xenstore.StoreException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * {@code zl store}: looks into a store, changes it as the xenstore-* programs do, or serves one.
 */
final class StoreVerb implements Verb {
  private static final int ANY = Integer.MAX_VALUE;

  /**
   * How many words come after an action.
   *
   * @param least so many at least
   * @param most so many at most
   */
  private record Words(int least, int most) {
    void check(String action, int count) {
      if (count < least || count > most) {
        throw new UsageException(
            "store "
                + action
                + (count < least ? " needs more" : " takes fewer")
                + " arguments (zl store --help)");
      }
    }
  }

  private static final Map<String, Words> ACTIONS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("ls", new Words(0, 1)),
              Map.entry("list", new Words(0, 1)),
              Map.entry("read", new Words(1, ANY)),
              Map.entry("write", new Words(2, ANY)),
              Map.entry("mkdir", new Words(1, ANY)),
              Map.entry("rm", new Words(1, ANY)),
              Map.entry("chmod", new Words(2, ANY)),
              Map.entry("exists", new Words(1, ANY)),
              Map.entry("watch", new Words(0, ANY)),
              Map.entry("dump", new Words(0, 1)),
              Map.entry("load", new Words(1, 2)),
              Map.entry("quota", new Words(0, 3)),
              Map.entry("serve", new Words(0, 0))));

  @Override
  public String name() {
    return "store";
  }

  @Override
  public String summary() {
    return "Read, change, save and serve stores";
  }

  @Override
  public String arguments() {
    return "[--socket PATH|--file JSON] " + String.join("|", ACTIONS.keySet()) + " [ARGUMENT...]";
  }

  @Override
  public Options options() {
    return new Options()
        .addOption(
            RunOptions.value(
                "s",
                "socket",
                "PATH",
                "socket of zl run --store-socket instead of the daemon's; or where to serve"))
        .addOption(
            RunOptions.value(null, "state", "FOLDER", "the daemon's folder (or ZENDO_STATE)"))
        .addOption(RunOptions.value("f", "file", "FILE", "store saved as JSON"))
        .addOption("p", "permissions", false, "ls: show permissions, too")
        .addOption(RunOptions.flag("json", "answers as JSON; events one to a line"))
        .addOption(RunOptions.value("n", "count", "N", "watch: end after so many events"))
        .addOption(RunOptions.value(null, "journal", "FOLDER", "serve: keep the store there"))
        .addOption(
            RunOptions.value(
                null,
                "journal-mode",
                "MODE",
                "write: kept when the process is killed (default);"
                    + " sync: when power is lost, too"));
  }

  @Override
  public String details() {
    return """
    ls [PATH]               a subtree (with --json as dump)
    list [PATH]             the names below a node
    read PATH...            values
    write PATH VALUE ...    sets values, all at once
    mkdir PATH...           creates empty nodes
    rm PATH...              removes subtrees
    chmod PATH PERM...      sets permissions: n, r, w or b and a domain id; the owner first
    exists PATH...          status 1 if one is missing
    watch [PATH...]         prints what changes, also @introduceDomain and @releaseDomain
    dump [PATH]             a subtree as JSON
    load [PATH] FILE        writes JSON (- for standard input) over a subtree, all or nothing
    quota [DOMID|max|set NAME LIMIT]
                            limits, what a domain uses and has used at most
    serve                   serves a store of its own at --socket; begins with --file, if given
    """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "zl store ls /local/domain/1",
        "zl store --socket /tmp/store ls /local/domain/1",
        "zl store --socket /tmp/store write /local/domain/1/control/shutdown poweroff",
        "zl store --socket /tmp/store watch --json /local/domain @releaseDomain",
        "zl store --socket /tmp/store dump /local/domain/1 > domain.json",
        "zl store --file store.json read /local/domain/1/name",
        "zl store serve --socket /tmp/store --journal /var/lib/zendo/store");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws Exception {
    List<String> words = line.getArgList();
    Words count = words.isEmpty() ? null : ACTIONS.get(words.get(0));
    if (count == null) {
      throw new UsageException(
          "store needs one of "
              + String.join(", ", ACTIONS.keySet())
              + (words.isEmpty() ? "" : Suggestions.hint(words.get(0), ACTIONS.keySet()))
              + " (zl store --help)");
    }
    count.check(words.get(0), words.size() - 1);
    if (words.get(0).equals("serve")) {
      return serve(line, out);
    }
    try (StoreConnection store = open(line)) {
      return act(store, line, out);
    } catch (StoreException e) {
      throw new ToolException(e.getMessage(), e);
    }
  }

  private static StoreConnection open(CommandLine line) throws InterruptedException {
    if (line.hasOption("socket") && line.hasOption("file")) {
      throw new UsageException(
          "store takes --socket PATH of a running zl run, or --file of a saved store, not both");
    }
    if (line.hasOption("file")) {
      return new StoreFile(Path.of(line.getOptionValue("file")));
    }
    return new StoreSocket(
        line.hasOption("socket") ? Path.of(line.getOptionValue("socket")) : ofDaemon(line));
  }

  /** Where the daemon serves its store. */
  private static Path ofDaemon(CommandLine line) throws InterruptedException {
    try (DaemonClient client = DaemonOptions.connect(line)) {
      return Path.of(client.call("hello", Json.object()).path("store").asText());
    }
  }

  private static int act(StoreConnection store, CommandLine line, PrintStream out)
      throws IOException {
    boolean json = line.hasOption("json");
    List<String> words = line.getArgList();
    List<String> rest = words.subList(1, words.size());
    String path = rest.isEmpty() ? "/" : rest.get(0);
    StoreActions actions = new StoreActions(store, out, json);
    switch (words.get(0)) {
      case "ls" -> actions.ls(path, line.hasOption("permissions"));
      case "list" -> actions.list(path);
      case "read" -> actions.read(rest);
      case "write" -> actions.write(rest);
      case "mkdir" -> actions.mkdir(rest);
      case "rm" -> actions.rm(rest);
      case "chmod" -> actions.chmod(path, rest.subList(1, rest.size()));
      case "watch" -> actions.watch(rest.isEmpty() ? List.of("/") : rest, events(line));
      case "dump" -> new StoreActions(store, out, true).ls(path, false);
      case "load" -> actions.load(rest.size() > 1 ? path : "/", rest.get(rest.size() - 1));
      case "quota" -> actions.quota(rest);
      default -> {
        return actions.exists(rest);
      }
    }
    return ExitStatus.OK;
  }

  private static long events(CommandLine line) {
    String count = line.getOptionValue("count");
    if (count == null) {
      return Long.MAX_VALUE;
    }
    if (!count.matches("[1-9][0-9]{0,17}")) {
      throw new UsageException("--count " + count + ": use a number above 0");
    }
    return Long.parseLong(count);
  }

  /** Serves until the process is ended. */
  private static int serve(CommandLine line, PrintStream out) throws InterruptedException {
    if (!line.hasOption("socket")) {
      throw new UsageException("store serve needs --socket PATH, where to serve");
    }
    StoreDaemon daemon = new StoreDaemon();
    if (line.hasOption("file")) {
      daemon.load(Path.of(line.getOptionValue("file")));
    }
    if (line.hasOption("journal")) {
      daemon.keep(Path.of(line.getOptionValue("journal")), StoreOptions.mode(line));
    }
    Path socket = Path.of(line.getOptionValue("socket"));
    daemon.listen(socket);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(daemon), "store-end"));
    out.println("serving the store at " + socket);
    out.flush();
    new CountDownLatch(1).await();
    return ExitStatus.OK;
  }

  private static void close(StoreDaemon daemon) {
    try {
      daemon.close();
    } catch (IOException e) {
      // What clients were told has been written.
    }
  }
}
