package dev.zendo.dom0.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.spec.Suggestions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code guest.json} of a folder with a guest: defaults for the options of {@code zl run}.
 *
 * @param values by key; lists have one value but for devices
 */
record GuestFile(Map<String, List<String>> values) {
  /** One that says nothing. */
  static final GuestFile NONE = new GuestFile(Map.of());

  private static final List<String> SINGLE_KEYS =
      List.of(
          "kernel", "ramdisk", "cmdline", "memory", "vcpus", "name", "cpu_weight", "cap", "cpus");

  /** Reads a file; one that is not there says nothing. */
  static GuestFile read(Path file) {
    if (!Files.exists(file)) {
      return NONE;
    }
    try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
      return new GuestFile(object(file, json));
    } catch (JsonProcessingException e) {
      throw new ToolException(
          file + ": not JSON at line " + e.getLocation().getLineNr() + "; mend it", e);
    } catch (IOException e) {
      throw new ToolException(file + ": cannot be read (" + IoReason.of(e) + ")", e);
    }
  }

  private static Map<String, List<String>> object(Path file, JsonParser json) throws IOException {
    List<String> known = new ArrayList<>(SINGLE_KEYS);
    known.addAll(DeviceOptions.NAMES);
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new ToolException(file + ": not a JSON object; it names " + known);
    }
    Map<String, List<String>> values = new HashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      if (!known.contains(key)) {
        throw new ToolException(file + ": unknown key " + key + Suggestions.hint(key, known));
      }
      values.put(key, list(file, key, json));
    }
    return values;
  }

  private static List<String> list(Path file, String key, JsonParser json) throws IOException {
    JsonToken value = json.nextToken();
    if (value.isScalarValue()) {
      return List.of(json.getText());
    }
    if (value != JsonToken.START_ARRAY || SINGLE_KEYS.contains(key)) {
      throw new ToolException(file + ": " + key + " must be a string or a number");
    }
    List<String> values = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (!json.currentToken().isScalarValue()) {
        throw new ToolException(file + ": " + key + " must be a list of strings");
      }
      values.add(json.getText());
    }
    return values;
  }

  /** A single value, or another one when the file does not say. */
  String get(String key, String otherwise) {
    List<String> list = values.get(key);
    return list == null ? otherwise : list.get(0);
  }

  /** All values. */
  List<String> all(String key) {
    return values.getOrDefault(key, List.of());
  }
}
