package dev.zendo.xenstore;

import java.util.Arrays;

/**
 * An absolute, validated store path such as {@code /local/domain/3/name}. Immutable; compares by
 * text, and parents sort before their children.
 *
 * <p>Rules (Xen's {@code docs/misc/xenstore.txt}): names are made of {@code A-Z a-z 0-9 - _ @}, are
 * not empty (so no double and no trailing slash), an absolute path has at most {@value
 * #MAX_ABSOLUTE} bytes and a relative one at most {@value #MAX_RELATIVE}. Everything else is {@link
 * StoreError#EINVAL}.
 */
public final class Path implements Comparable<Path> {
  /** The longest absolute path in bytes. */
  public static final int MAX_ABSOLUTE = 3072;

  /** The longest relative path in bytes, as the client wrote it. */
  public static final int MAX_RELATIVE = 2048;

  /** The root, {@code /}. */
  public static final Path ROOT = new Path("/", new String[0]);

  private static final boolean[] NAME_CHARACTER = new boolean[128];

  static {
    for (char c :
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_@".toCharArray()) {
      NAME_CHARACTER[c] = true;
    }
  }

  private final String text;
  private final String[] names;

  private Path(String text, String[] names) {
    this.text = text;
    this.names = names;
  }

  /** Parses an absolute path; {@link StoreError#EINVAL} when it breaks a rule. */
  public static Path of(String absolute) {
    if (absolute.equals("/")) {
      return ROOT;
    }
    if (absolute.isEmpty() || absolute.charAt(0) != '/') {
      throw invalid(absolute, "is not absolute");
    }
    if (absolute.length() > MAX_ABSOLUTE) {
      throw invalid(absolute, "is longer than " + MAX_ABSOLUTE + " bytes");
    }
    return new Path(absolute, split(absolute, 1, new String[0]));
  }

  /** The home of a domain, {@code /local/domain/N}: what its relative paths are relative to. */
  public static Path ofDomain(int domid) {
    return of("/local/domain/" + domid);
  }

  /** Whether {@code name} may be the name of a node. */
  public static boolean isName(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (!isNameCharacter(name.charAt(i))) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  /**
   * Resolves what a client wrote: a path that starts with a slash stands for itself, any other is
   * relative to this one.
   */
  public Path resolve(String path) {
    if (!path.isEmpty() && path.charAt(0) == '/') {
      return of(path);
    }
    if (path.length() > MAX_RELATIVE) {
      throw invalid(path, "is a relative path longer than " + MAX_RELATIVE + " bytes");
    }
    if (!path.isEmpty() && path.charAt(0) == '@') {
      throw invalid(path, "names an event, not a node");
    }
    String joined = names.length == 0 ? "/" + path : text + "/" + path;
    if (joined.length() > MAX_ABSOLUTE) {
      throw invalid(joined, "is longer than " + MAX_ABSOLUTE + " bytes");
    }
    return new Path(joined, split(joined, joined.length() - path.length(), names));
  }

  /** The path of the child called {@code name}. */
  public Path child(String name) {
    if (!isName(name)) {
      throw invalid(name, "is not a node name");
    }
    String joined = names.length == 0 ? "/" + name : text + "/" + name;
    if (joined.length() > MAX_ABSOLUTE) {
      throw invalid(joined, "is longer than " + MAX_ABSOLUTE + " bytes");
    }
    String[] longer = Arrays.copyOf(names, names.length + 1);
    longer[names.length] = name;
    return new Path(joined, longer);
  }

  private static String[] split(String text, int from, String[] head) {
    int count = head.length + 1;
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) == '/') {
        count++;
      }
    }
    String[] result = Arrays.copyOf(head, count);
    int n = head.length;
    int start = from;
    for (int i = from; i <= text.length(); i++) {
      if (i == text.length() || text.charAt(i) == '/') {
        if (i == start) {
          throw invalid(text, "has an empty name (double or trailing slash)");
        }
        result[n++] = text.substring(start, i);
        start = i + 1;
      } else if (!isNameCharacter(text.charAt(i))) {
        throw invalid(text, "has a character outside A-Z a-z 0-9 - _ @ /");
      }
    }
    return result;
  }

  private static boolean isNameCharacter(char c) {
    return c < NAME_CHARACTER.length && NAME_CHARACTER[c];
  }

  private static StoreException invalid(String path, String why) {
    return StoreException.untraced(StoreError.EINVAL, Text.quote(path) + ' ' + why);
  }

  /** The number of names: 0 for the root. */
  public int depth() {
    return names.length;
  }

  /** The name at {@code level}, counted from 0 at the top. */
  public String name(int level) {
    return names[level];
  }

  /** The last name; empty for the root. */
  public String name() {
    return names.length == 0 ? "" : names[names.length - 1];
  }

  /** The parent; the root is its own parent. */
  public Path parent() {
    return names.length == 0 ? this : ancestor(names.length - 1);
  }

  /** The ancestor (or this path itself) with {@code depth} names. */
  public Path ancestor(int depth) {
    if (depth == names.length) {
      return this;
    }
    if (depth == 0) {
      return ROOT;
    }
    int end = 0;
    for (int i = 0; i < depth; i++) {
      end += 1 + names[i].length();
    }
    return new Path(text.substring(0, end), Arrays.copyOf(names, depth));
  }

  /** Whether this path is {@code other} or lies below it. */
  public boolean startsWith(Path other) {
    return other.names.length == 0
        || text.startsWith(other.text)
            && (text.length() == other.text.length() || text.charAt(other.text.length()) == '/');
  }

  @Override
  public int compareTo(Path other) {
    int common = Math.min(names.length, other.names.length);
    for (int i = 0; i < common; i++) {
      int order = names[i].compareTo(other.names[i]);
      if (order != 0) {
        return order;
      }
    }
    return names.length - other.names.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Path path && text.equals(path.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
