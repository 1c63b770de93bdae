package dev.zendo.dom0.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Daemon;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs that ask a daemon: what they print, and what they say when they are used wrongly. */
@Timeout(120)
class DaemonVerbsTest {
  @TempDir private Path temp;
  private Daemon daemon;
  private Path config;
  private String out = "";
  private String err = "";

  @BeforeEach
  void start() throws IOException {
    daemon = new Daemon(StateFolder.of(temp.resolve("s")), 128, 1, EngineChoice.INTERPRETER);
    Path kernel = temp.resolve("web.elf");
    Files.write(kernel, TinyKernel.endless().elf().bytes());
    config =
        Files.writeString(
            temp.resolve("web.cfg"), "name='web'\nmemory=8\nkernel='" + kernel + "'\n");
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  private int zl(String... args) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    String[] all =
        Stream.concat(Stream.of(args), Stream.of("--state", temp.resolve("s").toString()))
            .toArray(String[]::new);
    int status =
        new Zl(new PrintStream(output, true, UTF_8), new PrintStream(errors, true, UTF_8)).run(all);
    out = output.toString(UTF_8);
    err = errors.toString(UTF_8);
    return status;
  }

  private void does(String... args) {
    assertEquals(0, zl(args), err);
  }

  private JsonNode json(String... args) {
    does(Stream.concat(Stream.of(args), Stream.of("--json")).toArray(String[]::new));
    return Json.parse(out);
  }

  @Test
  void tablesHaveXlsColumns() {
    does("create", "-p", config.toString());
    assertEquals("web: domain 1\n", out);
    does("list");
    String[] lines = out.split("\n");
    assertEquals(
        "Name                                        ID   Mem VCPUs\tState\tTime(s)", lines[0]);
    assertTrue(lines[1].startsWith("Domain-0                                     0    "), lines[1]);
    assertEquals(
        "web                                          1     8     1     --p---       0.0",
        lines[2]);
    does("list", "-v", "web");
    assertTrue(out.lines().allMatch(line -> !line.startsWith("Domain-0")), out);
    assertTrue(
        out.startsWith(
            lines[0] + "   UUID                            Reason-Code\tSecurity Label\n"),
        out);
    assertTrue(out.matches("(?s).* 0\\.0 [0-9a-f-]{36} {8}- {16}-\n"), out);
    does("vcpu-list");
    assertEquals(
        "web                                  1     0     0   ---       0.0  all / all",
        out.split("\n")[1]);
    does("vm-list");
    lines = out.split("\n");
    assertEquals(
        "00000000-0000-0000-0000-000000000000  0    Domain-0                      ", lines[1]);
    assertTrue(lines[2].matches("[0-9a-f-]{36}  1    web {27}"), out);
    does("uptime");
    assertTrue(out.contains("web                                  1  0:00:0"), out);
    does("sched-credit2");
    assertEquals("web                                  1    256    0", out.split("\n")[1]);
    does("block-list", "web");
    assertEquals(1, out.lines().count());
    does("network-attach", "web", "mac=00:16:3e:00:00:01");
    does("network-list", "web");
    String card = out.split("\n")[1];
    assertTrue(card.startsWith("0   0  00:16:3e:00:00:01     0     "), card);
    // One before the title of the column, as xl has it.
    assertEquals(out.indexOf("BE-path") - 1, card.indexOf("/local/"), out);
    does("domid", "web");
    assertEquals("1\n", out);
    does("domname", "1");
    assertEquals("web\n", out);
  }

  @Test
  void jsonIsWhatTheDaemonSays() {
    assertEquals("web", json("create", "-p", config.toString()).path("name").asText());
    JsonNode web = json("list").path(1);
    assertEquals("paused", web.path("state").asText());
    // Beside its memory it owns the frames of its page tables at most.
    assertEquals(8 << 10, web.path("memory_kib").asLong());
    assertEquals("Domain-0", json("list", "-l").at("/0/config/c_info/name").asText());
    assertEquals("web", json("list", "-l").at("/1/config/c_info/name").asText());
    assertEquals("web", json("list", "-l", "web").at("/0/config/c_info/name").asText());
    assertEquals(1, json("domid", "web").path("domid").asInt());
    assertEquals(0, json("vcpu-list").path(0).path("vcpu").asInt());
    assertTrue(json("daemon", "--status").path("pid").asLong() > 0);
    assertEquals(0, json("network-list", "web").size());
    assertEquals("web", json("pause", "web").path("name").asText());
  }

