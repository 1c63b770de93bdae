package dev.zendo.dom0.spec;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.control.ControlDomain;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What one description says, by the rules of a {@link KeyTable}. White space around keys and values
 * does not count. All methods that look at a value throw a {@link ToolException} with one line that
 * says what to write instead when it is not what they look for. Immutable.
 */
public final class KeyValues {
  private final KeyTable table;
  private final String text;
  private final Map<String, List<String>> values = new LinkedHashMap<>();
  private final List<String> words = new ArrayList<>();
  private final List<String> positions = new ArrayList<>();

  KeyValues(KeyTable table, String text) {
    this.table = table;
    this.text = text;
    int at = 0;
    while (at <= text.length()) {
      int comma = text.indexOf(',', at);
      int end = comma < 0 || endsWithLast(at) ? text.length() : comma;
      take(text.substring(at, end).strip());
      at = end + 1;
    }
  }

  private static String key(String part) {
    return part.substring(0, Math.max(0, part.indexOf('='))).strip();
  }

  private boolean endsWithLast(int at) {
    return table.isLast(key(text.substring(at)));
  }

  private void take(String part) {
    if (part.isEmpty() && table.hasBlanks()) {
      return;
    }
    int equals = part.indexOf('=');
    if (equals >= 0) {
      String key = key(part);
      put(table.isAnyCase() ? key.toLowerCase(Locale.ROOT) : key, part.substring(equals + 1));
    } else if (table.isWord(part)) {
      words.add(part);
    } else if (table.hasPositions()) {
      positions.add(part);
    } else {
      throw refused("\"" + part + "\" is not of the form key=value; " + advice());
    }
  }

  private void put(String key, String value) {
    if (!table.has(key)) {
      String hint = key.isEmpty() ? "" : Suggestions.hint(key, table.keys());
      throw refused("unknown key \"" + key + "\"" + (hint.isEmpty() ? "; " + advice() : hint));
    }
    List<String> all = values.computeIfAbsent(key, unused -> new ArrayList<>());
    if (!all.isEmpty() && !table.isRepeated(key)) {
      throw refused("the key " + key + " is there twice; leave one out");
    }
    if (value.isBlank() && !table.isEmptied(key)) {
      throw refused("the key " + key + " has no value; " + advice());
    }
    all.add(value.strip());
  }

  /** A hint for messages: a whole description. */
  public String advice() {
    return "write " + table.example();
  }

  /** A failure that names the description. */
  public ToolException refused(String why) {
    return new ToolException(table.what() + " \"" + text + "\": " + why);
  }

  private ToolException refused(String key, String value, String instead) {
    return refused(key + "=" + value + "; " + instead);
  }

  /** All values of a key, in their order. */
  public List<String> all(String key) {
    return List.copyOf(values.getOrDefault(key, List.of()));
  }

  /** The value of a key; empty when the key is not there or has no value. */
  public Optional<String> find(String key) {
    return all(key).stream().filter(value -> !value.isEmpty()).findFirst();
  }

  /** The value of a key that must be there. */
  public String require(String key) {
    return find(key).orElseThrow(() -> refused("no " + key + "; " + advice()));
  }

  /** Which of the words without values are there, in their order. */
  public List<String> words() {
    return List.copyOf(words);
  }

  /** The values without keys, in their order; each may be empty. */
  public List<String> positions() {
    return List.copyOf(positions);
  }

  /** A value that stands for something else, whose reader throws IllegalArgumentException. */
  public <T> Optional<T> read(String key, Function<String, T> reader) {
    return readAll(key, reader).stream().findFirst();
  }

  /** The same for keys that may stand several times. */
  public <T> List<T> readAll(String key, Function<String, T> reader) {
    List<T> read = new ArrayList<>();
    for (String value : all(key)) {
      try {
        read.add(reader.apply(value));
      } catch (IllegalArgumentException e) {
        throw refused(e.getMessage());
      }
    }
    return read;
  }

  /**
   * A value of a certain form.
   *
   * @param pattern regular expression for all of it
   * @param form in words, such as {@code letters and digits}
   */
  public Optional<String> matching(String key, String pattern, String form) {
    Optional<String> value = find(key);
    if (value.isPresent() && !value.get().matches(pattern)) {
      throw refused(key, value.get(), "use " + form);
    }
    return value;
  }

  /** One of some values; the first of them when the key is not there. */
  public String oneOf(String key, String... choices) {
    List<String> all = List.of(choices);
    String value = find(key).orElse(choices[0]);
    if (!all.contains(value)) {
      throw refused(key, value, "use " + String.join(" or ", all));
    }
    return value;
  }

  /**
   * That the key {@code backend}, which names the domain that serves a device, names domain 0.
   *
   * @param devices what it serves, such as {@code disks}
   */
  public void servedByDomain0(String devices) {
    Optional<String> value = find("backend");
    if (value.isPresent() && !value.get().equals("0") && !value.get().equals(ControlDomain.NAME)) {
      throw refused(
          "backend", value.get(), "use 0 or leave it out: domain 0 serves all " + devices);
    }
  }

  /** A decimal number. */
  public OptionalInt number(String key, int least, int most) {
    Optional<String> value = find(key);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    if (value.get().matches("\\d{1,10}")) {
      long number = Long.parseLong(value.get());
      if (number >= least && number <= most) {
        return OptionalInt.of((int) number);
      }
    }
    throw refused(key, value.get(), "use a number from " + least + " to " + most);
  }

  /** A number of 1 or more, perhaps with a binary factor: {@code 500}, {@code 64k}, {@code 20M}. */
  public OptionalLong size(String key) {
    Optional<String> value = find(key);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    if (value.get().matches("[1-9]\\d{0,17}[kKMGT]?")) {
      String digits = value.get().replaceFirst("[kKMGT]$", "");
      int shift =
          switch (value.get().charAt(value.get().length() - 1)) {
            case 'k', 'K' -> 10;
            case 'M' -> 20;
            case 'G' -> 30;
            case 'T' -> 40;
            default -> 0;
          };
      long number = Long.parseLong(digits);
      if (number <= Long.MAX_VALUE >> shift) {
        return OptionalLong.of(number << shift);
      }
    }
    throw refused(key, value.get(), "use a number such as 500 or 20M");
  }

  /** Yes or no, in the words that xl knows. */
  public boolean yes(String key, boolean usual) {
    Optional<String> value = find(key);
    return switch (value.orElse(usual ? "yes" : "no")) {
      case "1", "yes", "true", "on" -> true;
      case "0", "no", "false", "off" -> false;
      default -> throw refused(key, value.orElseThrow(), "use yes or no");
    };
  }
}
