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
import dev.zendo.dom0.dump.CoreReader;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the daemon tells of domains: dumps, messages, counters. */
@Timeout(120)
class DaemonReportsTest {
  private static final int CRASH = 3;

  @TempDir private Path temp;
  private StateFolder folder;
  private Daemon daemon;
  private DaemonClient client;
  private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() {
    folder = StateFolder.of(temp.resolve("s"));
    daemon = new Daemon(folder, 128, 1, EngineChoice.INTERPRETER);
    daemon.events().listen(events::add);
    client = DaemonClient.find(folder).orElseThrow();
  }

  @AfterEach
  void stop() {
    client.close();
    daemon.close();
  }

  private void create(String name, TinyKernel kernel, Map<String, String> more) throws IOException {
    Path file = Files.write(temp.resolve(name + ".elf"), kernel.elf().bytes());
    ObjectNode config =
        Json.object().put("name", name).put("kernel", file.toString()).put("memory", 8);
    more.forEach(config::put);
    ObjectNode params = Json.object();
    params.set("config", config);
    client.call("create", params);
  }

  private String event(String kind) throws InterruptedException {
    JsonNode event = events.take();
    while (!event.path("event").asText().equals(kind)) {
      event = events.take();
    }
    return event.path("story").asText();
  }

  private List<String> messages(String domain) {
    List<String> texts = new ArrayList<>();
    client
        .call("dmesg", domain.isEmpty() ? Json.object() : Json.object().put("domain", domain))
        .forEach(message -> texts.add(message.path("text").asText()));
    return texts;
  }

  private String state(String name) {
    ObjectNode params = Json.object();
    params.putArray("domains").add(name);
    return client.call("list", params).path(0).path("state").asText();
  }

  @Test
  void aDomainIsDumpedAndRunsOn() throws Exception {
    create("web", TinyKernel.endless(), Map.of());
    Path file = temp.resolve("web.core");
    ObjectNode params = Json.object().put("domain", "web").put("file", file.toString());
    JsonNode answer = client.call("dump-core", params);
    assertEquals(Files.size(file), answer.path("bytes").asLong());
    assertEquals(8 << 8, new CoreReader(file).pages());
    while (!state("web").equals("running")) {
      Thread.sleep(2);
    }
    client.call("pause", Json.object().put("domain", "web"));
    client.call("dump-core", params);
    assertEquals("paused", state("web"));
    assertEquals(
        Kind.BAD_REQUEST,
        assertThrows(DaemonException.class, () -> client.call("dump-core", params.put("file", "x")))
            .kind());
  }

  @Test
  void crashesAreKeptWhereTheConfigurationSaysSo() throws Exception {
    create("bad", new TinyKernel().shutdown(CRASH), Map.of("on_crash", "coredump-destroy"));
    Path file = Path.of(event("dumped"));
    assertTrue(event("gone").startsWith("crashed"));
    assertEquals(folder.path().resolve("dump"), file.getParent());
    assertTrue(file.getFileName().toString().matches("bad-\\d{8}-\\d{6}\\.core"), file.toString());
    assertEquals(1, new CoreReader(file).vcpus());

    create("turns", new TinyKernel().shutdown(1), Map.of("on_reboot", "coredump-restart"));
    String first = event("dumped");
    assertFalse(first.equals(event("dumped")), "each end has a file of its own");
    client.call("destroy", Json.object().put("domain", "turns"));
  }

  @Test
  void aDumpThatFailsIsToldAndHarmsNothing() throws Exception {
    Files.writeString(folder.path().resolve("dump"), "in the way");
    create("bad", new TinyKernel().shutdown(CRASH), Map.of("on_crash", "coredump-destroy"));
    assertTrue(event("not-dumped").contains("cannot be written"));
    assertTrue(event("gone").startsWith("crashed"));
  }

  @Test
  void messagesTellWhatBecameOfADomain() throws Exception {
    create("bad", new TinyKernel().shutdown(CRASH), Map.of("on_crash", "preserve"));
    event("ended");
    while (!messages("bad").stream().anyMatch(text -> text.contains("backtrace"))) {
      Thread.sleep(2);
    }
    List<String> own = messages("bad");
    assertEquals("bad is built: 8 MiB, vcpus: 1", own.get(0));
    assertTrue(own.stream().anyMatch(text -> text.startsWith("bad crashed")), own.toString());
    assertEquals(own, messages("1"));
    JsonNode line = client.call("dmesg", Json.object()).path(0);
    assertEquals(1, line.path("domid").asInt());
    assertTrue(line.path("line").asText().matches("\\(XEN\\) \\[ *\\d+\\.\\d{6}] d1: bad is .*"));
    client.call("dmesg", Json.object().put("domain", "bad").put("clear", true));
    assertEquals(List.of(), messages("bad"));
    assertFalse(messages("").isEmpty());
    client.call("destroy", Json.object().put("domain", "bad"));
    assertTrue(messages("").contains("bad is destroyed: was destroyed"));
  }

  @Test
  void guestsThatTheHypervisorEndsHaveALineThatSaysWhy() throws Exception {
    // mov [0], rax without anything mapped or anyone to handle it: a triple fault
    create(
        "bad",
        new TinyKernel().put(0x48, 0xa3).putInt(0x7fff0000).putInt(0x7f),
        Map.of("on_crash", "destroy"));
    event("gone");
    assertTrue(
        messages("").stream().anyMatch(text -> text.startsWith("domain 1, vcpu 0, kernel mode: ")),
        messages("").toString());
  }

