package dev.zendo.dom0.cli;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.config.ConfigKeys;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.spec.Suggestions;
import java.io.IOException;
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
        text.stripLeading().startsWith("{")
            ? Settings.ofJson(name, Json.parse(text))
            : Settings.ofText(name, text);
    for (String each : more) {
      settings = settings.with(each);
    }
    settings.forEachKey((key, place) -> warn(key, place, warnings));
    return DomainConfig.of(settings);
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

  private String text() {
    try {
      byte[] bytes =
          name.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(name));
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new ToolException(name + ": no such file; check the path of the configuration", e);
    } catch (IOException e) {
      throw new ToolException(name + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }
}
