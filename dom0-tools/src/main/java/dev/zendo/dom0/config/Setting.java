package dev.zendo.dom0.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * What stands behind one key of a configuration.
 *
 * @param place where it stands, as messages begin: file and line
 * @param value a {@link String}, or a {@link List} of values; lists are unmodifiable
 */
record Setting(String place, Object value) {
  /** The same with the values of another one behind its own, as {@code +=} has it. */
  Setting plus(Setting more) {
    if (value instanceof List<?> first && more.value instanceof List<?> second) {
      return new Setting(more.place, Stream.concat(first.stream(), second.stream()).toList());
    }
    if (value instanceof String first && more.value instanceof String second) {
      return new Setting(more.place, first + second);
    }
    throw new ConfigException(more.place, "+= adds a list to a list, or a string to a string");
  }
}
