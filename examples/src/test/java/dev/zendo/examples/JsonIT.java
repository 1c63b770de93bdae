package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.zendo.dom0.daemon.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What verbs that run guests themselves print with {@code --json}, and what docs/schema says. */
@Timeout(300)
class JsonIT {
  private static final Path HELLO = ZlProgram.ROOT.resolve("examples/hello");
  private static final String IMAGE = HELLO.resolve("hello.elf").toString();
  private static final Path SCHEMAS = ZlProgram.ROOT.resolve("docs/schema");

  @TempDir private Path folder;

  /** What is stale is built here: that is said on standard error, too. */
  @BeforeAll
  static void build(@TempDir Path folder) throws Exception {
    new ZlProgram(folder).does("run", HELLO.toString());
  }

  private static JsonNode fits(String schema, String text) throws IOException {
    JsonNode value = Json.parse(text);
    String promise = Files.readString(SCHEMAS.resolve(schema + ".json"));
    assertEquals(
        Set.of(),
        JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(promise).validate(value),
        text);
    return value;
  }

  @Test
  void runSaysHowTheGuestEnded() throws Exception {
    ZlProgram.Run run = new ZlProgram(folder).run("run", IMAGE, "--stats", "--json");
    assertEquals(0, run.status(), run.toString());
    assertTrue(run.output().startsWith("Hello from a paravirtual kernel"), run.output());
    JsonNode end = fits("run", run.errors());
    assertEquals("poweroff", end.path("end").asText(), run.errors());
    assertTrue(end.path("instructions").asLong() > 1000, run.errors());
    assertTrue(end.path("stats").isArray(), run.errors());
  }

  @Test
  void profileSaysHowTheGuestEnded() throws Exception {
    Path file = folder.resolve("profile");
    ZlProgram.Run run =
        new ZlProgram(folder)
            .run("profile", IMAGE, "--every", "100", "-o", file.toString(), "--json");
    assertEquals(0, run.status(), run.toString());
    fits("profile", run.errors());
  }

  /** Other verbs are tried where all their wrong uses are. */
  @ParameterizedTest
  @ValueSource(strings = {"run", "profile", "conform"})
  void aFullStandardOutputIsSaid(String verb) throws Exception {
    File full = new File("/dev/full");
    assumeTrue(full.exists(), "there is no /dev/full");
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(ZlProgram.ROOT.resolve("zl").toString(), verb, IMAGE)
            .directory(folder.toFile())
            .redirectOutput(full)
            .redirectError(errors.toFile())
            .start();
    process.getOutputStream().close();
    assertEquals(1, process.waitFor());
    String said = Files.readString(errors);
    assertTrue(said.contains("zl: standard output cannot be written (No space"), said);
  }

  @Test
  void conformSaysWhatDiffers() throws Exception {
    ZlProgram.Run run = new ZlProgram(folder).run("conform", IMAGE, "--json");
    assertEquals(1, run.status(), run.toString());
    JsonNode result = fits("conform", run.output());
    assertFalse(result.path("success").asBoolean(true), run.output());
    assertEquals("hello", result.path("images").path(0).path("name").asText(), run.output());
  }

  @Test
  void eventsTellOfADomainsLife() throws Exception {
    ZlProgram zl = new ZlProgram(folder);
    Path config =
        Files.writeString(
            folder.resolve("hello.cfg"), "name = 'hello'\nmemory = 16\nkernel = '" + IMAGE + "'\n");
    zl.does("daemon");
    try {
      Path seen = folder.resolve("seen");
      Process events =
          new ProcessBuilder(
                  ZlProgram.ROOT.resolve("zl").toString(),
                  "events",
                  "--json",
                  "--state",
                  zl.state().toString())
              .redirectOutput(seen.toFile())
              .start();
      try {
        // It says nothing of when it listens: domains come until one was seen to go.
        do {
          zl.does("create", "-F", config.toString());
        } while (!Files.readString(seen).contains("\n"));
      } finally {
        events.destroy();
        events.waitFor();
      }
      List<String> lines = Files.readAllLines(seen);
      for (String line : lines) {
        fits("events", line);
      }
    } finally {
      zl.does("daemon", "--stop", "--now");
    }
  }
}
