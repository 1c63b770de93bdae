package dev.zendo.dom0.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.migrate.stream.StreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Files of {@code xl save}: xl's header with libxl's JSON, then libxl's stream (Xen's
 * docs/specs/libxl-migration-stream), which for a PV domain is Xen's migration stream in a wrapper.
 */
final class XlFormat {
  private static final byte[] MAGIC =
      "Xen saved domain, xl format\n \0 \r".getBytes(StandardCharsets.US_ASCII);

  /** Bytes of magic, byte order, two sets of flags and the length of what follows. */
  private static final int HEAD = 48;

  private static final int BYTE_ORDER = 0x01020304;
  private static final int JSON = 1;
  private static final int STREAM = 2;
  private static final int MAX_CONFIG = 1 << 24;

  /** "LibxlFmt". */
  private static final long LIBXL = 0x4c6962786c466d74L;

  private static final int LIBXL_VERSION = 2;
  private static final int LIBXC_CONTEXT = 1;

  /** Bytes of libxl's header and of the record that announces Xen's stream. */
  private static final int STREAM_HEAD = 24;

  private XlFormat() {}

  static SavedFile open(Path path, FileChannel channel) throws IOException {
    byte[] head = SavedFile.read(channel, 0, (int) Math.min(HEAD, channel.size()));
    if (head.length < HEAD || !Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new StreamException("is no saved domain, neither of zl nor of xl");
    }
    ByteBuffer numbers = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    numbers.position(MAGIC.length);
    int order = numbers.getInt();
    int mandatory = numbers.getInt();
    numbers.getInt();
    int length = numbers.getInt();
    if (order != BYTE_ORDER || mandatory != (JSON | STREAM) || length < 4 || length > MAX_CONFIG) {
      throw new StreamException("was saved by an xl before Xen 4.6, or without its configuration");
    }
    byte[] optional = SavedFile.read(channel, HEAD, length);
    int size = ByteBuffer.wrap(optional).order(ByteOrder.LITTLE_ENDIAN).getInt();
    if (size < 1 || size > length - 4) {
      throw new StreamException("its configuration is damaged");
    }
    byte[] text = Arrays.copyOfRange(optional, 4, 4 + size);
    int end = text[size - 1] == 0 ? size - 1 : size;
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    header.set("config", config(SavedFile.json(Arrays.copyOf(text, end))));
    long body = requireStream(channel, HEAD + (long) length);
    return new SavedFile(path, "xl", header, body, new StreamOutline());
  }

  /** Where Xen's stream begins in libxl's. */
  private static long requireStream(FileChannel channel, long at) throws IOException {
    ByteBuffer head = ByteBuffer.wrap(SavedFile.read(channel, at, STREAM_HEAD));
    long ident = head.getLong();
    int version = head.getInt();
    int options = head.getInt();
    head.order(ByteOrder.LITTLE_ENDIAN);
    if (ident != LIBXL
        || version != LIBXL_VERSION
        || (options & 1) != 0
        || head.getInt() != LIBXC_CONTEXT
        || head.getInt() != 0) {
      throw new StreamException("holds no PV domain in a stream of libxl that is known");
    }
    return at + head.capacity();
  }

  /** xl's header with libxl's JSON of a domain, and the beginning of libxl's stream. */
  static byte[] head(ObjectNode libxl) {
    byte[] text = (portable(libxl) + "\0").getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[HEAD + 4 + text.length + STREAM_HEAD];
    ByteBuffer head = ByteBuffer.wrap(bytes);
    head.put(MAGIC).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(BYTE_ORDER).putInt(JSON | STREAM).putInt(0).putInt(4 + text.length);
    head.putInt(text.length).put(text).order(ByteOrder.BIG_ENDIAN);
    head.putLong(LIBXL).putInt(LIBXL_VERSION).putInt(0).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(LIBXC_CONTEXT).putInt(0);
    return bytes;
  }

  /** The end of libxl's stream. */
  static byte[] tail() {
    return new byte[8];
  }

  /** Without what is true of Zendo alone: it runs no scripts and has its own scheduler. */
  private static ObjectNode portable(ObjectNode libxl) {
    ObjectNode copy = libxl.deepCopy();
    copy.withObject("/c_info").remove("run_hotplug_scripts");
    copy.withObject("/b_info").remove("sched_params");
    return copy;
  }

  /** The keys of xl.cfg that libxl's JSON stands for, as far as they are known here. */
  static ObjectNode config(JsonNode libxl) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    JsonNode create = libxl.path("c_info");
    JsonNode build = libxl.path("b_info");
    if (!create.path("type").asText("pv").equals("pv")) {
      throw new StreamException("holds no PV domain but one of type " + create.path("type"));
    }
    put(config, "name", create.path("name"));
    put(config, "uuid", create.path("uuid"));
    long most = build.path("max_memkb").asLong();
    long target = Math.max(build.path("target_memkb").asLong(), 0);
    config.put("memory", (target == 0 ? most : target) >> 10);
    config.put("maxmem", Math.max(most, target) >> 10);
    int vcpus = Math.max(build.path("max_vcpus").asInt(1), 1);
    config.put("maxvcpus", vcpus);
    int online = build.path("avail_vcpus").size();
    config.put("vcpus", online == 0 ? vcpus : Math.min(online, vcpus));
    config.put("kernel", build.path("kernel").asText("unknown"));
    put(config, "ramdisk", build.path("ramdisk"));
    put(config, "cmdline", build.path("cmdline"));
    for (String event : new String[] {"poweroff", "reboot", "watchdog", "crash"}) {
      JsonNode action = libxl.path("on_" + event);
      if (action.isTextual()) {
        config.put("on_" + event, action.asText().replace('_', '-'));
      }
    }
    config.set("disk", disks(libxl.path("disks")));
    config.set("vif", interfaces(libxl.path("nics")));
    return config;
  }

  private static void put(ObjectNode config, String key, JsonNode value) {
    if (value.isValueNode() && !value.isNull()) {
      config.put(key, value.asText());
    }
  }

  private static ArrayNode disks(JsonNode disks) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (JsonNode disk : disks) {
      String access = disk.path("readwrite").asInt(0) != 0 ? "rw" : "ro";
      list.add(
          "format="
              + disk.path("format").asText("raw")
              + ",vdev="
              + disk.path("vdev").asText()
              + ",access="
              + access
              + (disk.path("is_cdrom").asInt(0) != 0 ? ",devtype=cdrom" : "")
              + ",target="
              + disk.path("pdev_path").asText());
    }
    return list;
  }

  private static ArrayNode interfaces(JsonNode nics) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (JsonNode nic : nics) {
      StringBuilder text = new StringBuilder("mac=").append(nic.path("mac").asText());
      if (nic.hasNonNull("bridge")) {
        text.append(",bridge=").append(nic.path("bridge").asText());
      }
      list.add(text.toString());
    }
    return list;
  }
}
