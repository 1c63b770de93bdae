package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One request while it is answered: what it asks for, and the way to its client. */
final class Call {
  private final JsonNode params;
  private final Consumer<JsonNode> progress;
  private Consumer<SocketChannel> afterwards;

  Call(JsonNode params, Consumer<JsonNode> progress) {
    this.params = params;
    this.progress = progress;
  }

  /** Tells the client how far it is, or that something has happened. */
  void progress(JsonNode what) {
    progress.accept(what);
  }

  /** Says that nothing has happened yet; throws when the client is gone. */
  void pulse() {
    progress.accept(Json.object().put("waiting", true));
  }

  /** Has the connection handed over behind the answer, which is the last one. */
  void stream(Consumer<SocketChannel> work) {
    afterwards = work;
  }

  /** What takes the connection over, or null. */
  Consumer<SocketChannel> afterwards() {
    return afterwards;
  }

  private JsonNode get(String name) {
    JsonNode value = params.get(name);
    return value == null || value.isNull() ? null : value;
  }

  boolean has(String name) {
    return get(name) != null;
  }

  private static DaemonException refused(String name, String what) {
    return new DaemonException(Kind.BAD_REQUEST, "\"" + name + "\" " + what);
  }

  JsonNode require(String name) {
    JsonNode value = get(name);
    if (value == null) {
      throw refused(name, "is missing");
    }
    return value;
  }

  String string(String name) {
    JsonNode value = require(name);
    if (!value.isTextual()) {
      throw refused(name, "is no string");
    }
    return value.textValue();
  }

  String string(String name, String otherwise) {
    return has(name) ? string(name) : otherwise;
  }

  long number(String name) {
    JsonNode value = require(name);
    if (!value.canConvertToLong() || !value.isIntegralNumber()) {
      throw refused(name, "is no number");
    }
    return value.longValue();
  }

  long number(String name, long otherwise) {
    return has(name) ? number(name) : otherwise;
  }

  /** A number that an int holds. */
  int small(String name) {
    long value = number(name);
    if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
      throw refused(name, "is too large");
    }
    return (int) value;
  }

  boolean flag(String name) {
    JsonNode value = get(name);
    if (value != null && !value.isBoolean()) {
      throw refused(name, "is neither true nor false");
    }
    return value != null && value.booleanValue();
  }

  /** The strings of a list; none when it is not there. */
  List<String> strings(String name) {
    JsonNode value = get(name);
    List<String> strings = new ArrayList<>();
    if (value != null && !value.isArray()) {
      throw refused(name, "is no list");
    }
    if (value != null) {
      for (JsonNode each : value) {
        if (!each.isTextual()) {
          throw refused(name, "is no list of strings");
        }
        strings.add(each.textValue());
      }
    }
    return strings;
  }
}
