package dev.zendo.dom0.config;

import dev.zendo.dom0.config.ConfigLexer.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the language of xl's configuration files: {@code KEY = VALUE} and {@code KEY += VALUE}, one
 * to a line or divided by semicolons, where a value is a quoted string, a number, or a list in
 * brackets; {@code #} begins a comment. Not thread-safe.
 */
final class ConfigText {
  /** Lists in lists; nobody needs so many. */
  private static final int MAX_DEPTH = 16;

  private final ConfigLexer in;
  private final Map<String, Setting> settings = new LinkedHashMap<>();

  private ConfigText(ConfigLexer in) {
    this.in = in;
  }

  /**
   * Reads a whole text; of a key that stands there twice the last value counts.
   *
   * @param source what messages call the text
   * @throws ConfigException with file and line
   */
  static Map<String, Setting> parse(String source, String text) {
    ConfigText parser = new ConfigText(new ConfigLexer(source, text));
    parser.in.next();
    while (parser.in.kind() != Kind.END) {
      parser.statement();
    }
    return parser.settings;
  }

  private void statement() {
    if (in.kind() == Kind.NAME) {
      assignment();
    }
    if (in.kind() == Kind.NEWLINE || in.kind() == Kind.SEMICOLON) {
      in.next();
    } else if (in.kind() != Kind.END) {
      throw expected("KEY = VALUE");
    }
  }

  private ConfigException expected(String what) {
    return in.refused("expected " + what + ", found " + in.kind().text());
  }

  private void assignment() {
    String key = in.word();
    String place = in.place();
    in.next();
    boolean add = in.kind() == Kind.ADD;
    if (!add && in.kind() != Kind.ASSIGN) {
      throw expected("= behind " + key);
    }
    in.next();
    Setting setting = new Setting(place, value(0));
    Setting before = add ? settings.get(key) : null;
    settings.put(key, before == null ? setting : before.plus(setting));
    if (in.kind() != Kind.NEWLINE && in.kind() != Kind.SEMICOLON && in.kind() != Kind.END) {
      throw expected("the end of the line or ; behind the value of " + key);
    }
  }

  private Object value(int depth) {
    if (in.kind() == Kind.STRING || in.kind() == Kind.NUMBER) {
      String word = in.word();
      in.next();
      return word;
    }
    if (in.kind() != Kind.OPEN) {
      throw expected("a string in quotes, a number or a list in brackets");
    }
    if (depth == MAX_DEPTH) {
      throw in.refused("too many lists inside each other");
    }
    in.next();
    return list(depth);
  }

  private List<Object> list(int depth) {
    List<Object> values = new ArrayList<>();
    skipLines();
    while (in.kind() != Kind.CLOSE) {
      values.add(value(depth + 1));
      skipLines();
      if (in.kind() == Kind.COMMA) {
        in.next();
        skipLines();
      } else if (in.kind() != Kind.CLOSE) {
        throw expected(", or ] in the list");
      }
    }
    in.next();
    return List.copyOf(values);
  }

  private void skipLines() {
    while (in.kind() == Kind.NEWLINE) {
      in.next();
    }
  }
}
