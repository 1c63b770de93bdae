package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.client.DaemonStarter;
import dev.zendo.dom0.daemon.Daemon;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.daemon.MetricsAddress;
import dev.zendo.dom0.daemon.StateFolder;
import dev.zendo.dom0.net.nat.NetworkSpec;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl daemon}: starts, shows and stops the process with the domains. */
final class DaemonVerb implements Verb {
  private static final long PAUSE_MILLIS = 10;

  @Override
  public String name() {
    return "daemon";
  }

  @Override
  public String summary() {
    return "Start, show or stop the process that runs domains";
  }

  @Override
  public String arguments() {
    return "[--status|--stop] [options]";
  }

  @Override
  public String details() {
    return """
        The other verbs start it when they need it. It keeps its state in the folder
        $ZENDO_STATE, else $XDG_STATE_HOME/zendo, else ~/.local/state/zendo.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "zl daemon",
        "zl daemon --memory 8G --foreground",
        "zl daemon --metrics 127.0.0.1:9177",
        "zl daemon --migrate 0.0.0.0:8002",
        "zl daemon --status",
        "zl daemon --stop");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption(RunOptions.flag("foreground", "serve in this process, until it is ended"))
        .addOption(RunOptions.flag("status", "say whether it runs: status 0, or 1"))
        .addOption(RunOptions.flag("stop", "ask domains to end, destroy what is left, and end it"))
        .addOption(RunOptions.flag("now", "with --stop: destroy domains without asking them"))
        .addOption(
            RunOptions.value(
                null, "patience", "SECONDS", "how long domains may take to end at its end (60)"))
        .addOption(
            RunOptions.value(
                "m",
                "memory",
                "MB",
                "memory for all domains, in MiB or with K, M, G, T (three"
                    + " quarters of the host's)"))
        .addOption(
            RunOptions.value(null, "processors", "N", "threads that run vcpus (as the host has)"))
        .addOption(
            RunOptions.value(
                null,
                "metrics",
                "ADDRESS",
                "give counters in Prometheus' format at unix:PATH or a loopback port, such as"
                    + " 127.0.0.1:9177"))
        .addOption(NetworkOptions.option())
        .addOption(
            RunOptions.value(
                null,
                "migrate",
                "HOST[:PORT]",
                "take domains there from the daemons that are known (zl peers)"))
        .addOption(
            RunOptions.value(
                "e", "engine", "NAME", "what executes guest code: auto, direct or interpreter"));
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    StateFolder folder = DaemonOptions.folder(line);
    if (!line.getArgList().isEmpty()) {
      throw new UsageException("daemon takes no arguments (zl daemon --help)");
    }
    // Refused here, not in the log of a process in the background.
    List<NetworkSpec> networks = NetworkOptions.ofDaemon(line);
    if (line.hasOption("metrics")) {
      var unused = MetricsAddress.parse(line.getOptionValue("metrics"));
    }
    if (line.hasOption("foreground")) {
      return serve(folder, networks, line, out);
    }
    Optional<DaemonClient> running = DaemonClient.find(folder);
    if (line.hasOption("stop")) {
      return stop(folder, running, line, out);
    }
    if (line.hasOption("status") && running.isEmpty()) {
      out.println(
          line.hasOption("json")
              ? Json.object().put("running", false)
              : "no daemon runs for " + folder.path());
      return ExitStatus.FAILURE;
    }
    try (DaemonClient client =
        running.isPresent() ? running.get() : DaemonStarter.start(folder, words(line))) {
      if (line.hasOption("metrics")) {
        client.call("metrics", Json.object().put("address", metrics(line)));
      }
      if (line.hasOption("migrate")) {
        client.call("migrate-listen", Json.object().put("address", line.getOptionValue("migrate")));
      }
      print(client.call("hello", Json.object()), line, out);
    }
    return ExitStatus.OK;
  }

  /** What the process in the background is to be told. */
  private static List<String> words(CommandLine line) {
    List<String> words = new ArrayList<>();
    for (String option : List.of("memory", "processors", "engine", "patience")) {
      if (line.hasOption(option)) {
        words.add("--" + option);
        words.add(line.getOptionValue(option));
      }
    }
    for (String network : NetworkOptions.texts(line)) {
      words.add("--network");
      words.add(network);
    }
    return words;
  }

  /** The daemon may be in another folder. */
  private static String metrics(CommandLine line) {
    String address = line.getOptionValue("metrics");
    String unix = "unix:";
    return address.startsWith(unix)
        ? unix + Path.of(address.substring(unix.length())).toAbsolutePath()
        : address;
  }

  private static void print(JsonNode status, CommandLine line, PrintStream out) {
    if (line.hasOption("json")) {
      out.println(Json.pretty(status));
      return;
    }
    out.println(
        "the daemon runs as process "
            + status.path("pid").asLong()
            + ", with its state in "
            + status.path("state").asText()
            + (status.has("metrics") ? ", and metrics at " + status.path("metrics").asText() : "")
            + (status.has("migrations")
                ? ", and takes domains at " + status.path("migrations").asText()
                : ""));
    for (JsonNode lost : status.path("lost")) {
      out.println(
          "lost with the daemon before it: "
              + lost.path("name").asText()
              + (lost.path("restarted").asBoolean() ? " (started again)" : "")
              + (lost.has("error") ? " (" + lost.path("error").asText() + ")" : ""));
    }
  }

  private static int stop(
      StateFolder folder, Optional<DaemonClient> running, CommandLine line, PrintStream out)
      throws InterruptedException {
    if (running.isPresent()) {
      try (DaemonClient client = running.get()) {
        client.call("stop", Json.object().put("now", line.hasOption("now")));
      }
      while (folder.isTaken()) {
        Thread.sleep(PAUSE_MILLIS);
      }
    }
    if (line.hasOption("json")) {
      out.println(Json.object().put("stopped", running.isPresent()));
    }
    return ExitStatus.OK;
  }

  private static int serve(
      StateFolder folder, List<NetworkSpec> networks, CommandLine line, PrintStream out)
      throws InterruptedException {
    int host = Runtime.getRuntime().availableProcessors();
    long memory =
        line.hasOption("memory")
            ? RunTarget.memory(line.getOptionValue("memory"))
            : HostMemory.mib() / 4 * 3;
    int processors =
        (int)
            RunTarget.number(
                "processors", line.getOptionValue("processors", Integer.toString(host)), host);
    EngineChoice engine =
        RunOptions.engine(line.getOptionValue("engine", EngineChoice.AUTO.label()));
    long patience = RunOptions.seconds("patience", line.getOptionValue("patience", "60"));
    try (Daemon daemon = new Daemon(folder, memory, Math.max(1, processors), engine, networks)) {
      Thread hook = new Thread(() -> end(daemon, patience), "daemon-end");
      Runtime.getRuntime().addShutdownHook(hook);
      if (line.hasOption("metrics")) {
        daemon.serveMetrics(line.getOptionValue("metrics"));
      }
      if (line.hasOption("migrate")) {
        daemon.takeDomains(line.getOptionValue("migrate"));
      }
      DaemonThreads.start("libraries", DaemonVerb::keepLibraries);
      out.println("serving at " + String.join(" and ", daemon.addresses()));
      out.flush();
      daemon.await();
      Runtime.getRuntime().removeShutdownHook(hook);
      daemon.shutDown(patience);
    }
    return ExitStatus.OK;
  }

  /**
   * Opens all libraries, by looking everywhere for what is nowhere: the daemon goes on with them
   * when a build puts others in their places.
   */
  private static void keepLibraries() {
    if (DaemonVerb.class.getClassLoader().getResource("no/such/resource") != null) {
      throw new AssertionError();
    }
  }

  /** What SIGTERM brings about. */
  private static void end(Daemon daemon, long patience) {
    try (daemon) {
      daemon.shutDown(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
