package dev.zendo.dom0.config;

/** Cuts the text of an xl configuration into words. Not thread-safe. */
final class ConfigLexer {
  /** What a word is. */
  enum Kind {
    NAME("a key"),
    STRING("a string"),
    NUMBER("a number"),
    ASSIGN("="),
    ADD("+="),
    OPEN("["),
    CLOSE("]"),
    COMMA(","),
    SEMICOLON(";"),
    NEWLINE("the end of the line"),
    END("the end of the file");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** As messages name it. */
    String text() {
      return text;
    }
  }

  private final String source;
  private final String text;
  private int at;
  private int line = 1;
  private int wordLine = 1;
  private Kind kind = Kind.NEWLINE;
  private String word = "";

  /**
   * Starts before the first word.
   *
   * @param source what messages call the text
   */
  ConfigLexer(String source, String text) {
    this.source = source;
    this.text = text;
  }

  /** What the present word is. */
  Kind kind() {
    return kind;
  }

  /** The present key, number, or string without its quotes. */
  String word() {
    return word;
  }

  /** Where the present word stands. */
  String place() {
    return source + ":" + wordLine;
  }

  ConfigException refused(String what) {
    return new ConfigException(place(), what);
  }

  /** Goes on to the next word. */
  void next() {
    skipBlanks();
    wordLine = line;
    if (at == text.length()) {
      kind = Kind.END;
      return;
    }
    char c = text.charAt(at);
    if (c == '\n') {
      line++;
      single(Kind.NEWLINE);
    } else if (c == '\'' || c == '"') {
      readString(c);
    } else if (isDigit(c)) {
      readWhile(Kind.NUMBER, "0123456789abcdefABCDEFxX");
    } else if (isLetter(c)) {
      readWhile(Kind.NAME, null);
    } else {
      readSign(c);
    }
  }

  private void skipBlanks() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (c == ' ' || c == '\t' || c == '\r') {
        at++;
      } else {
        return;
      }
    }
  }

  private void single(Kind which) {
    kind = which;
    at++;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
  }

  /** Takes characters of a set, or those of names if there is none. */
  private void readWhile(Kind which, String set) {
    int start = at;
    while (at < text.length() && belongs(text.charAt(at), set)) {
      at++;
    }
    kind = which;
    word = text.substring(start, at);
  }

  private static boolean belongs(char c, String set) {
    return set == null ? isLetter(c) || isDigit(c) || c == '.' : set.indexOf(c) >= 0;
  }

  private void readSign(char c) {
    switch (c) {
      case '=' -> single(Kind.ASSIGN);
      case '[' -> single(Kind.OPEN);
      case ']' -> single(Kind.CLOSE);
      case ',' -> single(Kind.COMMA);
      case ';' -> single(Kind.SEMICOLON);
      default -> {
        if (text.startsWith("+=", at)) {
          at++;
          single(Kind.ADD);
          return;
        }
        boolean python = "+-.():{}".indexOf(c) >= 0;
        throw refused(
            "unexpected \""
                + c
                + "\"; "
                + (python
                    ? "the file looks like Python, but only KEY = VALUE is understood"
                    : "write KEY = \"VALUE\", KEY = 123 or KEY = [ \"VALUE\", ... ]"));
      }
    }
  }

  private void readString(char quote) {
    StringBuilder out = new StringBuilder();
    at++;
    while (true) {
      if (at == text.length() || text.charAt(at) == '\n') {
        throw refused("the string has no end; close it with " + quote + " on the same line");
      }
      char c = text.charAt(at++);
      if (c == quote) {
        break;
      }
      out.append(c == '\\' ? escape() : c);
    }
    kind = Kind.STRING;
    word = out.toString();
  }

  private char escape() {
    char c = at < text.length() ? text.charAt(at) : '\n';
    at++;
    switch (c) {
      case '\\', '\'', '"':
        return c;
      case 'a':
        return '\007';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'v':
        return '\013';
      case 'x':
        return coded(16, 2);
      default:
        at--;
        return coded(8, 3);
    }
  }

  /** A character by its number. */
  private char coded(int base, int most) {
    int start = at;
    while (at < text.length() && at - start < most && Character.digit(text.charAt(at), base) >= 0) {
      at++;
    }
    if (at == start) {
      throw refused("a backslash is followed by none of \\ ' \" a b f n r t v x 0-7");
    }
    return (char) Integer.parseInt(text, start, at, base);
  }
}
