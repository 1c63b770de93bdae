package dev.zendo.dom0.client;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Starts a daemon that outlives this process. */
public final class DaemonStarter {
  /** The program {@code zl}, as it says of itself. */
  private static final String LAUNCHER = System.getProperty("zendo.launcher");

  /** Takes a process away from this terminal, whose Ctrl-C is not for the daemon. */
  private static final Path SETSID = Path.of("/usr/bin/setsid");

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long PAUSE_MILLIS = 5;

  private DaemonStarter() {}

  /**
   * A connection to the daemon of a folder, which is started if none runs.
   *
   * @throws ToolException when it cannot be started
   */
  public static DaemonClient connect(StateFolder folder) throws InterruptedException {
    Optional<DaemonClient> running = DaemonClient.find(folder);
    return running.isPresent() ? running.get() : start(folder, List.of());
  }

  /**
   * Starts a daemon.
   *
   * @param options more words for its command line
   */
  public static DaemonClient start(StateFolder folder, List<String> options)
      throws InterruptedException {
    folder.make();
    Process process = spawn(folder, options);
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < PATIENCE_NANOS) {
      Optional<DaemonClient> client = DaemonClient.find(folder);
      if (client.isPresent()) {
        return client.get();
      }
      if (!process.isAlive()) {
        // Another one may have been quicker.
        return DaemonClient.find(folder).orElseThrow(() -> failed(folder));
      }
      Thread.sleep(PAUSE_MILLIS);
    }
    throw new ToolException("the daemon does not answer; " + folder.log() + " may say why");
  }

  private static Process spawn(StateFolder folder, List<String> options) {
    if (LAUNCHER == null) {
      throw new ToolException("no daemon runs for " + folder.path() + "; start one with zl daemon");
    }
    List<String> words = new ArrayList<>();
    if (Files.isExecutable(SETSID)) {
      words.add(SETSID.toString());
    }
    words.addAll(List.of(LAUNCHER, "daemon", "--foreground", "--state", folder.path().toString()));
    words.addAll(options);
    File log = folder.log().toFile();
    try {
      return new ProcessBuilder(words)
          .directory(new File("/"))
          .redirectInput(new File("/dev/null"))
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
          .redirectError(ProcessBuilder.Redirect.appendTo(log))
          .start();
    } catch (IOException e) {
      throw new ToolException("the daemon cannot be started: " + e.getMessage(), e);
    }
  }

  private static ToolException failed(StateFolder folder) {
    return new ToolException("the daemon did not start: " + lastLine(folder.log()));
  }

  private static String lastLine(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      String last = lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
      return last.startsWith("zl: ") ? last.substring(4) : last;
    } catch (IOException e) {
      return log + " cannot be read";
    }
  }
}
