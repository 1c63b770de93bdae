package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Checks values against JSON Schema (draft 2020-12), as far as docs/schema uses it; what it does
 * not know is an error of the schema.
 */
final class SchemaChecker {
  private static final List<String> KNOWN =
      List.of(
          "$schema",
          "title",
          "description",
          "type",
          "properties",
          "required",
          "items",
          "enum",
          "additionalProperties",
          "pattern",
          "minimum",
          "anyOf");

  private final List<String> errors = new ArrayList<>();

  private SchemaChecker() {}

  /** What is wrong with a value, each with its place; nothing when it is as it should be. */
  static List<String> errors(JsonNode schema, JsonNode value) {
    SchemaChecker checker = new SchemaChecker();
    checker.check(schema, value, "$");
    return checker.errors;
  }

  private void check(JsonNode schema, JsonNode value, String place) {
    schema
        .fieldNames()
        .forEachRemaining(
            key -> demand(KNOWN.contains(key), place, "the schema has an unknown " + key));
    if (schema.has("type")) {
      demand(isOf(schema.get("type"), value), place, value + " is no " + schema.get("type"));
    }
    if (schema.has("enum")) {
      demand(contains(schema.get("enum"), value), place, value + " is none of the values");
    }
    if (schema.has("pattern")) {
      demand(value.asText().matches(schema.get("pattern").asText()), place, value + " differs");
    }
    if (schema.has("minimum")) {
      demand(value.asDouble() >= schema.get("minimum").asDouble(), place, value + " is too small");
    }
    if (schema.has("anyOf")) {
      boolean fits = false;
      for (JsonNode each : schema.get("anyOf")) {
        fits |= errors(each, value).isEmpty();
      }
      demand(fits, place, value + " fits none of the forms");
    }
    for (int i = 0; value.isArray() && schema.has("items") && i < value.size(); i++) {
      check(schema.get("items"), value.get(i), place + "[" + i + "]");
    }
    if (value.isObject()) {
      members(schema, value, place);
    }
  }

  private void members(JsonNode schema, JsonNode value, String place) {
    for (JsonNode key : schema.path("required")) {
      demand(value.has(key.asText()), place, key + " is missing");
    }
    for (Iterator<String> names = value.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      JsonNode known = schema.path("properties").path(name);
      if (known.isObject()) {
        check(known, value.get(name), place + "." + name);
      } else {
        demand(schema.path("additionalProperties").asBoolean(true), place, name + " is unknown");
      }
    }
  }

  private void demand(boolean right, String place, String error) {
    if (!right) {
      errors.add(place + ": " + error);
    }
  }

  private static boolean contains(JsonNode list, JsonNode value) {
    for (JsonNode each : list) {
      if (each.equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOf(JsonNode types, JsonNode value) {
    for (JsonNode type : types.isArray() ? types : List.of(types)) {
      boolean is =
          switch (type.asText()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "null" -> value.isNull();
            default -> false;
          };
      if (is) {
        return true;
      }
    }
    return false;
  }
}