  @Test
  void wrongUseOfSaveRestoreAndNetworksIsSaidInOneLine() throws IOException {
    does("create", "-p", config.toString());
    String file = temp.resolve("web.sav").toString();
    String bad = Files.writeString(temp.resolve("bad.cfg"), "name = [").toString();
    for (String[] words :
        new String[][] {
          {"save", "web"},
          {"save", "web", file, bad},
          {"save", "web", file, temp.resolve("nosuch.cfg").toString()},
          {"save", "web", file, config.toString(), "more"},
          {"save", "web", file},
          {"daemon", "--network", "nat=perhaps"},
          {"daemon", "--network", "wings=2"},
          {"restore"},
          {"restore", file},
          {"restore", bad, file},
          {"restore", config.toString(), file},
          {"restore", file, "name=web2"},
        }) {
      assertTrue(zl(words) != 0, String.join(" ", words));
      assertEquals(1, err.lines().count(), err);
    }
    assertFalse(Files.exists(Path.of(file)));
    assertEquals(2, json("list").size());
  }

  @Test
  void configurationsComeFromOtherSystemsToo() throws IOException {
    String text = "\ufeff" + Files.readString(config).replace("\n", "\r\n") + "# caf\u00e9\r\n";
    Path marked = Files.writeString(temp.resolve("marked.cfg"), text);
    does("create", "-n", marked.toString());
    // Neither UTF-8 nor looked at.
    Path latin = Files.writeString(temp.resolve("latin.cfg"), text.substring(1), ISO_8859_1);
    does("create", "-n", latin.toString());
    Files.writeString(latin, "name = 'caf\u00e9'\nkernel = '/k'\n", ISO_8859_1);
    assertEquals(ExitStatus.BAD_USE, zl("create", "-n", latin.toString()));
    assertTrue(err.startsWith("zl: " + latin + ":1: name: a name is UTF-8"), err);
    assertEquals(
        ExitStatus.BAD_USE, zl("create", "-n", config.toString(), "name=" + "n".repeat(201)));
    Path json = Files.writeString(temp.resolve("web.json"), "{\"name\": ");
    assertEquals(ExitStatus.BAD_USE, zl("create", "-n", json.toString()));
    assertTrue(err.startsWith("zl: " + json + ": no JSON: "), err);
  }

  @Test
  void aDomainIsAwaitedHoweverQuickItIs() throws IOException {
    Path kernel = temp.resolve("quick.elf");
    Files.write(kernel, new TinyKernel().shutdown(0).elf().bytes());
    for (int i = 0; i < 20; i++) {
      does("create", "-F", config.toString(), "kernel=" + kernel);
    }
    assertEquals(1, json("list").size());
  }

  @Test
  void wordsBehindTheFileCount() {
    does("create", "-n", config.toString(), "memory=64", "name=other");
    JsonNode shown = Json.parse(out);
    assertEquals(64 << 10, shown.at("/config/b_info/max_memkb").asInt());
    assertEquals("other", shown.at("/config/c_info/name").asText());
    assertEquals(64, json("create", "-n", config.toString(), "memory=64").path("memory").asInt());
    assertEquals(1, json("list").size());
  }

