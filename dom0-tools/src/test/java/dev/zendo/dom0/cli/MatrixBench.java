package dev.zendo.dom0.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Daemon;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.daemon.StateFolder;
import dev.zendo.dom0.daemon.SuspendingKernel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Two daemons in this process, at the first of which there are the domains {@code web}, which runs
 * and can suspend, and {@code ended}; and {@code zl} with what it printed last.
 */
final class MatrixBench {
  private static final int CRASH = 3;

  private final Path folder;
  private final Daemon daemon;
  private final Daemon other;
  private final SuspendingKernel kernel;
  private final Map<String, String> places = new TreeMap<>();
  private boolean changed = true;
  private String out = "";
  private String err = "";

  MatrixBench(Path folder) throws IOException {
    this.folder = folder;
    daemon = new Daemon(StateFolder.of(state()), 128, 1, EngineChoice.INTERPRETER);
    other = new Daemon(StateFolder.of(folder.resolve("o")), 128, 1, EngineChoice.INTERPRETER);
    kernel = new SuspendingKernel(folder.resolve("web.elf"), "web", List.of(daemon, other));
    Files.write(folder.resolve("end.elf"), new TinyKernel().shutdown(CRASH).elf().bytes());
    for (String name : List.of("out", "saved", "raw", "disc", "config", "kernel")) {
      places.put("$" + name, folder.resolve(name).toString());
    }
    places.put("$kernel", folder.resolve("web.elf").toString());
    places.put("$other", folder.resolve("o").toString());
    places.put("$fingerprint", "ab".repeat(32));
    write("config", "web", "web.elf", "");
    write("ended", "ended", "end.elf", "on_crash = 'preserve'\n");
  }

  private Path state() {
    return folder.resolve("s");
  }

  private void write(String file, String name, String image, String more) throws IOException {
    String disks = name.equals("web") ? disks() : "vfb = ['vnc=0']\n";
    Files.writeString(
        folder.resolve(file),
        "name = '"
            + name
            + "'\nmemory = 8\nkernel = '"
            + folder.resolve(image)
            + "'\n"
            + disks
            + more);
  }

  private String disks() {
    return "vif = ['']; vfb = ['vnc=0']\ndisk = ['"
        + folder.resolve("disk")
        + ",raw,xvda,w', '"
        + path("$disc")
        + ",,xvdc,cdrom']\n";
  }

  /** Has both domains as they were at first, and none besides; what failed changed nothing. */
  void fresh() throws IOException, InterruptedException {
    if (!changed) {
      assertEquals(3, domains().size());
      assertEquals("running", state("web"));
      return;
    }
    clear(daemon);
    clear(other);
    Files.deleteIfExists(path("$out"));
    for (String image : List.of("disk", "disc", "raw")) {
      Files.write(folder.resolve(image), new byte[1 << 20]);
    }
    does(List.of(List.of("create", "$config")));
    kernel.sayWhereTheListIs(daemon);
    does(List.of(List.of("create", folder.resolve("ended").toString())));
    while (!domains().path(2).has("end")) {
      Thread.sleep(2);
    }
    changed = false;
  }

  private static DaemonClient ask(Daemon whom) {
    String state = whom.addresses().get(0);
    return DaemonClient.find(StateFolder.of(Path.of(state).getParent())).orElseThrow();
  }

  private static void clear(Daemon whom) {
    try (DaemonClient client = ask(whom)) {
      for (JsonNode domain : client.call("list", Json.object())) {
        if (domain.path("domid").asInt() != 0) {
          client.call("destroy", Json.object().put("domain", domain.path("name").asText()));
        }
      }
      for (JsonNode snapshot : client.call("snapshot-list", Json.object())) {
        client.call("snapshot-remove", Json.object().put("name", snapshot.path("name").asText()));
      }
    }
  }

  /** All domains of the first daemon. */
  JsonNode domains() {
    return domains(daemon);
  }

  private static JsonNode domains(Daemon whom) {
    try (DaemonClient client = ask(whom)) {
      return client.call("list", Json.object());
    }
  }

  private static String state(Daemon whom, String name) {
    for (JsonNode domain : domains(whom)) {
      if (domain.path("name").asText().equals(name)) {
        String state = domain.path("state").asText();
        // Its turn comes.
        return state.equals("runnable") ? "running" : state;
      }
    }
    return "";
  }

