package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.client.DaemonStarter;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.PrintStream;
import java.nio.file.Path;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** What all verbs that ask the daemon have in common. */
final class DaemonOptions {
  /** Whether somebody gets ready to ask; verbs are made on one thread. */
  private static boolean preparing;

  private static boolean asked;

  private DaemonOptions() {}

  /** No lambda: the first one of a process takes longer than what this thread saves. */
  private static final class Preparation extends Thread {
    Preparation() {
      super("prepare");
      setDaemon(true);
    }

    @Override
    public void run() {
      DaemonClient.prepare();
    }
  }

  /** Has a thread load what asking needs, unless one does already. */
  static void prepare() {
    if (!preparing) {
      preparing = true;
      new Preparation().start();
    }
  }

  /** Options for such a verb; what asking needs is loaded while they are parsed. */
  static Options options() {
    prepare();
    return new Options()
        .addOption(
            RunOptions.value(null, "state", "FOLDER", "the daemon's folder (or ZENDO_STATE)"))
        .addOption(RunOptions.flag("json", "print JSON"));
  }

  /**
   * Whether a verb did no more than ask: no thread is left that would hold up the process's end.
   */
  static boolean asked() {
    return asked;
  }

  /** The folder that was named, or the usual one. */
  static StateFolder folder(CommandLine line) {
    String named = line.getOptionValue("state");
    if (named == null) {
      return StateFolder.usual();
    }
    if (named.isEmpty()) {
      throw new UsageException("--state needs the name of a folder");
    }
    return StateFolder.of(Path.of(named));
  }

  /** Asks for something whose answer only programs want to see; prints it with {@code --json}. */
  static int ask(CommandLine line, PrintStream out, String method, ObjectNode params)
      throws InterruptedException {
    try (DaemonClient client = connect(line)) {
      JsonNode answer = client.call(method, params);
      if (line.hasOption("json")) {
        out.println(Json.pretty(answer));
      }
    }
    return ExitStatus.OK;
  }

  /** A connection; the daemon is started if it is not there. */
  static DaemonClient connect(CommandLine line) throws InterruptedException {
    asked = true;
    return DaemonStarter.connect(folder(line));
  }
}
