package dev.zendo.dom0.cli;

import dev.zendo.dom0.xenstore.StoreService;
import dev.zendo.xenstore.journal.Journal;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * Where a machine's store is served and kept.
 *
 * @param socket where it is served, or null
 * @param journal the folder in which it is kept, or null
 * @param mode what has happened when a change counts as kept
 */
record StoreOptions(Path socket, Path journal, Journal.Mode mode) {
  static Options add(Options options) {
    return options
        .addOption(
            RunOptions.value(null, "store-socket", "PATH", "serve the store at a Unix socket"))
        .addOption(
            RunOptions.value(
                null, "store-journal", "FOLDER", "keep the store there, except domains' keys"))
        .addOption(
            RunOptions.value(
                null,
                "journal-mode",
                "MODE",
                "write: kept when zl is killed (default); sync: when power is lost, too"));
  }

  static StoreOptions of(CommandLine line) {
    return new StoreOptions(path(line, "store-socket"), path(line, "store-journal"), mode(line));
  }

  private static Path path(CommandLine line, String option) {
    String path = line.getOptionValue(option);
    return path == null ? null : Path.of(path);
  }

  /** The mode of a journal. */
  static Journal.Mode mode(CommandLine line) {
    String mode = line.getOptionValue("journal-mode", "write");
    return switch (mode.toLowerCase(Locale.ROOT)) {
      case "write" -> Journal.Mode.WRITE;
      case "sync" -> Journal.Mode.SYNC;
      default -> throw new UsageException("--journal-mode " + mode + ": use write or sync");
    };
  }

  /** Does it. */
  void apply(StoreService store) {
    if (journal != null) {
      store.keep(journal, mode);
    }
    if (socket != null) {
      store.listen(socket);
    }
  }
}
