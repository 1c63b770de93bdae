package dev.zendo.dom0.log;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * A logger that writes lines like {@code [warn] builder: text} to standard error. The level holds
 * for all loggers; it is taken from the environment variable {@code ZENDO_LOG} (error, warn, info,
 * debug, trace), warn when that is not set. Thread-safe.
 */
public final class StderrLog extends LegacyAbstractLogger {
  private static final long serialVersionUID = 1L;

  private static volatile Level level = initialLevel();
  private static volatile String lineEnd = "\n";
  private static final List<LogListener> LISTENERS = new CopyOnWriteArrayList<>();

  private final String shortName;

  private StderrLog(String name) {
    this.name = name;
    this.shortName = name.substring(name.lastIndexOf('.') + 1);
  }

  /** A logger; its last name component appears in the lines. */
  static Logger named(String name) {
    return new StderrLog(name);
  }

  /** Sets the least important level that is written. */
  public static void level(Level least) {
    level = least;
  }

  /** The least important level that is written. */
  public static Level level() {
    return level;
  }

  /** Tells one more of each line that is written. */
  public static void listen(LogListener listener) {
    LISTENERS.add(listener);
  }

  /** Ends {@link #listen}. */
  public static void forget(LogListener listener) {
    LISTENERS.remove(listener);
  }

  /** In raw terminal mode a line must end with a carriage return as well. */
  public static void rawTerminal(boolean raw) {
    lineEnd = raw ? "\r\n" : "\n";
  }

  private static Level initialLevel() {
    String wanted = System.getenv("ZENDO_LOG");
    if (wanted == null || wanted.isEmpty()) {
      return Level.WARN;
    }
    try {
      return Level.valueOf(wanted.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      System.err.println(
          "zl: ZENDO_LOG=" + wanted + " is not a level: error, warn, info, debug or trace");
      return Level.WARN;
    }
  }

  private static boolean enabled(Level asked) {
    return asked.toInt() >= level.toInt();
  }

  @Override
  public boolean isTraceEnabled() {
    return enabled(Level.TRACE);
  }

  @Override
  public boolean isDebugEnabled() {
    return enabled(Level.DEBUG);
  }

  @Override
  public boolean isInfoEnabled() {
    return enabled(Level.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return enabled(Level.WARN);
  }

  @Override
  public boolean isErrorEnabled() {
    return enabled(Level.ERROR);
  }

  @Override
  protected String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level at, Marker marker, String pattern, Object[] arguments, Throwable cause) {
    StringBuilder line = new StringBuilder();
    line.append('[').append(at.toString().toLowerCase(Locale.ROOT)).append("] ");
    line.append(shortName).append(": ");
    int text = line.length();
    line.append(MessageFormatter.basicArrayFormat(pattern, arguments));
    if (cause != null) {
      line.append(" (").append(cause).append(')');
    }
    if (!LISTENERS.isEmpty()) {
      String said = line.substring(text);
      LISTENERS.forEach(listener -> listener.logged(at, said));
    }
    System.err.print(line.append(lineEnd));
    System.err.flush();
    if (cause != null && enabled(Level.DEBUG)) {
      cause.printStackTrace();
    }
  }
}
