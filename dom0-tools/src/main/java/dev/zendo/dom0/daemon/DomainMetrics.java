package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The counters of domains under the names that libvirt's exporter for Prometheus gives them; what
 * libvirt does not count begins with {@code zendo}. Thread-safe.
 */
final class DomainMetrics {
  private static final double NANO = 1e-9;
  private static final int KIB = 1024;

  private static final String COUNTER = "counter";
  private static final String GAUGE = "gauge";

  /**
   * A number that each domain, disk or network card has.
   *
   * @param key of it in the counters
   * @param unit what it is multiplied with
   */
  private record Family(String name, String type, String help, String key, double unit) {}

  private static final List<Family> MACHINE =
      List.of(
          gauge("zendo_memory_bytes", "Memory of the machine.", "memory_kib", KIB),
          gauge("zendo_memory_free_bytes", "Memory that nobody has.", "free_kib", KIB),
          gauge("zendo_processors", "Threads that run vcpus.", "processors", 1));

  private static final List<Family> DOMAIN =
      List.of(
          counter(
              "libvirt_domain_info_cpu_time_seconds_total",
              "Processor time of all vcpus.",
              "cpu_ns",
              NANO),
          gauge(
              "libvirt_domain_info_memory_usage_bytes",
              "Memory that the domain has.",
              "memory_kib",
              KIB),
          gauge(
              "libvirt_domain_info_maximum_memory_bytes",
              "Memory that the domain may have.",
              "maxmem_kib",
              KIB),
          gauge("libvirt_domain_info_virtual_cpus", "Vcpus that are up.", "vcpus", 1),
          gauge("zendo_domain_uptime_seconds", "Time since it was built.", "uptime_ns", NANO));

  private static final List<Family> DISK =
      List.of(
          block("read_bytes", "Bytes read.", "read_bytes"),
          block("read_requests", "Reads.", "reads"),
          block("write_bytes", "Bytes written.", "written_bytes"),
          block("write_requests", "Writes.", "writes"),
          block("flush_requests", "Flushes.", "flushes"));

  private static final List<Family> NETWORK =
      List.of(
          card("receive_bytes", "Bytes that the domain received.", "rx_bytes"),
          card("receive_packets", "Packets that the domain received.", "rx_packets"),
          card("receive_errors", "Packets lost to errors on the way in.", "rx_errors"),
          card("receive_drops", "Packets that the domain had no room for.", "rx_dropped"),
          card("transmit_bytes", "Bytes that the domain sent.", "tx_bytes"),
          card("transmit_packets", "Packets that the domain sent.", "tx_packets"),
          card("transmit_errors", "Packets lost to errors on the way out.", "tx_errors"));

  private final DomainCounters counters;

  DomainMetrics(DomainCounters counters) {
    this.counters = counters;
  }

  private static Family gauge(String name, String help, String key, double unit) {
    return new Family(name, GAUGE, help, key, unit);
  }

  private static Family counter(String name, String help, String key, double unit) {
    return new Family(name, COUNTER, help, key, unit);
  }

  private static Family block(String name, String help, String key) {
    return counter("libvirt_domain_block_stats_" + name + "_total", help, key, 1);
  }

  private static Family card(String name, String help, String key) {
    return counter("libvirt_domain_interface_stats_" + name + "_total", help, key, 1);
  }

  /** All numbers as they are now. */
  String text() {
    JsonNode now = counters.read(List.of());
    MetricsText out = new MetricsText();
    out.family("libvirt_up", GAUGE, "Whether the daemon answers.");
    out.sample(Map.of(), 1);
    for (Family family : MACHINE) {
      begin(out, family);
      out.sample(Map.of(), now.path(family.key).asDouble() * family.unit);
    }
    JsonNode domains = now.path("domains");
    for (Family family : DOMAIN) {
      begin(out, family);
      domains.forEach(domain -> sample(out, family, labels(domain), domain));
    }
    vcpus(out, domains);
    states(out, domains);
    devices(out, domains, DISK, "disks", Map.of("target_device", "dev", "source_file", "params"));
    devices(
        out, domains, NETWORK, "networks", Map.of("mac_address", "mac", "source_bridge", "bridge"));
    return out.toString();
  }

  private static void begin(MetricsText out, Family family) {
    out.family(family.name, family.type, family.help);
  }

  private static Map<String, String> labels(JsonNode domain) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("domain", domain.path("name").asText());
    labels.put("domid", domain.path("domid").asText());
    labels.put("uuid", domain.path("uuid").asText());
    return labels;
  }

  private static void sample(
      MetricsText out, Family family, Map<String, String> labels, JsonNode counters) {
    if (counters.has(family.key)) {
      out.sample(labels, counters.path(family.key).asDouble() * family.unit);
    }
  }

  private static void vcpus(MetricsText out, JsonNode domains) {
    out.family("libvirt_domain_vcpu_time_seconds_total", COUNTER, "Processor time of a vcpu.");
    for (JsonNode domain : domains) {
      JsonNode times = domain.path("vcpu_ns");
      for (int vcpu = 0; vcpu < times.size(); vcpu++) {
        Map<String, String> labels = labels(domain);
        labels.put("vcpu", Integer.toString(vcpu));
        out.sample(labels, times.path(vcpu).asLong() * NANO);
      }
    }
  }

  private static void states(MetricsText out, JsonNode domains) {
    out.family("zendo_domain_state", GAUGE, "1 for the state in which the domain is.");
    for (JsonNode domain : domains) {
      Map<String, String> labels = labels(domain);
      labels.put("state", domain.path("state").asText());
      out.sample(labels, 1);
    }
  }

  private static void devices(
      MetricsText out,
      JsonNode domains,
      List<Family> families,
      String kind,
      Map<String, String> names) {
    for (Family family : families) {
      begin(out, family);
      for (JsonNode domain : domains) {
        for (JsonNode device : domain.path(kind)) {
          Map<String, String> labels = labels(domain);
          labels.put("devid", device.path("devid").asText());
          new TreeMap<>(names)
              .forEach((label, key) -> labels.put(label, device.path(key).asText()));
          sample(out, family, labels, device);
        }
      }
    }
  }
}
