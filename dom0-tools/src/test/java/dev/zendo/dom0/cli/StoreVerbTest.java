package dev.zendo.dom0.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.xenstore.StoreDaemon;
import dev.zendo.xenstore.journal.Journal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code zl store} on a served store. */
@Timeout(60)
class StoreVerbTest {
  @TempDir Path folder;
  private final StoreDaemon daemon = new StoreDaemon();
  private String error;

  @BeforeEach
  void serve() {
    daemon.listen(folder.resolve("socket"));
  }

  @AfterEach
  void end() throws IOException {
    daemon.close();
  }

  /** What a command prints; a status that is not 0 stands in front. */
  private String store(String... words) {
    return storeAt(folder.resolve("socket"), words);
  }

  private String storeAt(Path socket, String... words) {
    List<String> line = new ArrayList<>(List.of("store", "-s", socket.toString()));
    line.addAll(List.of(words));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        new Zl(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8))
            .run(line.toArray(new String[0]));
    error = err.toString(UTF_8);
    return (status == 0 ? "" : status + ":") + out.toString(UTF_8);
  }

  @Test
  void changesAndShowsNodes() {
    assertEquals("", store("write", "/a/b", "text", "/a/c", "tab\tand \\"));
    assertEquals("", store("mkdir", "/a/d", "/e"));
    assertEquals("", store("chmod", "/a/b", "n0", "r1", "b2"));
    assertEquals("b\nc\nd\n", store("list", "/a"));
    assertEquals("text\ntab\\tand \\\\\n", store("read", "/a/b", "/a/c"));
    assertEquals(
        """
        /a = ""   (n0)
        /a/b = "text"   (n0,r1,b2)
        /a/c = "tab\\tand \\\\"   (n0)
        /a/d = ""   (n0)
        """,
        store("ls", "-p", "/a"));
    assertEquals("", store("exists", "/a/b", "/e"));
    assertEquals("", store("rm", "/a/b", "/e"));
    assertEquals("1:", store("exists", "/a/c", "/e"));
  }

  @Test
  void answersInJson() {
    assertEquals("{\"ok\":true}\n", store("--json", "write", "/a/b", "1"));
    assertEquals("[\"b\"]\n", store("--json", "list", "/a"));
    assertEquals(
        "{\"path\":\"/a/b\",\"value\":\"1\",\"perms\":[\"n0\"]}\n",
        store("--json", "read", "/a/b"));
    assertEquals("{\"exists\":true}\n", store("--json", "exists", "/a"));
    assertEquals("1:{\"exists\":false}\n", store("--json", "exists", "/a", "/c"));
    assertEquals(store("dump", "/a"), store("--json", "ls", "/a"));
  }

  @Test
  void dumpsAndLoads() throws IOException {
    store("write", "/a/b", "1", "/a/b/c", "2", "/a/x", "3");
    store("chmod", "/a/b/c", "b5");
    String dump = store("dump", "/a");
    Path file = Files.writeString(folder.resolve("a.json"), dump);
    store("rm", "/a");
    assertEquals("", store("load", "/copy/a", file.toString()));
    assertEquals(dump, store("dump", "/copy/a"));
    assertEquals("", store("load", Files.writeString(file, store("dump")).toString()));
    assertEquals(dump, store("dump", "/copy/a"));
  }

  @Test
  void loadsAllOrNothing() throws IOException {
    Path file = folder.resolve("bad.json");
    Files.writeString(
        file, "{\"children\": {\"good\": {\"value\": \"1\"}, \"bad name\": {\"value\": \"2\"}}}");
    assertEquals("2:", store("load", "/new", file.toString()));
    assertTrue(error.contains("bad name"), error);
    assertEquals(1, error.lines().count(), error);
    assertEquals("1:", store("exists", "/new"));
  }

  @Test
  void watches() throws Exception {
    store("write", "/w/a", "1");
    assertEquals(
        "{\"path\":\"/w\",\"value\":\"\"}\n{\"event\":\"@releaseDomain\"}\n",
        store("watch", "--json", "--count", "2", "/w", "@releaseDomain"));
    String[] seen = new String[1];
    Thread watcher = new Thread(() -> seen[0] = store("watch", "--json", "-n", "3", "/w/a"));
    watcher.start();
    for (int i = 0; watcher.isAlive(); i++) {
      storeAt(folder.resolve("socket"), i % 2 == 0 ? "rm" : "mkdir", "/w/a");
    }
    watcher.join();
    for (String line : seen[0].lines().toList()) {
      assertTrue(
          line.equals("{\"path\":\"/w/a\",\"value\":\"\"}")
              || line.equals("{\"path\":\"/w/a\",\"removed\":true}")
              || line.equals("{\"path\":\"/w/a\",\"value\":\"1\"}"),
          line);
    }
    assertEquals(3, seen[0].lines().count());
  }

  @Test
  void showsAndSetsQuotas() {
    assertTrue(store("quota").contains("nodes            :     1000 Nodes per domain\n"));
    assertTrue(store("quota", "0").startsWith("Domain 0:\n"));
    assertEquals("OK\n", store("quota", "set", "nodes", "17"));
    assertTrue(store("--json", "quota").startsWith("{\"nodes\":17,\"watches\":128,"));
    assertTrue(store("--json", "quota", "0").contains("\"nodes\":1,\"nodes-max\":1,"));
    assertEquals("2:", store("quota", "99"));
    assertTrue(error.endsWith("quota: ENOENT\n"), error);
  }

  @Test
  void errorsAreOneLine() {
    for (String[] wrong :
        new String[][] {
          {"read", "/none"},
          {"write", "/a"},
          {"write", "bad path", "1"},
          {"write", "/a", "1", "/b"},
          {"chmod", "/a", "q0"},
          {"rm", "/none/here"},
          {"load", "/a", "/no/such/file"},
          {"watch", "-n", "0"},
          {"read"},
          {"wacth", "/a"},
        }) {
      assertEquals("2:", store(wrong), String.join(" ", wrong));
      assertEquals(1, error.lines().count(), error);
    }
    assertTrue(error.contains("did you mean watch?"), error);
  }

  @Test
  void aStoreInAJournalComesBack() throws IOException {
    Path socket = folder.resolve("kept");
    Path journal = folder.resolve("journal");
    for (String before : List.of("", "1\n")) {
      try (StoreDaemon kept = new StoreDaemon()) {
        kept.keep(journal, Journal.Mode.WRITE);
        kept.listen(socket);
        if (!before.isEmpty()) {
          assertEquals(before, storeAt(socket, "read", "/a"));
        }
        storeAt(socket, "write", "/a", "1");
      }
    }
  }
}
