package dev.zendo.dom0.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.xenstore.DomainKeysTest;
import dev.zendo.xenstore.SocketServer;
import dev.zendo.xenstore.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Xen's own programs on a served store: the package xenstore-utils of Debian 12. What they print
 * and how they end is what they do with a real xenstored. Skipped where they are not installed.
 */
@Timeout(60)
class XenstoreUtilsTest {
  @TempDir Path folder;
  private final Store store = new Store();
  private SocketServer server;

  @BeforeEach
  void serve() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/xenstore-ls")), "xenstore-utils is missing");
    server = SocketServer.start(store, folder.resolve("socket"));
  }

  @AfterEach
  void end() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private Process start(String program, String... words) throws IOException {
    List<String> line = new ArrayList<>(List.of("xenstore-" + program));
    line.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("XENSTORED_PATH", server.file().toString());
    return builder.start();
  }

  /** What a program prints; a status that is not 0 stands in front. */
  private String run(String program, String... words) throws Exception {
    Process process = start(program, words);
    process.getOutputStream().close();
    String text =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return process.exitValue() == 0 ? text : process.exitValue() + ": " + text;
  }

  private String zl(String... words) {
    List<String> line = new ArrayList<>(List.of("store", "-s", server.file().toString()));
    line.addAll(List.of(words));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    assertEquals(0, new Zl(stream, stream).run(line.toArray(new String[0])));
    return out.toString(StandardCharsets.UTF_8).strip();
  }

  @Test
  void theyReadAndChangeNodes() throws Exception {
    assertEquals("", run("write", "/a/b", "text", "/a/c", "x"));
    assertEquals("text", run("read", "/a/b"));
    assertEquals("/a/b: text", run("read", "-p", "/a/b"));
    assertEquals("b\nc", run("list", "/a"));
    assertEquals("", run("chmod", "/a/b", "n0", "r1"));
    assertEquals("/a/b = \"text\"   (n0,r1)\n/a/c = \"x\"   (n0)", run("ls", "-f", "-p", "/a"));
    assertEquals("", run("exists", "/a/b"));
    assertEquals("", run("rm", "/a/b"));
    assertEquals("1:", run("exists", "/a/b").strip());
    assertEquals("c", run("list", "/a"));
    assertEquals("", run("chmod", "-r", "/a", "b7"));
    assertEquals("/a/c = \"x\"   (b7)", run("ls", "-f", "-p", "/a"));
    assertEquals("", run("rm", "-t", "/a/c"));
    assertEquals("", run("ls"));
  }

  @Test
  void theirErrorsAreThoseOfARealServer() throws Exception {
    assertEquals("1: xenstore-read: couldn't read path /none", run("read", "/none"));
    assertEquals("1: xenstore-list: could not list path /none", run("list", "/none"));
    assertEquals(
        "1: xenstore-ls: xs_directory (/none): No such file or directory", run("ls", "/none"));
    assertEquals("1: xenstore-rm: could not remove path /none/x", run("rm", "/none/x"));
    assertEquals(
        "1: xenstore-chmod: Error occurred setting permissions on '/none':"
            + " No such file or directory",
        run("chmod", "/none", "n0"));
    assertEquals("1: xenstore-write: could not write path a b", run("write", "a b", "1"));
  }

  @Test
  void theyShowADomainAsWeDo() throws Exception {
    DomainKeysTest.writeTo(store);
    store.client(0).write("/odd", new byte[] {'\t', '\n', '\r', '\\', 1, 8, 31, 127, -1, '"', 0});
    assertEquals(run("ls", "-f", "-p", "/local"), withoutFirst(zl("ls", "-p", "/local")));
    assertEquals(run("ls", "-f"), zl("ls"));
    assertEquals(run("read", "/odd"), zl("read", "/odd"));
  }

  private static String withoutFirst(String text) {
    return text.substring(text.indexOf('\n') + 1);
  }

  @Test
  void aDirectoryOfManyNamesIsListedInParts() throws Exception {
    store
        .client(0)
        .transact(
            tx -> {
              for (int i = 0; i < 2000; i++) {
                tx.write("/many/name-" + i, "");
              }
            });
    assertEquals(2000, run("list", "/many").lines().distinct().count());
  }

  @Test
  void theyWatch() throws Exception {
    store.client(0).write("/w", "");
    Process watch = start("watch", "-n", "2", "/w");
    while (store.usage(0).watches() == 0) {
      Thread.onSpinWait();
    }
    run("write", "/w/x", "1");
    String seen = new String(watch.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("/w\n/w/x\n", seen);
    assertEquals(0, watch.waitFor());
  }
}
