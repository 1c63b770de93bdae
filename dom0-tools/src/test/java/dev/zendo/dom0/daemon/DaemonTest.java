package dev.zendo.dom0.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Domains of a few instructions behind the daemon's socket. */
@Timeout(120)
class DaemonTest {
  private static final int POWEROFF = 0;
  private static final int REBOOT = 1;
  private static final int CRASH = 3;

  @TempDir private Path temp;
  private StateFolder folder;
  private Daemon daemon;
  private DaemonClient client;

  @BeforeEach
  void start() {
    folder = StateFolder.of(temp.resolve("s"));
    open();
  }

  private void open() {
    daemon = new Daemon(folder, 128, 1, EngineChoice.INTERPRETER);
    client = DaemonClient.find(folder).orElseThrow();
  }

  @AfterEach
  void stop() {
    client.close();
    daemon.close();
  }

  private ObjectNode config(String name, TinyKernel kernel) throws IOException {
    Path file = temp.resolve(name + ".elf");
    Path whole = Files.write(temp.resolve(name + ".new"), kernel.elf().bytes());
    Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    return Json.object().put("name", name).put("kernel", file.toString()).put("memory", 8);
  }

  private JsonNode create(ObjectNode config, boolean paused) {
    ObjectNode params = Json.object().put("paused", paused);
    params.set("config", config);
    return client.call("create", params);
  }

  private static ObjectNode domain(String name) {
    return Json.object().put("domain", name);
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    client.call("list", Json.object()).forEach(each -> names.add(each.path("name").asText()));
    return names;
  }

  private String state(String name) {
    ObjectNode params = Json.object();
    params.putArray("domains").add(name);
    return client.call("list", params).path(0).path("state").asText();
  }

  /**
   * The scheduler may need a moment; a daemon that never gets there fails by JUnit's time limit.
   */
  private void awaitState(String name, String wanted) throws InterruptedException {
    while (!state(name).equals(wanted)) {
      Thread.sleep(2);
    }
  }

  private Kind refusal(String method, ObjectNode params) {
    return assertThrows(DaemonException.class, () -> client.call(method, params)).kind();
  }

  @Test
  void aDomainIsPausedRunsAndIsDestroyed() throws Exception {
    JsonNode made = create(config("web", TinyKernel.endless()), true);
    assertEquals("paused", state("web"));
    assertEquals(List.of("Domain-0", "web"), names());
    client.call("unpause", domain(made.path("domid").asText()));
    client.call("unpause", domain("web"));
    awaitState("web", "running");
    client.call("pause", domain("web"));
    assertEquals("paused", state("web"));
    client.call("rename", domain("web").put("name", "old"));
    assertEquals(List.of("Domain-0", "old"), names());
    client.call("destroy", domain("old"));
    assertEquals(List.of("Domain-0"), names());
    assertEquals(Kind.NO_DOMAIN, refusal("pause", domain("old")));
  }

  @Test
  void allMethodsAreDocumentedAndNoOthers() throws IOException {
    Set<String> documented = new TreeSet<>();
    Pattern name = Pattern.compile("`([a-z0-9-]+)`");
    Files.readAllLines(Path.of("../docs/daemon.md")).stream()
        .dropWhile(line -> !line.startsWith("| method |"))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .forEach(
            line ->
                name.matcher(line.split("\\|")[1])
                    .results()
                    .forEach(found -> documented.add(found.group(1))));
    assertEquals(new TreeSet<>(daemon.methods()), documented);
  }

  @Test
  void aMethodThatIsNotThereMayHaveAnother() {
    DaemonException e =
        assertThrows(DaemonException.class, () -> client.call("dumpcore", Json.object()));
    assertEquals("there is no method \"dumpcore\"; did you mean dump-core?", e.getMessage());
  }

  @Test
  void whatIsWrongIsSaid() throws IOException {
    create(config("web", TinyKernel.endless()), true);
    assertEquals(Kind.REFUSED, refusalOf(config("web", TinyKernel.endless())));
    assertEquals(Kind.REFUSED, refusalOf(Json.object().put("name", "x").put("kernel", "/no")));
    assertEquals(List.of("Domain-0", "web"), names());
    assertEquals(Kind.UNKNOWN_METHOD, refusal("fly", Json.object()));
    assertEquals(Kind.BAD_REQUEST, refusal("pause", Json.object()));
    assertEquals(Kind.BAD_REQUEST, refusal("pause", Json.object().put("domain", 7)));
    assertEquals(Kind.WRONG_STATE, refusal("destroy", domain("0")));
    assertEquals(Kind.REFUSED, refusal("sysrq", domain("web").put("letter", "ab")));
    assertEquals(Kind.REFUSED, refusal("trigger", domain("web").put("trigger", "power")));
    assertEquals(Kind.REFUSED, refusal("vcpu-set", domain("web").put("vcpus", 2)));
    assertEquals(Kind.REFUSED, refusal("mem-set", domain("web").put("kib", 1L << 40)));
    assertEquals(Kind.REFUSED, refusal("mem-max", domain("web").put("kib", 0)));
    assertEquals(Kind.REFUSED, refusal("block-detach", domain("web").put("device", "xvda")));
    assertEquals(
        Kind.REFUSED, refusal("vcpu-pin", domain("web").put("vcpu", "1").put("hard", "all")));
    assertEquals(Kind.REFUSED, refusal("rename", domain("web").put("name", "a/b")));
  }

