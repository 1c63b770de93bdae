package dev.zendo.dom0.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.daemon.Daemon;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What verbs print with {@code --json}, and what docs/schema says of it. */
@Timeout(120)
class SchemaTest {
  private static final Path SCHEMAS = Path.of("..", "docs", "schema");

  @TempDir private Path temp;

  private static JsonSchema schema(String name) throws IOException {
    return JsonSchemaFactory.getInstance(VersionFlag.V202012)
        .getSchema(Files.readString(SCHEMAS.resolve(name + ".json")));
  }

  private String zl(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] all =
        Stream.concat(Stream.of(words), Stream.of("--state", temp.resolve("s").toString()))
            .toArray(String[]::new);
    int status =
        new Zl(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8)).run(all);
    assertEquals(0, status, String.join(" ", words) + ": " + err.toString(UTF_8));
    return out.toString(UTF_8);
  }

  /** Checks what a verb prints; each line for itself if that is how it prints. */
  private void fits(String name, String... words) throws IOException {
    String text = zl(Stream.concat(Stream.of(words), Stream.of("--json")).toArray(String[]::new));
    boolean lines = List.of("shutdown", "reboot", "events").contains(name);
    for (String each : lines ? text.lines().toList() : List.of(text)) {
      JsonNode value = Json.parse(each);
      assertEquals(Set.of(), schema(name).validate(value), name + ": " + each);
    }
  }

  private void fits(String line) throws IOException {
    String[] words = line.split(" ");
    fits(words[0], words);
  }

  @Test
  void everyVerbWithJsonHasASchema() throws IOException {
    for (Verb verb : Verbs.all()) {
      if (verb.options().hasOption("json")) {
        JsonNode schema = schema(verb.name()).getSchemaNode();
        assertTrue(
            schema.path("title").asText().startsWith("zl " + verb.name() + " "), verb.name());
      }
    }
  }

  @Test
  void whatIsPrintedIsWhatIsPromised() throws IOException {
    Path kernel = temp.resolve("web.elf");
    Files.write(kernel, TinyKernel.endless().elf().bytes());
    Path disk = Files.write(temp.resolve("disk"), new byte[1 << 20]);
    String config = temp.resolve("web.cfg").toString();
    Files.writeString(
        Path.of(config),
        "name='web'\nmemory=8\nkernel='"
            + kernel
            + "'\nvif=['']\ncpus='0'\nvfb=['vnc=0']\ndisk=['"
            + disk
            + ",raw,xvda,w']\n");
    fits("info");
    try (Daemon daemon =
        new Daemon(StateFolder.of(temp.resolve("s")), 128, 1, EngineChoice.INTERPRETER)) {
      assertFalse(daemon.addresses().isEmpty());
      fits("create", "create", "-n", config);
      fits("create", "create", "-p", config);
      fits("list-long", "list", "-l");
      for (String line :
          List.of(
              "list",
              "vm-list",
              "uptime",
              "vcpu-list",
              "block-list web",
              "network-list web",
              "sched-credit2 -d web -w 128",
              "sched-credit2",
              "domid web",
              "domname 1",
              "mem-set web 8",
              "mem-max web 8",
              "vcpu-set web 1",
              "vcpu-pin web 0 0",
              "config-update web " + config,
              "rename web old",
              "network-attach old bridge=b",
              "screenshot old " + temp.resolve("screen.png"),
              "unpause old",
              "pause old",
              "sysrq old s",
              "trigger old nmi",
              "shutdown old",
              "reboot old",
              "info",
              "daemon --metrics 127.0.0.1:0",
              "daemon --status",
              "dump-core old " + temp.resolve("old.core"),
              "dmesg",
              "top",
              "store ls /local/domain/1",
              "destroy old")) {
        fits(line);
      }
      assertTrue(Files.size(temp.resolve("screen.png")) > 0);
    }
  }

  @Test
  void changesOfDevicesAreWhatIsPromised() throws IOException {
    Path kernel = temp.resolve("web.elf");
    Files.write(kernel, TinyKernel.endless().elf().bytes());
    Path disk = Files.write(temp.resolve("disk"), new byte[1 << 20]);
    Path disc = Files.write(temp.resolve("disc"), new byte[1 << 20]);
    Path config = temp.resolve("web.cfg");
    Files.writeString(
        config,
        "name='web'\nmemory=8\nkernel='" + kernel + "'\ndisk=['" + disc + ",,xvdc,cdrom']\n");
    try (Daemon daemon =
        new Daemon(StateFolder.of(temp.resolve("s")), 128, 1, EngineChoice.INTERPRETER)) {
      assertFalse(daemon.addresses().isEmpty());
      fits("create", "create", "-p", config.toString());
      for (String line :
          List.of(
              "block-attach web " + disk + ",raw,xvdb,w",
              "block-list web",
              "block-resize web xvdb 2M",
              "block-detach web xvdb --force",
              "cd-eject web xvdc",
              "cd-insert web xvdc " + disc,
              "network-attach web bridge=b",
              "network-list web",
              "network-detach web 0 --force",
              "list -v",
              "destroy web")) {
        fits(line);
      }
    }
    assertEquals(2 << 20, Files.size(disk));
  }

  @Test
  void aWrongAnswerWouldBeFound() throws IOException {
    JsonSchema schema = schema("domid");
    assertEquals(Set.of(), schema.validate(Json.parse("{\"domid\": 1}")));
    for (String wrong : List.of("{}", "[]", "{\"domid\": -1}", "{\"domid\": 1, \"b\": 2}")) {
      assertFalse(schema.validate(Json.parse(wrong)).isEmpty(), wrong);
    }
  }
}
