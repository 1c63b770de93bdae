package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl info}: what xl info says, as far as it has a meaning here. */
final class InfoVerb implements Verb {
  private static final Path KERNEL = Path.of("/proc/sys/kernel");
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  @Override
  public String name() {
    return "info";
  }

  @Override
  public String summary() {
    return "Show what runs guests here: host, engine, limits";
  }

  @Override
  public String arguments() {
    return "[--json]";
  }

  @Override
  public boolean takesArguments() {
    return false;
  }

  @Override
  public String details() {
    return """
        Memory is that of the daemon, in MiB; its lines are missing while none runs. It is not
        started for this.
        """;
  }

  @Override
  public Options options() {
    return DaemonOptions.options();
  }

  @Override
  public List<String> examples() {
    return List.of("zl info", "zl info --json");
  }

  /** What Linux says of itself; something like it on other hosts. */
  private static String kernel(String key, String otherwise) {
    try {
      return Files.readString(KERNEL.resolve(key)).strip();
    } catch (IOException e) {
      return otherwise;
    }
  }

  /** Of the host's first processor, where Linux says it. */
  private static OptionalDouble megahertz() {
    try (Stream<String> lines = Files.lines(PROCESSORS)) {
      return lines
          .filter(line -> line.startsWith("cpu MHz"))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
          .findFirst();
    } catch (IOException | UncheckedIOException | NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  private static void addHost(ObjectNode facts) {
    String arch = System.getProperty("os.arch");
    facts.put("host", kernel("hostname", "localhost"));
    facts.put("release", kernel("osrelease", System.getProperty("os.version")));
    facts.put("version", kernel("version", System.getProperty("os.name")));
    facts.put("machine", arch.equals("amd64") ? "x86_64" : arch);
  }

  private static void addMachine(ObjectNode facts, Optional<JsonNode> daemon) {
    int host = Runtime.getRuntime().availableProcessors();
    int processors = daemon.map(info -> info.path("nr_cpus").asInt()).orElse(host);
    facts.put("nr_cpus", processors);
    facts.put("max_cpu_id", processors - 1);
    facts.put("nr_nodes", 1);
    facts.put("cores_per_socket", processors);
    facts.put("threads_per_core", 1);
    megahertz().ifPresent(number -> facts.put("cpu_mhz", number));
    facts.put("virt_caps", "pv gnttab-v1 gnttab-v2");
    daemon.ifPresent(
        info -> {
          facts.set("total_memory", info.path("total_memory"));
          facts.set("free_memory", info.path("free_memory"));
        });
    facts.put("sharing_freed_memory", 0);
    facts.put("sharing_used_memory", 0);
    facts.put("outstanding_claims", 0);
    facts.put("free_cpus", 0);
  }

  private static void addXen(ObjectNode facts) {
    facts.put("xen_major", 4);
    facts.put("xen_minor", 17);
    facts.put("xen_extra", ".7");
    facts.put("xen_version", "4.17.7");
    facts.put("xen_caps", "xen-3.0-x86_64");
    facts.put("xen_scheduler", "credit");
    facts.put("xen_pagesize", 4096);
    facts.put("platform_params", "virt_start=0xffff800000000000");
    facts.put("xen_changeset", "");
    facts.put("xen_commandline", "");
    facts.put("cc_compiler", "javac");
    facts.put("xend_config_format", 4);
  }

  private static void addOwn(ObjectNode facts) {
    facts.put("zendo_version", VersionVerb.version());
    facts.put("java_version", Runtime.version().toString());
    Optional<String> obstacle = EngineChoice.DIRECT.obstacle();
    facts.put("engine", EngineChoice.AUTO.resolve().label());
    facts.put(
        "engine_reason",
        obstacle
            .map(why -> "auto; the direct engine does not run here")
            .orElse("auto; the host runs emitted code"));
    facts.put("engine_direct", obstacle.map(why -> "no: " + why).orElse("yes"));
    facts.put("min_memory_mib", DomainSpec.MIN_MEMORY_MIB);
    facts.put("max_memory_mib", DomainSpec.MAX_MEMORY_MIB);
    facts.put("max_vcpus", DomainSpec.MAX_VCPUS);
  }

  private static Optional<JsonNode> ask(CommandLine line) {
    Optional<DaemonClient> running = DaemonClient.find(DaemonOptions.folder(line));
    if (running.isEmpty()) {
      return Optional.empty();
    }
    try (DaemonClient client = running.get()) {
      return Optional.of(client.call("info", Json.object()));
    }
  }

  @Override
  public int run(CommandLine line, PrintStream out) {
    ObjectNode facts = Json.object();
    addHost(facts);
    addMachine(facts, ask(line));
    addXen(facts);
    addOwn(facts);
    if (line.hasOption("json")) {
      out.println(Json.pretty(facts));
      return ExitStatus.OK;
    }
    facts
        .fieldNames()
        .forEachRemaining(name -> out.printf("%-23s: %s%n", name, facts.path(name).asText()));
    return ExitStatus.OK;
  }
}