  @Test
  void whatDoesNotSuspendIsNotClonedAndGoesOn() throws Exception {
    create(config("web", TinyKernel.endless()), false);
    ObjectNode params = Json.object().put("source", "web").put("name", "web2");
    assertEquals(Kind.REFUSED, refusal("clone", params.put("milliseconds", 20)));
    params = domain("web").put("name", "ready").put("milliseconds", 20);
    assertEquals(Kind.REFUSED, refusal("snapshot", params));
    awaitState("web", "running");
    assertEquals(0, client.call("snapshot-list", Json.object()).size());
    assertEquals(2, client.call("list", Json.object()).size());
    // It may be tried again.
    assertEquals(Kind.REFUSED, refusal("snapshot", params));
    assertEquals(Kind.NO_DOMAIN, refusal("snapshot", params.put("domain", "nosuch")));
  }

  @Test
  void whatCannotBeSavedGoesOnAndLeavesNoFile() throws Exception {
    create(config("web", TinyKernel.endless()), true);
    Path file = temp.resolve("web.sav");
    ObjectNode params = domain("web").put("file", file.toString()).put("milliseconds", 20);
    assertEquals(Kind.WRONG_STATE, refusal("save", params));
    client.call("unpause", domain("web"));
    assertEquals(Kind.REFUSED, refusal("save", params));
    assertEquals(Kind.REFUSED, refusal("save", params.put("file", temp + "/no/web.sav")));
    awaitState("web", "running");
    assertFalse(Files.exists(file));
    assertFalse(Files.exists(temp.resolve("web.sav.part")));
    assertEquals(Kind.NO_DOMAIN, refusal("save", params.put("domain", "nosuch")));
  }

  @Test
  void filesThatHoldNoDomainAreRefused() throws IOException {
    Path file = Files.writeString(temp.resolve("bad.sav"), "no domain at all, just a text");
    for (Path each : List.of(file, temp.resolve("nosuch"), temp)) {
      assertEquals(Kind.REFUSED, refusal("restore", Json.object().put("file", each.toString())));
    }
    assertEquals(Kind.BAD_REQUEST, refusal("restore", Json.object()));
    assertEquals(List.of("Domain-0"), names());
  }

  private Kind refusalOf(ObjectNode config) {
    return assertThrows(DaemonException.class, () -> create(config, true)).kind();
  }

  @Test
  void rawTextIsNoDanger() throws IOException {
    SocketChannel channel = client.stream();
    LineReader in = new LineReader(channel);
    for (String line :
        List.of(
            "",
            "nonsense",
            "7",
            "[]",
            "null",
            "{}",
            "{\"method\":7}",
            "{\"method\":\"list\",\"params\":3}",
            "{\"id\":{\"a\":1},\"method\":\"create\",\"params\":{\"config\":[]}}")) {
      channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
      assertTrue(Json.parse(in.next()).has("error"), line);
    }
    channel.write(
        ByteBuffer.wrap("{\"id\":\"x\",\"method\":\"hello\"}\n".getBytes(StandardCharsets.UTF_8)));
    JsonNode reply = Json.parse(in.next());
    assertEquals("x", reply.path("id").asText());
    assertTrue(reply.path("result").has("pid"));
  }

  private BlockingQueue<JsonNode> events() {
    BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    daemon.events().listen(events::add);
    return events;
  }

  private static String next(BlockingQueue<JsonNode> events) throws InterruptedException {
    JsonNode event = events.take();
    return event.path("event").asText()
        + " "
        + event.path("name").asText()
        + " "
        + event.path("story").asText();
  }

