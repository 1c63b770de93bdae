package dev.zendo.xenstore;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * The content of a store as JSON, without loss. Each node is an object:
 *
 * <pre>{@code
 * {
 *   "value": "text",
 *   "perms": ["n0", "r1"],
 *   "children": { "name": { ... } }
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@code value} is the text if the bytes are valid UTF-8, otherwise an object {@code
 *       {"base64": "..."}}. When read, a missing value is empty.
 *   <li>{@code perms} has the entries of the wire protocol, the owner first. When read, missing
 *       permissions are those of the parent.
 *   <li>{@code children} is left out where there are none. Names are in ascending order when
 *       written and in any order when read.
 * </ul>
 *
 * <p>Other members are an error, so that a misspelt one is not lost silently. Watches, transactions
 * and the list of introduced domains belong to the running store and are not saved.
 */
public final class StoreJson {
  /** The deepest tree that paths allow, two levels of JSON for each of nodes, and some. */
  private static final int MAX_NESTING = Path.MAX_ABSOLUTE + 16;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
              .streamWriteConstraints(
                  StreamWriteConstraints.builder().maxNestingDepth(MAX_NESTING).build())
              .build());

  private static final String VALUE = "value";
  private static final String BASE64 = "base64";
  private static final String PERMS = "perms";
  private static final String CHILDREN = "children";

  private StoreJson() {}

  /** Writes a subtree, in lines and indented. The stream stays open. */
  public static void write(Node node, OutputStream out) throws IOException {
    try (JsonGenerator json = MAPPER.getFactory().createGenerator(out, JsonEncoding.UTF8)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      write(node, json);
      json.writeRaw('\n');
    }
  }

  /** A node that is being written, and which of its children comes next. */
  private static final class Open {
    final Node node;
    int next;

    Open(Node node) {
      this.node = node;
    }
  }

  /** Writes a subtree as one value of {@code json}. */
  public static void write(Node node, JsonGenerator json) throws IOException {
    Deque<Open> open = new ArrayDeque<>();
    begin(node, json, open);
    while (!open.isEmpty()) {
      Open top = open.peek();
      if (top.next < top.node.childCount()) {
        int index = top.next++;
        json.writeFieldName(top.node.names[index]);
        begin(top.node.child(index), json, open);
      } else {
        if (top.node.childCount() > 0) {
          json.writeEndObject();
        }
        json.writeEndObject();
        open.pop();
      }
    }
  }

  private static void begin(Node node, JsonGenerator json, Deque<Open> open) throws IOException {
    json.writeStartObject();
    writeValue(node.value, json);
    json.writeFieldName(PERMS);
    json.writeStartArray();
    for (String permission : node.permissions().strings()) {
      json.writeString(permission);
    }
    json.writeEndArray();
    if (node.childCount() > 0) {
      json.writeObjectFieldStart(CHILDREN);
    }
    open.push(new Open(node));
  }

  /** Writes the member {@code value} of an object. */
  public static void writeValue(byte[] value, JsonGenerator json) throws IOException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      json.writeObjectFieldStart(VALUE);
      json.writeStringField(BASE64, Base64.getEncoder().encodeToString(value));
      json.writeEndObject();
      return;
    }
    json.writeStringField(VALUE, text);
  }

  /**
   * Replaces the content of a store by what {@link #write} wrote. Either all of it takes effect or,
   * with an exception that names the place, nothing.
   */
  public static void restore(Store store, InputStream in) throws IOException {
    JsonNode json = parse(in);
    store.replace(
        builder -> {
          visit(Path.ROOT, json, Permissions.of(0, Access.NONE), builder::set);
          return builder.root();
        });
  }

  /**
   * Writes a JSON subtree into a store, over what is there, with the permissions of the client.
   * Best used with a {@link StoreTransaction}.
   */
  public static void load(StoreAccess client, Path at, JsonNode json) {
    visit(
        at,
        json,
        null,
        (path, value, permissions) -> {
          client.write(path.toString(), value);
          if (permissions != null) {
            client.chmod(path.toString(), permissions);
          }
        });
  }

  /** Reads one JSON document; {@link StoreError#EINVAL} with the place if it is malformed. */
  public static JsonNode parse(InputStream in) throws IOException {
    try {
      return MAPPER.readTree(in);
    } catch (JsonProcessingException e) {
      throw new StoreException(
          StoreError.EINVAL,
          "not JSON: " + e.getOriginalMessage() + " at line " + e.getLocation().getLineNr());
    } catch (CharConversionException e) {
      throw new StoreException(StoreError.EINVAL, "not JSON: " + e.getMessage());
    }
  }

  /** Takes the nodes, parents first. */
  private interface Target {
    void set(Path path, byte[] value, Permissions permissions);
  }

  private record Pending(Path path, JsonNode json, Permissions inherited) {}

  private static void visit(Path at, JsonNode json, Permissions inherited, Target target) {
    Deque<Pending> open = new ArrayDeque<>();
    open.push(new Pending(at, json, inherited));
    while (!open.isEmpty()) {
      Pending next = open.pop();
      Permissions permissions = next.inherited;
      byte[] value = {};
      JsonNode children = null;
      if (!next.json.isObject()) {
        throw invalid(next.path, "a node is a JSON object");
      }
      for (Map.Entry<String, JsonNode> member : next.json.properties()) {
        switch (member.getKey()) {
          case VALUE -> value = value(next.path, member.getValue());
          case PERMS -> permissions = permissions(next.path, member.getValue());
          case CHILDREN -> children = member.getValue();
          default ->
              throw invalid(
                  next.path, "unknown member " + Text.quote(member.getKey()) + " of a node");
        }
      }
      target.set(next.path, value, permissions);
      if (children != null) {
        push(next.path, children, permissions, open);
      }
    }
  }

  private static void push(
      Path parent, JsonNode children, Permissions permissions, Deque<Pending> open) {
    if (!children.isObject()) {
      throw invalid(parent, "\"children\" is a JSON object");
    }
    for (Map.Entry<String, JsonNode> child : children.properties()) {
      open.push(new Pending(parent.child(child.getKey()), child.getValue(), permissions));
    }
  }

  private static byte[] value(Path path, JsonNode json) {
    if (json.isTextual()) {
      return json.textValue().getBytes(StandardCharsets.UTF_8);
    }
    JsonNode base64 = json.get(BASE64);
    if (base64 == null || !base64.isTextual() || json.size() != 1) {
      throw invalid(path, "a value is a string or {\"base64\": \"...\"}");
    }
    try {
      return Base64.getDecoder().decode(base64.textValue());
    } catch (IllegalArgumentException e) {
      throw invalid(path, "the value is not base64");
    }
  }

  private static Permissions permissions(Path path, JsonNode json) {
    List<String> strings = new ArrayList<>();
    for (JsonNode entry : json) {
      if (!entry.isTextual()) {
        throw invalid(path, "a permission is a string like \"r1\"");
      }
      strings.add(entry.textValue());
    }
    try {
      return Permissions.parse(strings.toArray(new String[0]));
    } catch (StoreException e) {
      throw invalid(path, e.getMessage());
    }
  }

  private static StoreException invalid(Path path, String why) {
    return new StoreException(StoreError.EINVAL, path + ": " + why);
  }
}