  @Test
  void countersNameDisksAndNetworks() throws Exception {
    Path disk = Files.write(temp.resolve("disk.img"), new byte[1 << 20]);
    create("web", TinyKernel.endless(), Map.of());
    ObjectNode attach = Json.object().put("domain", "web");
    attach.putArray("spec").add("format=raw").add("vdev=xvda").add("target=" + disk);
    client.call("block-attach", attach);
    client.call("network-attach", Json.object().put("domain", "web"));
    ObjectNode params = Json.object();
    params.putArray("domains").add("web");
    JsonNode stats = client.call("stats", params);
    JsonNode web = stats.path("domains").path(0);
    assertEquals("xvda", web.path("disks").path(0).path("dev").asText());
    assertEquals(0, web.path("disks").path(0).path("read_bytes").asLong(-1));
    assertEquals(0, web.path("networks").path(0).path("tx_bytes").asLong(-1));
    assertEquals(1, web.path("vcpu_ns").size());
    assertTrue(stats.path("memory_kib").asLong() > stats.path("free_kib").asLong());
    assertEquals(
        Kind.NO_DOMAIN,
        assertThrows(
                DaemonException.class,
                () -> {
                  params.putArray("domains").add("nosuch");
                  client.call("stats", params);
                })
            .kind());
  }

  private static String ask(String address, String request) throws IOException {
    SocketAddress at = MetricsAddress.parse(address);
    try (SocketChannel channel = SocketChannel.open(at)) {
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String metrics(String address) {
    return client.call("metrics", Json.object().put("address", address)).path("metrics").asText();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:0", "unix"})
  void metricsAreServed(String kind) throws Exception {
    create("a \"b\"", TinyKernel.endless(), Map.of());
    client.call("network-attach", Json.object().put("domain", "a \"b\""));
    String address = metrics(kind.equals("unix") ? "unix:" + temp.resolve("m.sock") : kind);
    String answer = ask(address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    int body = answer.indexOf("\r\n\r\n") + 4;
    assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
    assertTrue(
        answer.contains(
            "Content-Length: "
                + answer.substring(body).getBytes(StandardCharsets.UTF_8).length
                + "\r\n"));
    Map<String, Double> values = new PrometheusReader(answer.substring(body)).values;
    assertEquals(1, values.get("libvirt_up{}"));
    assertEquals(8 << 20, value(values, "libvirt_domain_info_memory_usage_bytes"));
    assertEquals(1, value(values, "libvirt_domain_info_virtual_cpus"));
    assertTrue(value(values, "libvirt_domain_info_cpu_time_seconds_total") >= 0);
    assertEquals(0, value(values, "libvirt_domain_interface_stats_receive_bytes_total"));
    assertTrue(value(values, "libvirt_domain_vcpu_time_seconds_total") >= 0);
  }

  private static double value(Map<String, Double> values, String name) {
    return values.entrySet().stream()
        .filter(each -> each.getKey().startsWith(name + "{"))
        .filter(each -> each.getKey().contains("domain=a \"b\","))
        .mapToDouble(Map.Entry::getValue)
        .findFirst()
        .orElse(Double.NaN);
  }

  @Test
  void otherRequestsAreRefused() throws Exception {
    String address = metrics("127.0.0.1:0");
    assertTrue(ask(address, "GET / HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 404 "));
    assertTrue(ask(address, "POST /metrics HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 405 "));
    assertTrue(ask(address, "\r\n\r\n").startsWith("HTTP/1.1 405 "));
    String head = ask(address, "HEAD /metrics?x HTTP/1.0\r\n\r\n");
    assertTrue(head.startsWith("HTTP/1.1 200 ") && head.endsWith("\r\n\r\n"), head);
    assertEquals("", ask(address, "x".repeat(8192)));
    assertTrue(ask(address, "GET /metrics HTTP/1.1\n\n").startsWith("HTTP/1.1 200 "));
  }

  @Test
  void metricsMoveAndTheirSocketsGo() throws Exception {
    Path first = temp.resolve("a.sock");
    Path second = temp.resolve("b.sock");
    metrics("unix:" + first);
    String address = metrics("unix:" + second);
    assertEquals(address, metrics(address));
    assertFalse(Files.exists(first));
    assertTrue(ask(address, "GET /metrics HTTP/1.1\r\n\r\n").contains("libvirt_up 1"));
    Path file = Files.writeString(temp.resolve("file"), "mine");
    assertThrows(DaemonException.class, () -> metrics("unix:" + file));
    assertEquals("mine", Files.readString(file));
    assertTrue(Files.exists(second), "the address before holds");
    daemon.close();
    assertFalse(Files.exists(second));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "unix:", "0.0.0.0:1", "10.0.0.1:80", "127.0.0.1", "127.0.0.1:70000", "x:1"})
  void metricsAreForThisHostOnly(String address) {
    assertThrows(ToolException.class, () -> MetricsAddress.parse(address));
  }

  @Test
  void labelsMayBeAnything() {
    MetricsText text = new MetricsText();
    text.family("a_total", "counter", "one\nline \\ only");
    String odd = "a\\b\"c\nd}e,f=\"{é";
    text.sample(Map.of("x", odd), 1.5);
    text.sample(Map.of("x", ""), 1e18);
    text.family("b", "gauge", "none");
    text.sample(Map.of(), -0.25);
    Map<String, Double> values = new PrometheusReader(text.toString()).values;
    assertEquals(Map.of("a_total{x=" + odd + "}", 1.5, "a_total{x=}", 1e18, "b{}", -0.25), values);
  }
}