  @Test
  void aDomainIsLedThroughItsLife() {
    does("create", "-q", config.toString());
    assertEquals("", out);
    does("pause", "web");
    does("rename", "web", "old");
    does("mem-max", "old", "8");
    does("vcpu-pin", "old", "all", "0");
    does("sched-credit2", "-d", "old", "-w", "100", "-c", "20");
    does("network-attach", "old", "bridge=b");
    does("network-list", "old");
    assertTrue(out.contains("/local/domain/0/backend/vif/1/0"), out);
    does("config-update", "old", config.toString(), "memory=16");
    does("unpause", "old");
    does("destroy", "old");
    assertEquals(1, json("list").size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pause",
        "unpause",
        "destroy",
        "shutdown",
        "reboot",
        "console",
        "block-list",
        "network-list",
        "domid",
        "domname",
        "dmesg"
      })
  void anUnknownDomainIsOneLine(String verb) {
    assertEquals(ExitStatus.FAILURE, zl(verb, "nosuch"));
    assertEquals("zl: nosuch: there is no such domain (zl list shows all)\n", err);
    assertEquals("", out);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pause|zl: pause is used as zl pause DOMAIN (zl pause --help)",
        "pause a b|zl: pause is used as zl pause DOMAIN (zl pause --help)",
        "mem-set web x|zl: x: a size is a number, such as 256 or 1g",
        "mem-set web 99999999999999999t|zl: 99999999999999999t: a size is a number, such as 256 or"
            + " 1g",
        "vcpu-set web x|zl: VCPUS x: not a number",
        "create|zl: create needs a configuration file (zl create --help shows an example)",
        "create /no.cfg|zl: /no.cfg: no such file; check the path of the configuration",
        "sched-credit2 -w 3|zl: sched-credit2 needs -d DOMAIN to set something",
        "shutdown|zl: shutdown is used as zl shutdown DOMAIN, or with -a (zl shutdown --help)",
        "console|zl: console is used as zl console DOMAIN (zl console --help)",
        "capture web|zl: capture is used as zl capture DOMAIN FILE, or --network NAME FILE",
        "list --jason|zl: unknown option --jason; did you mean --json? (zl list --help shows its"
            + " options)",
        "daemon web|zl: daemon takes no arguments (zl daemon --help)",
        "daemon --metrics 0.0.0.0:1|zl: 0.0.0.0:1: metrics are given at unix:PATH, or at a loopback"
            + " port such as 127.0.0.1:9177",
        "migrate web|zl: migrate is used as zl migrate DOMAIN HOST[:PORT] (zl migrate --help)",
        "migrate --bandwidth x web host|zl: --bandwidth x: not a number",
        "peers add|zl: peers is used as zl peers add FINGERPRINT (zl peers --help)",
        "dmesg a b|zl: dmesg is used as zl dmesg [-c] [DOMAIN] (zl dmesg --help)",
        "snapshot web|zl: snapshot is used as zl snapshot DOMAIN NAME (zl snapshot --help)",
        "snapshot-remove|zl: snapshot-remove is used as zl snapshot-remove SNAPSHOT (zl"
            + " snapshot-remove --help)",
        "clone web|'zl: clone is used as zl clone DOMAIN|SNAPSHOT NAME (zl clone --help)'",
        "top web|zl: top takes no arguments (zl top --help)",
        "top -i x|zl: --iterations x: not a number",
        "top --sort meme|zl: --sort meme: no such column; did you mean mem? (zl top --help)",
      })
  void wrongUseIsOneLine(String words, String message) {
    assertEquals(ExitStatus.BAD_USE, zl(words.split(" ")));
    assertEquals(message + "\n", err);
    assertEquals("", out);
  }

  @Test
  void domainsAreObserved() throws IOException {
    does("create", "-p", config.toString());
    Path core = temp.resolve("web.core");
    does("dump-core", "web", core.toString());
    assertEquals("", out);
    assertEquals(
        Files.size(core), json("dump-core", "web", core.toString()).path("bytes").asLong());
    assertEquals(ExitStatus.FAILURE, zl("dump-core", "nosuch", core.toString()));
    assertEquals("zl: nosuch: there is no such domain (zl list shows all)\n", err);
    assertEquals(ExitStatus.FAILURE, zl("dump-core", "web", temp.toString()));
    assertTrue(err.startsWith("zl: " + temp + ": cannot be written ("), err);
    assertEquals(1, err.lines().count());
    does("dump-core", "web", core.toString(), "gdb");
    assertEquals(ExitStatus.FAILURE, zl("dump-core", "web", core.toString(), "lkcd"));
    assertEquals("zl: there is no format lkcd; xen or gdb\n", err);
    assertEquals(ExitStatus.BAD_USE, zl("dump-core", "web"));
    assertEquals(
        "zl: dump-core is used as zl dump-core DOMAIN FILE [xen|gdb] (zl dump-core --help)\n", err);
    does("dmesg", "-c", "web");
    assertTrue(out.matches("\\(XEN\\) \\[[ .0-9]+] d1: web is built: 8 MiB, vcpus: 1\n"), out);
    assertEquals(0, json("dmesg", "web").size());
    does("top", "-b", "-i", "2", "-d", "0");
    assertEquals(6, out.lines().count(), out);
    assertTrue(out.lines().skip(1).anyMatch(each -> each.startsWith("       web ----p-")), out);
    assertEquals(2, json("top").path("domains").size());
    assertEquals(
        "127.0.0.1",
        json("daemon", "--metrics", "127.0.0.1:0").path("metrics").asText().split(":")[0]);
  }

  private void refuses(String message, String... words) {
    assertEquals(ExitStatus.FAILURE, zl(words));
    assertEquals("zl: " + message + "\n", err);
    assertEquals("", out);
  }

  @Test
  void whatCannotBeClonedIsRefused() throws IOException {
    does("create", "-p", config.toString());
    refuses("nosuch: there is no such domain (zl list shows all)", "clone", "nosuch", "web2");
    refuses("nosuch: there is no such domain (zl list shows all)", "snapshot", "nosuch", "s");
    refuses("a domain named web is there already (zl list shows all)", "clone", "web", "web");
    refuses("a number alone would be taken for a domain id", "snapshot", "web", "7");
    refuses(
        "nosuch: there is no such snapshot (zl snapshot-list shows all)",
        "snapshot-remove",
        "nosuch");
    refuses(
        "web is paused, so its kernel cannot prepare; zl unpause it first", "clone", "web", "web2");
    assertEquals(0, json("snapshot-list").size());
    assertEquals(1, json("list").size() - 1);
  }

  @Test
  void whatCannotBeMadeLeavesNothing() throws IOException {
    assertEquals(ExitStatus.FAILURE, zl("create", config.toString(), "kernel=/no"));
    assertTrue(err.startsWith("zl: /no: "), err);
    assertEquals(ExitStatus.FAILURE, zl("create", config.toString(), "disk=['/no,raw,xvda,w']"));
    assertEquals(1, err.lines().count(), err);
    assertEquals(ExitStatus.FAILURE, zl("create", config.toString(), "memory=60000"));
    assertTrue(err.contains("60000 MiB"), err);
    assertEquals(1, json("list").size());
    does("create", "-p", config.toString());
    assertEquals(ExitStatus.FAILURE, zl("create", config.toString()));
    assertEquals("zl: a domain named web is there already (zl list shows all)\n", err);
    Path broken = Files.writeString(temp.resolve("broken.cfg"), "name = web\n");
    assertEquals(ExitStatus.BAD_USE, zl("create", broken.toString()));
    assertTrue(err.startsWith("zl: " + broken + ":1: expected "), err);
    assertFalse(err.strip().contains("\n"), err);
  }

  @Test
  void theDaemonStopsWhenAsked() throws InterruptedException {
    Thread waiter =
        new Thread(
            () -> {
              try {
                daemon.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    waiter.start();
    zl("daemon", "--status");
    assertTrue(out.startsWith("the daemon runs as process "), out);
    try (var client = DaemonClient.find(StateFolder.of(temp.resolve("s"))).orElseThrow()) {
      client.call("stop", Json.object());
    }
    waiter.join();
    daemon.close();
    assertEquals(ExitStatus.FAILURE, zl("daemon", "--status"));
    assertEquals("no daemon runs for " + temp.resolve("s") + "\n", out);
    assertEquals(ExitStatus.BAD_USE, zl("list"));
    assertTrue(err.startsWith("zl: no daemon runs for "), err);
    assertEquals(1, err.lines().count());
  }
}