  /** How a domain of the first daemon is; empty when it is not there. */
  String state(String name) {
    return state(daemon, name);
  }

  /** The number of a domain of the first daemon. */
  int number(String name) {
    for (JsonNode domain : domains()) {
      if (domain.path("name").asText().equals(name)) {
        return domain.path("domid").asInt();
      }
    }
    throw new AssertionError(name + " is not there");
  }

  /** Does something while the first daemon cannot write down what domains are. */
  void withoutRecords(Runnable work) throws IOException {
    Path records = state().resolve("domains");
    Path away = state().resolve("away");
    Files.move(records, away);
    try {
      work.run();
    } finally {
      Files.move(away, records);
    }
  }

  boolean has(String name) {
    return !state(name).isEmpty();
  }

  void awaitRunning(String name) throws InterruptedException {
    while (!state(name).equals("running")) {
      Thread.sleep(5);
    }
  }

  /** Waits until one daemon has it, where it runs. */
  void awaitOnePlace(String name) throws InterruptedException {
    while (state(daemon, name).equals("running") == state(other, name).equals("running")
        || !state(daemon, name).isEmpty() && !state(other, name).isEmpty()) {
      Thread.sleep(5);
    }
  }

  /** What a word with a dollar stands for. */
  Path path(String word) {
    return Path.of(places.get(word));
  }

  private String plain(String word) {
    String plain = word;
    for (Map.Entry<String, String> place : places.entrySet()) {
      plain = plain.replace(place.getKey(), place.getValue());
    }
    return plain;
  }

  /** Files that no verb can use, or, if any content is one, what is none. */
  List<String> badFiles(boolean anyContent) throws IOException {
    List<String> bad = new ArrayList<>(List.of("/nosuch/file", "/proc"));
    if (!anyContent) {
      bad.add(Files.write(folder.resolve("empty"), new byte[0]).toString());
      bad.add(Files.writeString(folder.resolve("garbage"), "{ \u0000\"'[[\n\u00ff").toString());
      for (String device : List.of("/proc/self/mem", "/dev/zero")) { // fails; has no end
        if (Files.exists(Path.of(device))) {
          bad.add(device);
        }
      }
    }
    return bad;
  }

  int zl(String... words) {
    return zl(List.of(words));
  }

  /** Runs a line at the first daemon. */
  int zl(List<String> line) {
    return in(state(), line);
  }

  /** Runs a line with another folder of state. */
  int in(Path state, List<String> line) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    int status = run(state, output, line);
    changed |= status == 0 && !line.contains("--help");
    out = output.toString(UTF_8);
    return status;
  }

  /** Runs a line that prints elsewhere. */
  int to(OutputStream output, List<String> line) {
    out = "";
    changed = true;
    return run(state(), output, line);
  }

  private int run(Path state, OutputStream output, List<String> line) {
    List<String> words = new ArrayList<>(line.stream().map(this::plain).toList());
    if (!line.get(0).equals("help") && Verbs.find(line.get(0)).options().hasOption("state")) {
      words.addAll(1, Arrays.asList("--state", state.toString()));
    }
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int status =
        new Zl(new PrintStream(output, true, UTF_8), new PrintStream(errors, true, UTF_8))
            .run(words.toArray(new String[0]));
    err = errors.toString(UTF_8);
    return status;
  }

  /** Runs lines that must succeed. */
  void does(List<List<String>> lines) {
    for (List<String> line : lines) {
      assertEquals(0, zl(line), line + ": " + err);
    }
  }

  /** Runs a line that must fail, with one line that says why. */
  void refuses(List<String> line) {
    assertNotEquals(0, zl(line), line + ": " + out);
    assertEquals(1, err.lines().count(), line + ": " + err);
    assertFalse(err.contains("xception") || err.contains("nternal error"), err);
    assertEquals("", out);
  }

  void refuses(int status, List<String> line) {
    refuses(line);
    assertEquals(status, zl(line), err);
  }

  String out() {
    return out;
  }

  String err() {
    return err;
  }

  /** Ends all. */
  void stop() throws InterruptedException {
    kernel.stop();
    daemon.close();
    other.close();
  }
}
