package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.WholeFile;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file for each domain that there is, so that a daemon which comes after a killed one can say
 * what was lost. Thread-safe.
 */
final class DomainRecords {
  private static final Logger LOG = LoggerFactory.getLogger(DomainRecords.class);

  private final Path folder;

  /**
   * What a file says.
   *
   * @param config of the domain, with its name and identity as they were at last
   * @param domid its number
   */
  record Lost(DomainConfig config, int domid) {}

  DomainRecords(Path folder) {
    this.folder = folder;
  }

  private Path file(UUID uuid) {
    return folder.resolve(uuid + ".json");
  }

  /** Writes what a domain is, all or nothing. */
  synchronized void write(ManagedDomain domain) {
    ObjectNode record = Json.object().put("domid", domain.id());
    record.set("config", domain.description());
    byte[] text = (Json.pretty(record) + "\n").getBytes(StandardCharsets.UTF_8);
    WholeFile.write(file(domain.uuid()), out -> out.write(text));
  }

  synchronized void remove(UUID uuid) {
    try {
      Files.deleteIfExists(file(uuid));
    } catch (IOException e) {
      LOG.warn("{} cannot be removed: {}", file(uuid), e.getMessage());
    }
  }

  /** Reads what an earlier daemon left, and removes it. */
  synchronized List<Lost> takeAll() {
    List<Lost> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
      for (Path file : files) {
        try {
          JsonNode record = Json.parse(Files.readString(file));
          Settings settings = Settings.ofJson(file.toString(), record.path("config"));
          all.add(new Lost(DomainConfig.of(settings), record.path("domid").asInt()));
        } catch (ToolException e) {
          LOG.warn("what is left of a domain cannot be read: {}", e.getMessage());
        }
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new ToolException(folder + ": cannot be read (" + IoReason.of(e) + ")", e);
    }
    return all;
  }
}