  @Test
  void endsAreFollowedByWhatTheConfigurationSays() throws Exception {
    BlockingQueue<JsonNode> events = events();
    create(config("off", new TinyKernel().shutdown(POWEROFF)), false);
    assertEquals("created off ", next(events));
    assertEquals("ended off powered off", next(events));
    assertEquals("gone off powered off", next(events));

    create(config("kept", new TinyKernel().shutdown(CRASH)).put("on_crash", "preserve"), false);
    assertEquals("created kept ", next(events));
    assertTrue(next(events).startsWith("ended kept crashed"));
    assertEquals("crashed", state("kept"));
    assertEquals(Kind.WRONG_STATE, refusal("unpause", domain("kept")));
    assertEquals(Kind.WRONG_STATE, refusal("shutdown", domain("kept")));
    assertEquals(
        0, client.call("shutdown", Json.object().put("all", true)).path("domains").asInt());
    client.call("destroy", domain("kept"));
    assertEquals("gone kept was destroyed", next(events));

    ObjectNode turns = config("turns", new TinyKernel().shutdown(REBOOT));
    create(turns, false);
    assertEquals("created turns ", next(events));
    for (int i = 0; i < 3; i++) {
      assertEquals("ended turns rebooted", next(events));
      assertEquals("created turns after it rebooted", next(events));
    }
    config("turns", new TinyKernel().shutdown(POWEROFF));
    while (!next(events).startsWith("gone turns")) {
      // The kernel file is read anew at each reboot.
    }
    assertEquals(List.of("Domain-0"), names());
  }

  @Test
  void aRenamedDomainStaysBesideItsSuccessor() throws Exception {
    BlockingQueue<JsonNode> events = events();
    ObjectNode config = config("web", new TinyKernel().shutdown(CRASH));
    create(config.put("on_crash", "rename-restart"), true);
    assertEquals("created web ", next(events));
    // Its successor does not crash, or there would be no end of successors.
    config("web", TinyKernel.endless());
    client.call("unpause", domain("web"));
    while (!next(events).startsWith("renamed web-1")) {
      // Events of the end.
    }
    awaitState("web-1", "crashed");
    String event = next(events);
    while (!event.startsWith("created web ")) {
      event = next(events);
    }
  }

  @Test
  void aSecondDaemonIsRefused() {
    ToolException refusal =
        assertThrows(
            ToolException.class, () -> new Daemon(folder, 128, 1, EngineChoice.INTERPRETER));
    assertTrue(refusal.getMessage().contains("has it"), refusal.getMessage());
  }

  @Test
  void whatAKilledDaemonLeftIsLostOrStartsAgain() throws Exception {
    create(config("lost", TinyKernel.endless()), true);
    create(config("again", TinyKernel.endless()).put("on_crash", "restart"), true);
    List<Path> records = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder.path().resolve("domains"))) {
      files.forEach(records::add);
    }
    List<byte[]> contents = new ArrayList<>();
    for (Path record : records) {
      contents.add(Files.readAllBytes(record));
    }
    stop();
    for (int i = 0; i < records.size(); i++) {
      assertFalse(Files.exists(records.get(i)), "an orderly end loses nothing");
      Files.write(records.get(i), contents.get(i));
    }
    Files.writeString(folder.path().resolve("domains/broken.json"), "{");
    open();
    assertEquals(List.of("Domain-0", "again"), names());
    JsonNode lost = client.call("hello", Json.object()).path("lost");
    assertEquals(2, lost.size());
    for (JsonNode each : lost) {
      assertEquals(each.path("name").asText().equals("again"), each.path("restarted").asBoolean());
    }
  }

  @Test
  void processorsAreShownAndSet() throws IOException {
    create(config("web", TinyKernel.endless()).put("cpus", "0"), true);
    JsonNode vcpu = client.call("vcpu-list", Json.object()).path(0);
    assertEquals("all", vcpu.path("hard").asText());
    assertEquals(0, vcpu.path("vcpu").asInt());
    client.call("vcpu-pin", domain("web").put("vcpu", "all").put("hard", "0").put("soft", "-"));
    client.call("sched-credit2", domain("web").put("weight", 77).put("cap", 5));
    JsonNode share = client.call("sched-credit2", Json.object()).path(0);
    assertEquals(77, share.path("weight").asInt());
    assertEquals(5, share.path("cap").asInt());
    assertEquals(Kind.REFUSED, refusal("sched-credit2", domain("web").put("weight", 0)));
    client.call("trigger", domain("web").put("trigger", "nmi"));
    client.call("mem-max", domain("web").put("kib", 8 << 10));
  }

  @Test
  void networkCardsComeAndGo() throws IOException {
    create(config("web", TinyKernel.endless()), true);
    client.call("network-attach", domain("web"));
    ObjectNode params = domain("web");
    params.putArray("spec").add("mac=00:16:3e:00:00:01").add("bridge=other");
    client.call("network-attach", params);
    JsonNode list = client.call("network-list", domain("web"));
    assertEquals(2, list.size());
    assertEquals("00:16:3e:00:00:01", list.path(1).path("mac").asText());
    assertEquals("other", list.path(1).path("bridge").asText());
    client.call("network-detach", domain("web").put("device", "0").put("force", true));
    client.call(
        "network-detach", domain("web").put("device", "00:16:3e:00:00:01").put("force", true));
    assertEquals(0, client.call("network-list", domain("web")).size());
  }
}
