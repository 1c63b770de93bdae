package dev.zendo.dom0.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keys and values of a configuration, as text of xl's language or as JSON. Immutable. Methods that
 * read a value throw {@link ConfigException} when it is not of their kind.
 */
public final class Settings {
  /** Of numbers that a double holds exactly, as some readers of JSON take all for one. */
  private static final int MAX_DIGITS = 15;

  private final String source;
  private final Map<String, Setting> all;

  private Settings(String source, Map<String, Setting> all) {
    this.source = source;
    this.all = all;
  }

  /**
   * Reads xl's language.
   *
   * @param source what messages call the text
   * @throws ConfigException with the line
   */
  public static Settings ofText(String source, String text) {
    return new Settings(source, ConfigText.parse(source, text));
  }

  /**
   * Takes the members of a JSON object; scalars count as their text.
   *
   * @param source what messages call it
   * @throws ConfigException when it is none
   */
  public static Settings ofJson(String source, JsonNode json) {
    if (!json.isObject()) {
      throw new ConfigException(source, "no JSON object; write {\"name\": \"...\", ...}");
    }
    Map<String, Setting> all = new LinkedHashMap<>();
    json.fieldNames()
        .forEachRemaining(key -> all.put(key, new Setting(source, value(source, json.get(key)))));
    return new Settings(source, all);
  }

  private static Object value(String source, JsonNode json) {
    if (json.isArray()) {
      List<Object> values = new ArrayList<>();
      json.forEach(each -> values.add(value(source, each)));
      return List.copyOf(values);
    }
    if (!json.isValueNode() || json.isNull()) {
      throw new ConfigException(source, "a value is a string, a number or a list, not " + json);
    }
    return json.isBoolean() ? (json.booleanValue() ? "1" : "0") : json.asText();
  }

  /**
   * These with another one as a user types it: {@code memory=512}, {@code vif=['bridge=br1']}, or
   * {@code name=web} without quotes, which shells take away.
   */
  public Settings with(String typed) {
    Map<String, Setting> more = new LinkedHashMap<>(all);
    more.putAll(typed(typed));
    return new Settings(source, more);
  }

  private static Map<String, Setting> typed(String typed) {
    String place = "\"" + typed + "\"";
    try {
      Map<String, Setting> settings = ConfigText.parse(place, typed);
      // It has no lines that could be named.
      settings.replaceAll((key, setting) -> new Setting(place, setting.value()));
      return settings;
    } catch (ConfigException e) {
      int equals = typed.indexOf('=');
      String key = equals < 0 ? "" : typed.substring(0, equals).strip();
      String value = typed.substring(equals + 1).strip();
      if (!key.matches("[a-zA-Z_][a-zA-Z0-9_]*") || value.startsWith("[")) {
        throw e;
      }
      return Map.of(key, new Setting(place, value));
    }
  }

  /** What messages call them. */
  public String source() {
    return source;
  }

  /** The keys that are there. */
  public Set<String> keys() {
    return Collections.unmodifiableSet(all.keySet());
  }

  /** Where a key that is there stands, as messages say it. */
  public String place(String key) {
    return all.get(key).place();
  }

  /** Whether a key is there. */
  public boolean has(String key) {
    return all.containsKey(key);
  }

  /** A refusal that names the place of a key. */
  public ConfigException refused(String key, String what) {
    Setting setting = all.get(key);
    return new ConfigException(setting == null ? source : setting.place(), key + ": " + what);
  }

  /** A string, or another one when the key is not there. */
  public String string(String key, String otherwise) {
    Setting setting = all.get(key);
    if (setting == null) {
      return otherwise;
    }
    if (setting.value() instanceof String text) {
      return text;
    }
    throw refused(key, "is a list; write one string");
  }

  /** A number, decimal or with {@code 0x}, within bounds; another one when it is not there. */
  public long number(String key, long otherwise, long least, long most) {
    String text = string(key, null);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.decode(text.strip());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw refused(key, "\"" + text + "\" is no number");
    }
    throw refused(key, text + " is not between " + least + " and " + most);
  }

  /** Whether a key is another number than 0. */
  public boolean flag(String key, boolean otherwise) {
    return number(key, otherwise ? 1 : 0, Long.MIN_VALUE, Long.MAX_VALUE) != 0;
  }

  /** The strings of a list; a string alone counts as a list of one. */
  public List<String> strings(String key) {
    Setting setting = all.get(key);
    if (setting == null) {
      return List.of();
    }
    if (setting.value() instanceof String text) {
      return List.of(text);
    }
    List<String> strings = new ArrayList<>();
    for (Object each : (List<?>) setting.value()) {
      if (!(each instanceof String text)) {
        throw refused(key, "is a list of lists; write strings");
      }
      strings.add(text);
    }
    return List.copyOf(strings);
  }

  /** The same as a JSON object. */
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, Setting> each : all.entrySet()) {
      json.set(each.getKey(), json(each.getValue().value()));
    }
    return json;
  }

  private static JsonNode json(Object value) {
    if (value instanceof List<?> list) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      list.forEach(each -> array.add(json(each)));
      return array;
    }
    String text = (String) value;
    return isPlainNumber(text)
        ? JsonNodeFactory.instance.numberNode(Long.parseLong(text))
        : JsonNodeFactory.instance.textNode(text);
  }

  /**
   * Whether any reader takes a text for the same number. No regular expression: the first one of a
   * process takes a fiftieth of the time of {@code zl create}.
   */
  private static boolean isPlainNumber(String text) {
    int length = text.length();
    if (length == 0 || length > MAX_DIGITS || text.charAt(0) == '0' && length > 1) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (!ConfigLexer.isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
