package dev.zendo.dom0.cli;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.config.ConfigKeys;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import dev.zendo.dom0.daemon.DaemonException;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.spec.Suggestions;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;

/**
 * A configuration as a user names it on the command line.
 *
 * @param name the file, or - for standard input
 * @param more words of the form KEY=VALUE behind it
 */
record ConfigurationFile(String name, List<String> more) {
  private static final int MAX_BYTES = 1 << 20;

  /** What editors of another system put before a text. */
  private static final String BYTE_ORDER_MARK = "\ufeff";

  /**
   * Takes it from the words of a verb.
   *
   * @param before how many words are something else
   * @param option the file, if an option names it; or null
   */
  static ConfigurationFile of(String verb, CommandLine line, int before, String option) {
    List<String> words = line.getArgList();
    if (option != null && words.size() >= before) {
      return new ConfigurationFile(option, words.subList(before, words.size()));
    }
    if (words.size() <= before) {
      throw new UsageException(
          verb + " needs a configuration file (zl " + verb + " --help shows an example)");
    }
    return new ConfigurationFile(words.get(before), words.subList(before + 1, words.size()));
  }

  /**
   * Reads it.
   *
   * @param warnings gets a line for each key that has no effect
   */
  DomainConfig read(PrintStream warnings) {
    String text = text();
    Settings settings =
        text.stripLeading().startsWith("{") ? ofJson(text) : Settings.ofText(name, text);
    for (String each : more) {
      settings = settings.with(each);
    }
    for (String key : settings.keys()) {
      warn(key, settings.place(key), warnings);
    }
    return DomainConfig.of(settings);
  }

  private Settings ofJson(String text) {
    try {
      return Settings.ofJson(name, Json.parse(text));
    } catch (DaemonException e) {
      throw new ToolException(name + ": " + e.getMessage(), e);
    }
  }

  private static void warn(String key, String place, PrintStream warnings) {
    switch (ConfigKeys.use(key)) {
      case OBEYED -> {}
      case WITHOUT_MEANING ->
          warnings.println("zl: " + place + ": " + key + " is ignored: no PV guest here needs it");
      case UNKNOWN ->
          warnings.println(
              "zl: "
                  + place
                  + ": unknown key "
                  + key
                  + " is ignored"
                  + Suggestions.hint(key, ConfigKeys.known()));
    }
  }

  private byte[] bytes() throws IOException {
    if (name.equals("-")) {
      return System.in.readNBytes(MAX_BYTES + 1);
    }
    try (InputStream in = Files.newInputStream(Path.of(name))) {
      return in.readNBytes(MAX_BYTES + 1);
    }
  }

  private String text() {
    try {
      byte[] bytes = bytes();
      if (bytes.length > MAX_BYTES) {
        throw new ToolException(name + ": longer than a configuration can be, 1 MiB");
      }
      String text = new String(bytes, StandardCharsets.UTF_8);
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (NoSuchFileException e) {
      throw new ToolException(name + ": no such file; check the path of the configuration", e);
    } catch (IOException e) {
      throw new ToolException(name + ": cannot be read (" + IoReason.of(e) + ")", e);
    }
  }
}
