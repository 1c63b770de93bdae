package dev.zendo.dom0.migrate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.migrate.stream.Recorder;
import dev.zendo.dom0.migrate.stream.StreamReader;
import dev.zendo.dom0.migrate.stream.StreamWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file around a saved domain. */
class SavedFileTest {
  @TempDir private Path temp;

  private Path save() {
    Path path = temp.resolve("web.sav");
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    header.putObject("config").put("name", "web").put("memory", 8);
    try (SavedFileWriter writer = new SavedFileWriter(path, header, FileFormat.ZENDO)) {
      Recorder.example(new StreamWriter(writer.body()));
      writer.commit();
    }
    return path;
  }

  private String refusal(byte[] contents) throws IOException {
    Path path = Files.write(temp.resolve("bad.sav"), contents);
    String message = assertThrows(ToolException.class, () -> SavedFile.open(path)).getMessage();
    assertTrue(message.startsWith(path + ": "), message);
    assertFalse(message.contains("\n"), message);
    return message;
  }

  @Test
  void whatIsSavedIsThere() throws IOException {
    SavedFile file = SavedFile.open(save());
    assertEquals("zendo", file.format());
    assertEquals("web", file.config().path("name").asText());
    assertEquals(601, file.outline().entries());
    assertEquals(2, file.outline().pages());
    assertEquals(2, file.outline().vcpus());
    Recorder told = new Recorder();
    Recorder.example(told);
    Recorder read = new Recorder();
    try (InputStream in = file.body()) {
      StreamReader.read(in, read);
    }
    assertEquals(told.lines(), read.lines());
  }

  @Test
  void anyDamageIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(save());
    for (int at = 0; at < whole.length; at += at < 400 || at > whole.length - 100 ? 1 : 97) {
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      refusal(damaged);
    }
    for (int length = 0; length < whole.length; length += length < 100 ? 1 : 331) {
      refusal(Arrays.copyOf(whole, length));
    }
    refusal(Arrays.copyOf(whole, whole.length + 1));
    refusal("#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII));
    assertTrue(
        assertThrows(ToolException.class, () -> SavedFile.open(temp.resolve("no")))
            .getMessage()
            .endsWith("there is no such file"));
  }

  @Test
  void whatIsNotCompletedLeavesNothing() throws IOException {
    Path path = temp.resolve("web.sav");
    Files.writeString(path, "before");
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    try (SavedFileWriter writer = new SavedFileWriter(path, header, FileFormat.ZENDO)) {
      new StreamWriter(writer.body()).sharedInfo(new byte[4096]);
    }
    assertEquals("before", Files.readString(path));
    try (var files = Files.list(temp)) {
      assertEquals(1, files.count());
    }
    assertThrows(
        ToolException.class,
        () -> new SavedFileWriter(temp.resolve("no/x"), header, FileFormat.ZENDO));
  }

  /** A file system that is full after so many bytes. */
  private static final class FullDisk implements WritableByteChannel {
    private final FileChannel file;
    private long left;

    FullDisk(FileChannel file, long bytes) {
      this.file = file;
      this.left = bytes;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      if (left == 0) {
        throw new IOException("No space left on device");
      }
      ByteBuffer part = bytes.slice(bytes.position(), (int) Math.min(left, bytes.remaining()));
      int count = file.write(part);
      bytes.position(bytes.position() + count);
      left -= count;
      return count;
    }

