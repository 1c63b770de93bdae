package dev.zendo.dom0.migrate.peer;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The daemons that a daemon knows: fingerprints in a file, with a name behind each. */
public final class KnownPeers {
  private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

  private final Path file;

  /** Those of a folder. */
  public KnownPeers(StateFolder folder) {
    this.file = folder.peers();
  }

  /**
   * A fingerprint as it is kept: without colons, in lower case.
   *
   * @throws ToolException when it is none
   */
  public static String normal(String typed) {
    String plain = typed.replace(":", "").toLowerCase(Locale.ROOT);
    if (!FINGERPRINT.matcher(plain).matches()) {
      throw new ToolException("\"" + typed + "\" is no fingerprint: 64 hexadecimal digits");
    }
    return plain;
  }

  /** All that are known: names by fingerprint. */
  public Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>();
    if (!Files.exists(file)) {
      return all;
    }
    try {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.strip().split("\\s+", 2);
        if (!words[0].isEmpty() && !words[0].startsWith("#")) {
          all.put(normal(words[0]), words.length > 1 ? words[1] : "");
        }
      }
    } catch (IOException | ToolException e) {
      throw new ToolException(file + ": cannot be read (" + IoReason.of(e) + ")", e);
    }
    return all;
  }

  /** Adds one, or gives it another name. */
  public void add(String fingerprint, String name) {
    Map<String, String> all = all();
    all.put(normal(fingerprint), name);
    write(all);
  }

  /**
   * Forgets one.
   *
   * @param which its fingerprint or name
   * @throws ToolException when there is none
   */
  public void remove(String which) {
    Map<String, String> all = all();
    boolean known = all.keySet().remove(which.replace(":", "").toLowerCase(Locale.ROOT));
    if (!all.values().remove(which) && !known) {
      throw new ToolException(which + ": is no known peer (zl peers shows all)");
    }
    write(all);
  }

  private void write(Map<String, String> all) {
    StringBuilder text = new StringBuilder();
    all.forEach((key, name) -> text.append((key + " " + name).strip()).append('\n'));
    Path part = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.write(part, text.toString().getBytes(StandardCharsets.UTF_8));
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new ToolException(file + ": cannot be written (" + IoReason.of(e) + ")", e);
    }
  }
}
