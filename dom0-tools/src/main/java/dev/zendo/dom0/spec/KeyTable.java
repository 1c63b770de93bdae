package dev.zendo.dom0.spec;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The keys of a kind of description {@code key=value,key=value,...}, in xl's syntax (xl.cfg(5),
 * xl-network-configuration(5), xl-disk-configuration(5)). Knows nothing of where the text stands.
 * Made once, in a static initialiser; thread-safe afterwards.
 */
public final class KeyTable {
  private final String what;
  private final String example;
  private final Set<String> keys = new LinkedHashSet<>();
  private final Set<String> repeated = new HashSet<>();
  private final Set<String> emptied = new HashSet<>();
  private final Set<String> words = new HashSet<>();
  private String last = "";
  private boolean positions;
  private boolean anyCase;
  private boolean blanks;

  private KeyTable(String what, String example) {
    this.what = what;
    this.example = example;
  }

  /**
   * A table of keys that stand once and have a value.
   *
   * @param what is described, for messages, such as {@code disk}
   * @param example of a whole description, for messages
   */
  public static KeyTable of(String what, String example, String... keys) {
    KeyTable table = new KeyTable(what, example);
    Collections.addAll(table.keys, keys);
    return table;
  }

  /** These keys may stand several times. */
  public KeyTable repeated(String... some) {
    Collections.addAll(repeated, some);
    return this;
  }

  /** These keys may have no value, which is as if they were not there. */
  public KeyTable emptied(String... some) {
    Collections.addAll(emptied, some);
    return this;
  }

  /** Words that stand alone, without a value. */
  public KeyTable words(String... some) {
    Collections.addAll(words, some);
    return this;
  }

  /** This key takes all the rest, commas too. */
  public KeyTable last(String key) {
    last = key;
    return this;
  }

  /** Values may stand without keys, known by their order. */
  public KeyTable positions() {
    positions = true;
    return this;
  }

  /** Keys may be written in capitals. */
  public KeyTable anyCase() {
    anyCase = true;
    return this;
  }

  /** Nothing may stand between two commas, or at all. */
  public KeyTable blanks() {
    blanks = true;
    return this;
  }

  /**
   * Reads a description.
   *
   * @throws dev.zendo.dom0.ToolException with one line that says what to write instead
   */
  public KeyValues read(String text) {
    return new KeyValues(this, text);
  }

  String what() {
    return what;
  }

  String example() {
    return example;
  }

  List<String> keys() {
    return List.copyOf(keys);
  }

  boolean has(String key) {
    return keys.contains(key);
  }

  boolean isRepeated(String key) {
    return repeated.contains(key);
  }

  boolean isEmptied(String key) {
    return emptied.contains(key);
  }

  boolean isWord(String word) {
    return words.contains(word);
  }

  boolean isLast(String key) {
    return !last.isEmpty() && last.equalsIgnoreCase(key);
  }

  boolean hasPositions() {
    return positions;
  }

  boolean isAnyCase() {
    return anyCase;
  }

  boolean hasBlanks() {
    return blanks;
  }
}