    @Override
    public boolean isOpen() {
      return file.isOpen();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private void saveOnto(Path path, long space) {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    header.putObject("config").put("name", "web").put("memory", 8);
    try (SavedFileWriter writer =
        new SavedFileWriter(
            path, header, FileFormat.ZENDO, channel -> new FullDisk(channel, space))) {
      Recorder.example(new StreamWriter(writer.body()));
      writer.commit();
    }
  }

  @Test
  void aDiskThatIsFullAtAnyPointLeavesNothing() throws IOException {
    long size = Files.size(save());
    Files.delete(temp.resolve("web.sav"));
    Path path = temp.resolve("full.sav");
    for (long space = 0; space < size; space += space < 200 || space > size - 100 ? 1 : 61) {
      long bytes = space;
      String message =
          assertThrows(ToolException.class, () -> saveOnto(path, bytes), "" + space).getMessage();
      assertTrue(message.contains("No space left on device"), message);
      try (var files = Files.list(temp)) {
        assertEquals(0, files.count(), "" + space);
      }
    }
    saveOnto(path, size);
    assertEquals("web", SavedFile.open(path).config().path("name").asText());
  }

  /** The bytes of the header are those that xl of Xen 4.17 wrote. */
  private static byte[] xl(String json) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    Recorder.example(new StreamWriter(stream));
    byte[] text = (json + "\0").getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(1 << 16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put("Xen saved domain, xl format\n \0 \r".getBytes(StandardCharsets.US_ASCII))
            .put(new byte[] {4, 3, 2, 1, 3, 0, 0, 0, 0, 0, 0, 0})
            .putInt(text.length + 4)
            .putInt(text.length)
            .put(text)
            .put("LibxlFmt".getBytes(StandardCharsets.US_ASCII))
            .put(new byte[] {0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0})
            .put(stream.toByteArray());
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  @Test
  void filesForXlHaveItsHeaders() throws IOException {
    Path path = temp.resolve("out.sav");
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    ObjectNode libxl = header.putObject("libxl");
    libxl
        .putObject("c_info")
        .put("type", "pv")
        .put("name", "web")
        .put("run_hotplug_scripts", "False");
    libxl.putObject("b_info").put("max_vcpus", 2).put("target_memkb", 8192).put("max_memkb", 8192);
    libxl.path("b_info").withObject("/sched_params").put("sched", "credit");
    libxl.putArray("nics").addObject().put("mac", "00:16:3e:00:00:01");
    try (SavedFileWriter writer = new SavedFileWriter(path, header, FileFormat.XL)) {
      Recorder.example(new StreamWriter(writer.body()));
      writer.commit();
    }
    SavedFile file = SavedFile.open(path);
    assertEquals("xl", file.format());
    String text = Files.readString(path, StandardCharsets.ISO_8859_1);
    // Another host has scripts and a scheduler of its own.
    assertFalse(text.contains("run_hotplug_scripts") || text.contains("sched_params"));
    assertEquals("mac=00:16:3e:00:00:01", file.config().path("vif").path(0).asText());
    assertEquals("web", file.config().path("name").asText());
    assertEquals(8, file.config().path("memory").asInt());
    assertEquals(2, file.config().path("vcpus").asInt());
  }

  private static final String XL_CONFIG =
      """
      {"c_info": {"type": "pv", "name": "linux1", "uuid": "8e334c54-62e8-4ca7-9415-6c587afe08ff"},
       "b_info": {"max_vcpus": 2, "avail_vcpus": [0], "max_memkb": 262144, "target_memkb": 204800,
         "kernel": "/rig/vmlinuz", "cmdline": "quiet", "type.pv": {}},
       "disks": [{"pdev_path": "/srv/disk.img", "vdev": "xvda", "format": "raw", "readwrite": 1}],
       "nics": [{"devid": 0, "mac": "00:16:3e:00:00:01", "bridge": "xenbr0"}],
       "on_reboot": "restart", "on_crash": "rename_restart"}
      """;

  @Test
  void filesOfXlAreRead() throws IOException {
    Path path = Files.write(temp.resolve("xl.sav"), xl(XL_CONFIG));
    SavedFile file = SavedFile.open(path);
    assertEquals("xl", file.format());
    ObjectNode config = file.config();
    assertEquals("linux1", config.path("name").asText());
    assertEquals(200, config.path("memory").asInt());
    assertEquals(256, config.path("maxmem").asInt());
    assertEquals(1, config.path("vcpus").asInt());
    assertEquals(2, config.path("maxvcpus").asInt());
    assertEquals("rename-restart", config.path("on_crash").asText());
    assertEquals(
        "format=raw,vdev=xvda,access=rw,target=/srv/disk.img",
        config.path("disk").path(0).asText());
    assertEquals("mac=00:16:3e:00:00:01,bridge=xenbr0", config.path("vif").path(0).asText());
    assertEquals(2, file.outline().pages());
    byte[] bytes = xl(XL_CONFIG);
    assertArrayEquals(bytes, Files.readAllBytes(path));
    for (int length = 0; length < bytes.length; length += length < 200 ? 1 : 331) {
      refusal(Arrays.copyOf(bytes, length));
    }
    refusal(xl("nonsense"));
    assertTrue(refusal(xl("{\"c_info\": {\"type\": \"hvm\"}}")).contains("hvm"));
  }
}
