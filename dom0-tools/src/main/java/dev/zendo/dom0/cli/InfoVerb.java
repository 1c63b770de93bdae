package dev.zendo.dom0.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.builder.DomainSpec;
import java.io.PrintStream;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl info}: what xl info says, as far as it has a meaning here. */
final class InfoVerb implements Verb {
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
  public Options options() {
    return new Options().addOption(null, "json", false, "print JSON");
  }

  @Override
  public List<String> examples() {
    return List.of("zl info", "zl info --json");
  }

  private static Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("host", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("machine", System.getProperty("os.arch"));
    facts.put("nr_cpus", Runtime.getRuntime().availableProcessors());
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
    facts.put("xen_major", 4);
    facts.put("xen_minor", 17);
    facts.put("xen_version", "4.17");
    facts.put("xen_caps", "xen-3.0-x86_64");
    facts.put("xen_pagesize", 4096);
    facts.put("platform_params", "virt_start=0xffff800000000000");
    facts.put("virt_caps", "pv");
    facts.put("min_memory_mib", DomainSpec.MIN_MEMORY_MIB);
    facts.put("max_memory_mib", DomainSpec.MAX_MEMORY_MIB);
    facts.put("max_vcpus", DomainSpec.MAX_VCPUS);
    return facts;
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws Exception {
    if (line.hasOption("json")) {
      StringWriter text = new StringWriter();
      try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
        json.useDefaultPrettyPrinter();
        json.writeStartObject();
        for (Map.Entry<String, Object> fact : facts().entrySet()) {
          json.writeFieldName(fact.getKey());
          if (fact.getValue() instanceof Number number) {
            json.writeNumber(number.longValue());
          } else {
            json.writeString(fact.getValue().toString());
          }
        }
        json.writeEndObject();
      }
      out.println(text);
    } else {
      facts().forEach((name, value) -> out.printf("%-23s: %s%n", name, value));
    }
    return ExitStatus.OK;
  }
}
