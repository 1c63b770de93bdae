package dev.zendo.dom0.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.daemon.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Shells that complete, and the man page. */
@Timeout(60)
class CompletionTest {
  @TempDir private Path temp;

  private static String zl(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, UTF_8);
    assertEquals(0, new Zl(print, print).run(words));
    return out.toString(UTF_8);
  }

  private static String run(Path folder, List<String> words)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.directory(folder.toFile()).environment().put("ZENDO_STATE", folder.toString());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  /** What bash offers for the last of the words. */
  private List<String> offered(String... words) throws IOException, InterruptedException {
    Path script = Files.writeString(temp.resolve("completion"), zl("completion", "bash"));
    StringBuilder text = new StringBuilder("source " + script + "; COMP_WORDS=(");
    for (String word : words) {
      text.append('\'').append(word).append("' ");
    }
    text.append("); COMP_CWORD=").append(words.length - 1);
    text.append("; _zl; printf '%s\\n' \"${COMPREPLY[@]}\"");
    return new ArrayList<>(run(temp, List.of("bash", "-c", text.toString())).lines().toList());
  }

  @Test
  void bashCompletes() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "bash is not installed");
    Files.createDirectories(temp.resolve("domains"));
    Files.writeString(temp.resolve("domains/1.json"), domain("web server", "other"));
    assertEquals(List.of("vcpu-list", "vcpu-pin", "vcpu-set"), sorted(offered("zl", "vcpu-")));
    assertEquals(List.of("--json"), offered("zl", "list", "--j"));
    assertEquals(List.of("web server"), offered("zl", "pause", "web"));
    assertEquals(List.of("web server"), offered("zl", "-v", "pause", "web"));
    assertEquals(List.of("--processors"), offered("zl", "daemon", "--pro"));
    assertTrue(offered("zl", "create", "comp").contains("completion"));
    assertFalse(offered("zl", "").contains("web server"));
  }

  /** A record as the daemon writes it, with a device that has a name, too. */
  private static String domain(String name, String other) {
    return Json.pretty(
        Json.parse(
            "{\"domid\": 1, \"config\": {\"name\": \""
                + name
                + "\", \"vif\": [{\"name\": \""
                + other
                + "\"}]}}"));
  }

  private static List<String> sorted(List<String> words) {
    words.sort(null);
    return words;
  }

  @Test
  void zshIsToldOfAllVerbs() throws IOException, InterruptedException {
    String text = zl("completion", "zsh");
    for (Verb verb : Verbs.all()) {
      assertTrue(text.contains("    " + verb.name() + ")\n"), verb.name());
    }
    if (Files.isExecutable(Path.of("/usr/bin/zsh"))) {
      Path script = Files.writeString(temp.resolve("_zl"), text);
      run(temp, List.of("zsh", "-n", script.toString()));
      // Called first, as from fpath, it completes at once; sourced, it only says what completes.
      String stubs =
          "_describe() { print described }; compdef() { print $* }; CURRENT=2; words=(zl ru);";
      String called = stubs + " fpath=(" + temp + "); autoload -U _zl; _zl";
      assertEquals("described\n", run(temp, List.of("zsh", "-fc", called)));
      assertEquals("_zl zl\n", run(temp, List.of("zsh", "-fc", stubs + " source " + script)));
    }
  }

  /** What somebody can type is what shells offer and the man page explains. */
  @Test
  void allOptionsAreOfferedAndExplained() {
    String bash = zl("completion", "bash");
    String zsh = zl("completion", "zsh");
    String man = zl("help", "--man");
    for (Verb verb : Verbs.all()) {
      String name = verb.name();
      String offered = between(bash, "    " + name + ") options='", "'");
      String arguments = between(zsh, "    " + name + ")\n", ";;");
      String page = between(man + ".SS", ".SS \"zl " + name.replace("-", "\\-"), ".SS");
      for (Option option : verb.options().getOptions()) {
        String names = Help.names(option);
        for (String each : names.split(", ")) {
          assertTrue((" " + offered + " ").contains(" " + each + " "), name + " " + each);
          assertTrue(arguments.contains("'" + each), name + " " + each);
        }
        assertTrue(page.contains("\n.B " + names.replace("-", "\\-")), name + " " + names);
      }
    }
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin);
    assertTrue(from >= 0, begin);
    return text.substring(from + begin.length(), text.indexOf(end, from + begin.length()));
  }

  @Test
  void theManPageHasAllVerbs() throws IOException, InterruptedException {
    String text = zl("help", "--man");
    assertTrue(text.startsWith(".TH ZL 1 "), text);
    for (Verb verb : Verbs.all()) {
      assertTrue(text.contains(".SS \"zl " + verb.name().replace("-", "\\-")), verb.name());
    }
    if (Files.isExecutable(Path.of("/usr/bin/groff"))) {
      Path page = Files.writeString(temp.resolve("zl.1"), text);
      String shown =
          run(temp, List.of("groff", "-man", "-Tutf8", "-ww", "-rLL=100n", page.toString()));
      assertFalse(shown.contains("warning"), shown.lines().limit(5).toList().toString());
      assertTrue(shown.contains("sched"), shown);
    }
  }

  @Test
  void linesAreCutAtTheTerminalsEdge() {
    assertEquals("abc", Lines.cut("abcdef", 3));
    assertEquals("ab\tc", Lines.cut("ab\tcd", 9));
    assertEquals("abcdef", Lines.cut("abcdef", Integer.MAX_VALUE));
  }
}
