package dev.zendo.dom0.cli;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.daemon.Daemon;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Uses the daemon and its verbs once in this process, so that the archive of classes that the JVM
 * writes at its end has what later starts need.
 */
final class ArchiveTraining {
  /** Whether this process is to make an archive. */
  static final boolean WANTED = Boolean.getBoolean("zendo.archiving");

  private static final long MEMORY_MIB = 64;

  private ArchiveTraining() {}

  /** Does it with a guest that ends by itself. */
  static void run(Path kernel) throws IOException {
    Path folder = Files.createTempDirectory("zendo-archive");
    try (PrintStream nowhere =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Daemon daemon = new Daemon(StateFolder.of(folder), MEMORY_MIB, 1, EngineChoice.AUTO)) {
      nowhere.println(daemon.addresses());
      Path configuration = folder.resolve("guest.cfg");
      Files.writeString(
          configuration, "name = 'training'\nmemory = 8\nkernel = '" + kernel + "'\n# comment\n");
      Zl zl = new Zl(nowhere, nowhere);
      for (List<String> words :
          List.of(
              List.of("create", "-p", configuration.toString()),
              List.of("list", "-v"),
              List.of("vcpu-list"),
              List.of("uptime"),
              List.of("unpause", "training"),
              List.of("destroy", "training"),
              List.of("create", "-c", configuration.toString()),
              List.of("daemon", "--status"))) {
        String[] all =
            Stream.concat(words.stream(), Stream.of("--state", folder.toString()))
                .toArray(String[]::new);
        zl.run(all);
      }
    } finally {
      remove(folder);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
