package dev.zendo.dom0.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.log.StderrLogProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZlTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int zl(String... args) {
    return new Zl(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8)).run(args);
  }

  /** One line on standard error, status 2, nothing on standard output. */
  private String misuse(String... args) {
    assertEquals(ExitStatus.BAD_USE, zl(args), err.toString(UTF_8));
    assertEquals(1, err.toString(UTF_8).lines().count(), err.toString(UTF_8));
    assertEquals("", out.toString(UTF_8));
    return err.toString(UTF_8);
  }

  @Test
  void showsVersionAndHelp() {
    assertEquals(0, zl("--version"));
    assertTrue(out.toString(UTF_8).startsWith("zendo "));
    assertEquals(0, zl("help"));
    assertTrue(out.toString(UTF_8).contains(" run "));
    assertEquals(0, zl("run", "--help"));
    assertTrue(out.toString(UTF_8).contains("Examples:"));
    assertTrue(out.toString(UTF_8).contains("Exit status"));
    assertEquals(0, zl("info", "--json"));
    assertEquals("", err.toString(UTF_8));
  }

  @Test
  void theProviderOfTheLogIsNamedRightly() {
    assertEquals(StderrLogProvider.class.getName(), Zl.LOG_PROVIDER);
  }

  @Test
  void infoNamesTheEngineAndWhy() {
    assertEquals(0, zl("info"));
    String engine = EngineChoice.AUTO.resolve().label();
    String text = out.toString(UTF_8);
    assertTrue(text.contains("engine                 : " + engine + "\n"), text);
    assertTrue(text.contains("engine_reason          : auto; "), text);
    assertTrue(text.contains("engine_direct          : "), text);
  }

  @ParameterizedTest
  @CsvSource({
    "--memroy,--memory",
    "--vcpu,--vcpus",
    "--ramdsik,--ramdisk",
    "--timeout-seconds,--timeout",
    "--noreboot,--no-reboot",
    "--comandline,--cmdline",
  })
  void namesTheNearestOption(String given, String meant) {
    assertTrue(misuse("run", given, "1", "kernel").contains("did you mean " + meant + "?"));
  }

  @Test
  void namesTheNearestVerb() {
    assertTrue(misuse("rnu", "kernel").contains("did you mean run?"));
    assertFalse(misuseOnce("quux").contains("did you mean"));
  }

  private String misuseOnce(String... args) {
    err.reset();
    return misuse(args);
  }

  @Test
  void refusesWrongUseInOneLine(@TempDir Path folder) throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "not a kernel at all, really");
    for (String[] args :
        new String[][] {
          {"run"},
          {"run", "a", "b"},
          {"run", "--memory"},
          {"run", "--memory", "lots", "a"},
          {"run", "--memory", "-1", "a"},
          {"run", "--memory", "99999999999999999999", "a"},
          {"run", "--memory", "9000T", "a"},
          {"run", "--memory", "1", text.toString()},
          {"run", "--vcpus", "0", text.toString()},
          {"run", "--vcpus", "1000000", text.toString()},
          {"run", "--vcpus", "65", text.toString()},
          {"run", "--weight", "0", text.toString()},
          {"run", "--weight", "65536", text.toString()},
          {"run", "--cap", "-1", text.toString()},
          {"run", "--cap", "6401", text.toString()},
          {"run", "--cpus", "", text.toString()},
          {"run", "--cpus", "64", text.toString()},
          {"run", "--cpus", "3-1", text.toString()},
          {"run", "--cpus", "one", text.toString()},
          {"run", "--cpus", "1,^1", text.toString()},
          {"run", "--timeout", "0", "a"},
          {"run", "--timeout", "NaN", "a"},
          {"run", "--trace", "everything", "a"},
          {"run", "--engine", "warp", "a"},
          {"run", "--cmdline", "x".repeat(2000), text.toString()},
          {"run", "--code-cache", "0", "a"},
          {"run", "--code-cache", "much", "a"},
          {"run", "--code-cache", "1025", "a"},
          {"profile"},
          {"profile", "a", "b"},
          {"profile", "--every", "0", "a"},
          {"profile", "--every", "x", "a"},
          {"profile", "--every", "99999999999", "a"},
          {"profile", "--hertz", "0", "a"},
          {"profile", "--hertz", "1000000", "a"},
          {"profile", "--every", "5", "--hertz", "5", "a"},
          {"profile", "--stacks", "some", "a"},
          {"profile", "--symbols", text.toString(), "a"},
          {"profile", "--symbols", folder.resolve("missing").toString(), "a"},
          {"profile", "--output", folder.resolve("no/such/folder").toString(), "a"},
          {"profile", "--output", folder.resolve("p").toString(), text.toString()},
          {"run", text.toString()},
          {"run", folder.resolve("missing").toString()},
          {"run", folder.toString()},
          {"store"},
          {"store", "ls", "--socket", "a", "--file", "b"},
          {"store", "--file", text.toString(), "ls"},
          {"store", "--socket", folder.resolve("none").toString(), "ls"},
          {"--quux"},
        }) {
      String message = misuseOnce(args);
      assertTrue(message.startsWith("zl: "), message);
      assertFalse(message.contains("xception"), message);
    }
    for (Path prefix : List.of(folder.resolve("p"), Path.of("profile"))) {
      assertFalse(Files.exists(Path.of(prefix + ".folded")), prefix.toString());
      assertFalse(Files.exists(Path.of(prefix + ".svg")), prefix.toString());
    }
  }

  @Test
  void showsStackTracesOnlyWhenAsked() {
    misuse("run", "/nonexistent/kernel");
    assertEquals(ExitStatus.BAD_USE, zl("-v", "run", "/nonexistent/kernel"));
    assertTrue(err.toString(UTF_8).contains("\tat "));
  }

  @Test
  void buildsFoldersAndNamesWhatIsWrongInThem(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("guest.json");
    Files.writeString(json, "{\"memroy\": 4}");
    assertTrue(misuseOnce("run", folder.toString()).contains("did you mean memory?"));
    Files.writeString(json, "{\"memory\": [4]}");
    assertTrue(misuseOnce("run", folder.toString()).contains("must be"));
    Files.writeString(json, "{\"memory\": 4");
    assertTrue(misuseOnce("run", folder.toString()).contains("not JSON"));
    Files.writeString(json, "{\"memory\": 16, \"kernel\": \"k\"}");
    assertTrue(misuseOnce("run", folder.toString()).contains("no such file"));
  }

  @Test
  void readsSizesWithUnits() {
    assertEquals(256, RunTarget.memory("256"));
    assertEquals(2048, RunTarget.memory("2G"));
    assertEquals(2, RunTarget.memory("2048k"));
    assertThrows(UsageException.class, () -> RunTarget.memory("G"));
  }

  @Test
  void changesStoresInFiles(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("store.json"), "{\"value\": \"\"}");
    String name = file.toString();
    assertEquals(0, zl("store", "--file", name, "write", "/a/b", "text"));
    assertEquals(0, zl("store", "--file", name, "chmod", "/a/b", "n0", "r1"));
    assertEquals(0, zl("store", "--file", name, "read", "/a/b"));
    assertEquals(0, zl("store", "--file", name, "ls", "-p", "/a"));
    assertEquals(List.of("text"), out.toString(UTF_8).lines().limit(1).toList());
    assertTrue(out.toString(UTF_8).contains("/a/b = \"text\"   (n0,r1)"), out.toString(UTF_8));
    assertEquals(1, zl("store", "--file", name, "exists", "/c"));
    assertEquals(2, zl("store", "--file", name, "read", "/c"));
    assertTrue(err.toString(UTF_8).contains("/c: ENOENT"));
  }
}
