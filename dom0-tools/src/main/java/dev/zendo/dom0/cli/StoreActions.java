package dev.zendo.dom0.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.xenstore.StoreConnection;
import dev.zendo.dom0.xenstore.StoreCopy;
import dev.zendo.xenstore.Node;
import dev.zendo.xenstore.Path;
import dev.zendo.xenstore.Permissions;
import dev.zendo.xenstore.StoreException;
import dev.zendo.xenstore.StoreJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;

/** What {@code zl store} does with a store: one method for each action. Not thread-safe. */
final class StoreActions {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final StoreConnection store;
  private final PrintStream out;
  private final boolean json;

  StoreActions(StoreConnection store, PrintStream out, boolean json) {
    this.store = store;
    this.out = out;
    this.json = json;
  }

  /** Writes one JSON value on a line. */
  private interface Value {
    void write(JsonGenerator json) throws IOException;
  }

  private void line(Value value) {
    try (JsonGenerator generator = MAPPER.getFactory().createGenerator(out)) {
      generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      value.write(generator);
    } catch (IOException e) {
      throw new ToolException("standard output cannot be written (" + e.getMessage() + ")", e);
    }
    out.println();
    out.flush();
  }

  /** A subtree. */
  void ls(String path, boolean permissions) throws IOException {
    Node node = StoreCopy.of(store, path);
    if (json) {
      StoreJson.write(node, out);
    } else {
      show(node, path, permissions);
    }
  }

  private void show(Node node, String path, boolean permissions) {
    if (!path.equals("/")) {
      String suffix = permissions ? "   (" + node.permissions() + ")" : "";
      out.println(path + " = \"" + text(node.value()) + "\"" + suffix);
    }
    for (String name : node.childNames()) {
      show(node.child(name), path.equals("/") ? "/" + name : path + "/" + name, permissions);
    }
  }

  /** The names below a node. */
  void list(String path) {
    List<String> names = store.list(path);
    if (json) {
      line(
          it -> {
            it.writeStartArray();
            for (String name : names) {
              it.writeString(name);
            }
            it.writeEndArray();
          });
    } else {
      names.forEach(out::println);
    }
  }

  /** Values. */
  void read(List<String> paths) {
    for (String path : paths) {
      byte[] value = store.readBytes(path);
      if (json) {
        Permissions permissions = store.permissions(path);
        line(
            it -> {
              it.writeStartObject();
              it.writeStringField("path", path);
              StoreJson.writeValue(value, it);
              it.writeArrayFieldStart("perms");
              for (String permission : permissions.strings()) {
                it.writeString(permission);
              }
              it.writeEndArray();
              it.writeEndObject();
            });
      } else {
        out.println(text(value));
      }
    }
  }

  /** Sets values, all at once. */
  void write(List<String> words) {
    if (words.size() % 2 != 0) {
      throw new UsageException("store write needs a value for each path (zl store --help)");
    }
    store.together(
        tx -> {
          for (int i = 0; i < words.size(); i += 2) {
            tx.write(words.get(i), words.get(i + 1));
          }
        });
    done();
  }

  /** Removes subtrees, all at once. */
  void rm(List<String> paths) {
    store.together(tx -> paths.forEach(tx::rm));
    done();
  }

  /** Creates empty nodes, all at once. */
  void mkdir(List<String> paths) {
    store.together(tx -> paths.forEach(tx::mkdir));
    done();
  }

  /** Sets permissions. */
  void chmod(String path, List<String> permissions) {
    store.chmod(path, Permissions.parse(permissions.toArray(new String[0])));
    done();
  }

  private void done() {
    if (json) {
      line(
          it -> {
            it.writeStartObject();
            it.writeBooleanField("ok", true);
            it.writeEndObject();
          });
    }
  }

  /** Whether all nodes are there. */
  int exists(List<String> paths) {
    boolean all = true;
    for (String path : paths) {
      all &= store.exists(path);
    }
    if (json) {
      boolean shown = all;
      line(
          it -> {
            it.writeStartObject();
            it.writeBooleanField("exists", shown);
            it.writeEndObject();
          });
    }
    return all ? ExitStatus.OK : ExitStatus.FAILURE;
  }

  /** Prints what changes, as often as told. */
  void watch(List<String> paths, long events) {
    long[] left = {events};
    store.watch(
        paths,
        path -> {
          if (json) {
            line(it -> event(path, it));
          } else {
            out.println(path);
            out.flush();
          }
          return --left[0] > 0;
        });
  }

  private void event(String path, JsonGenerator it) throws IOException {
    it.writeStartObject();
    if (path.startsWith("@")) {
      it.writeStringField("event", path);
    } else {
      it.writeStringField("path", path);
      // Between the two questions it may be gone: what counts is what was read.
      byte[] value = store.exists(path) ? valueOrNull(path) : null;
      if (value == null) {
        it.writeBooleanField("removed", true);
      } else {
        StoreJson.writeValue(value, it);
      }
    }
    it.writeEndObject();
  }

  private byte[] valueOrNull(String path) {
    try {
      return store.readBytes(path);
    } catch (ToolException e) {
      return null;
    }
  }

  /** Writes JSON into the store, over what is there, all at once. */
  void load(String path, String file) {
    try (InputStream in =
        file.equals("-") ? System.in : Files.newInputStream(java.nio.file.Path.of(file))) {
      com.fasterxml.jackson.databind.JsonNode content = StoreJson.parse(in);
      store.together(tx -> StoreJson.load(tx, Path.of(path), content));
    } catch (IOException e) {
      throw new ToolException(file + ": cannot be read (" + IoReason.of(e) + ")", e);
    } catch (StoreException e) {
      throw new ToolException(file + ": " + e.getMessage(), e);
    }
    done();
  }

  /** Limits, or what a domain uses, or sets a limit. */
  void quota(List<String> words) {
    String answer =
        store.control(
            java.util.stream.Stream.concat(java.util.stream.Stream.of("quota"), words.stream())
                .toList());
    if (!json) {
      out.println(answer.stripTrailing());
      return;
    }
    line(
        it -> {
          it.writeStartObject();
          for (String row : answer.lines().toList()) {
            String[] parts = row.trim().split("\\s*:\\s*", 2);
            if (parts.length == 2 && !parts[1].isEmpty()) {
              it.writeNumberField(parts[0], Long.parseLong(parts[1].split(" ")[0]));
            }
            int most = row.indexOf("(max ");
            if (most >= 0) {
              String number = row.substring(most + 5, row.indexOf(')', most)).trim();
              it.writeNumberField(parts[0] + "-max", Long.parseLong(number));
            }
          }
          it.writeEndObject();
        });
  }

  /** Printable text; other bytes are escaped as Xen's programs show them. */
  static String text(byte[] value) {
    StringBuilder text = new StringBuilder();
    for (byte b : value) {
      int c = b & 0xff;
      if (c >= ' ' && c < 0x7f && c != '\\') {
        text.append((char) c);
      } else {
        text.append(
            switch (c) {
              case '\t' -> "\\t";
              case '\n' -> "\\n";
              case '\r' -> "\\r";
              case '\\' -> "\\\\";
              default -> String.format(Locale.ROOT, c < 010 ? "\\%03o" : "\\x%02x", c);
            });
      }
    }
    return text.toString();
  }
}
