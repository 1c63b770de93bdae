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
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl daemon}: starts, shows and stops the process with the domains. */
final class DaemonVerb implements Verb {
  private static final long PAUSE_MILLIS = 10;
  private static final long LEAST_MEMORY_MIB = 16;

  /** What counts when it starts, and not any more when it runs. */
  private static final List<String> AT_START =
      List.of("memory", "processors", "engine", "patience", "network");

  /**
   * What it is to have of the host.
   *
   * @param memory in MiB, for all domains
   * @param processors threads that run vcpus
   * @param engine what executes guest code
   * @param patience milliseconds that domains may take to end at its end
   * @param networks what networks give guests
   */
  private record Setup(
      long memory, int processors, EngineChoice engine, long patience, List<NetworkSpec> networks) {
    static Setup of(CommandLine line) {
      int host = Runtime.getRuntime().availableProcessors();
      long memory =
          line.hasOption("memory")
              ? RunTarget.memory(line.getOptionValue("memory"))
              : HostMemory.mib() / 4 * 3;
      if (memory < LEAST_MEMORY_MIB) {
        throw new UsageException(
            "--memory: a daemon needs at least " + LEAST_MEMORY_MIB + " MiB for its domains");
      }
      long processors =
          RunTarget.number(
              "processors", line.getOptionValue("processors", Integer.toString(host)), host);
      if (processors == 0) {
        throw new UsageException("--processors 0: use a number from 1 to " + host);
      }
      return new Setup(
          memory,
          (int) processors,
          RunOptions.engine(line.getOptionValue("engine", EngineChoice.AUTO.label())),
          RunOptions.seconds("patience", line.getOptionValue("patience", "60")),
          NetworkOptions.ofDaemon(line));
    }
  }

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
  public boolean takesArguments() {
    return false;
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
    // Refused here, not in the log of a process in the background.
    Setup setup = Setup.of(line);
    checkWhatItIsToDo(line);
    if (line.hasOption("metrics")) {
      var unused = MetricsAddress.parse(line.getOptionValue("metrics"));
    }
    if (line.hasOption("foreground")) {
      return serve(folder, setup, line, out);
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
    if (running.isPresent() && !line.hasOption("status")) {
      refuseWhatIsTooLate(folder, line);
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

  private static void checkWhatItIsToDo(CommandLine line) {
    long wishes = Stream.of("foreground", "status", "stop").filter(line::hasOption).count();
    if (wishes > 1) {
      throw new UsageException("daemon takes one of --foreground, --status and --stop");
    }
    if (line.hasOption("now") && !line.hasOption("stop")) {
      throw new UsageException("--now goes with --stop");
    }
  }

  private static void refuseWhatIsTooLate(StateFolder folder, CommandLine line) {
    for (String option : AT_START) {
      if (line.hasOption(option)) {
        throw new UsageException(
            "a daemon runs for "
                + folder.path()
                + " already, and --"
                + option
                + " counts when it starts (zl daemon --stop ends it)");
      }
    }
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

  private static int serve(StateFolder folder, Setup setup, CommandLine line, PrintStream out)
      throws InterruptedException {
    long patience = setup.patience;
    try (Daemon daemon =
        new Daemon(folder, setup.memory, setup.processors, setup.engine, setup.networks)) {
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
