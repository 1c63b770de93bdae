package dev.zendo.dom0.cli;

/**
 * A line of a table, column by column with a space between. What {@code String.format} would do,
 * without the time that its first call takes: verbs that print tables are over before the JVM is
 * warm.
 */
final class Row {
  private final StringBuilder text = new StringBuilder(120);

  /** Whether the next column begins with a space. */
  private boolean separate;

  /** Text as it is, without spaces around. */
  Row text(String value) {
    text.append(value);
    separate = false;
    return this;
  }

  /** Text at the left of a column; longer text takes what it needs. */
  Row left(String value, int width) {
    begin().append(value);
    spaces(width - value.length());
    return this;
  }

  /** A number at the left of a column. */
  Row left(long value, int width) {
    return left(Long.toString(value), width);
  }

  /** Text at the right of a column. */
  Row right(String value, int width) {
    begin();
    spaces(width - value.length());
    text.append(value);
    return this;
  }

  /** A number at the right of a column. */
  Row right(long value, int width) {
    return right(Long.toString(value), width);
  }

  /** A number with one decimal, which is not negative, at the right of a column. */
  Row tenths(double value, int width) {
    long tenths = Math.round(value * 10);
    return right(tenths / 10 + "." + tenths % 10, width);
  }

  private StringBuilder begin() {
    if (separate) {
      text.append(' ');
    }
    separate = true;
    return text;
  }

  private void spaces(int count) {
    for (int i = 0; i < count; i++) {
      text.append(' ');
    }
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
