package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.migrate.DomainRestorer;
import dev.zendo.dom0.migrate.DomainSaver;
import dev.zendo.dom0.migrate.FileFormat;
import dev.zendo.dom0.migrate.Progress;
import dev.zendo.dom0.migrate.SavedFile;
import dev.zendo.dom0.migrate.SavedFileWriter;
import dev.zendo.dom0.migrate.Suspension;
import dev.zendo.dom0.migrate.stream.StreamException;
import dev.zendo.dom0.migrate.stream.StreamWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/** Domains into files and back. */
final class SaveMethods {
  /** How long a kernel may take to suspend, in milliseconds. */
  static final long PATIENCE = 60_000;

  private static final int STEP_PERCENT = 5;

  private final Machine machine;
  private final DomainTable table;
  private final PresentConfig present;

  SaveMethods(Machine machine, DomainTable table) {
    this.machine = machine;
    this.table = table;
    this.present = new PresentConfig(machine);
  }

  void addTo(Map<String, Method> methods) {
    methods.put("save", this::save);
    methods.put("restore", this::restore);
  }

  /** Tells the client now and then. */
  private static Progress progress(Call call) {
    long[] told = {-STEP_PERCENT};
    return (done, of) -> {
      long percent = of == 0 ? 100 : done * 100 / of;
      if (percent >= told[0] + STEP_PERCENT || done == of && percent != told[0]) {
        told[0] = percent;
        call.progress(Json.object().put("pages", done).put("of", of));
      }
    };
  }

  private static Path path(Call call) {
    return Path.of(call.string("file")).toAbsolutePath().normalize();
  }

  private JsonNode save(Call call) throws InterruptedException {
    ManagedDomain domain = table.find(call.string("domain"));
    domain.beginSaving();
    try {
      return save(call, domain, path(call));
    } finally {
      domain.endSaving();
    }
  }

  private JsonNode save(Call call, ManagedDomain domain, Path path) throws InterruptedException {
    boolean stays = call.flag("checkpoint") || call.flag("paused");
    ObjectNode answer = DomainMethods.identity(domain).put("file", path.toString());
    try (SavedFileWriter file = new SavedFileWriter(path, header(call, domain), format(call))) {
      Duration patience = Duration.ofMillis(call.number("milliseconds", PATIENCE));
      Suspension suspension = Suspension.of(machine.control(), domain.guest(), patience);
      boolean saved = false;
      try {
        call.progress(DomainMethods.identity(domain).put("suspended", true));
        StreamWriter stream = new StreamWriter(file.body());
        DomainSaver.save(machine.control(), domain.id(), stream, progress(call));
        table.keepDisks(domain);
        answer.put("bytes", file.commit());
        saved = true;
      } catch (StreamException e) {
        throw new DaemonException(Kind.REFUSED, path + ": " + e.getMessage());
      } finally {
        if (stays || !saved) {
          domain.goOn(suspension, saved && call.flag("paused"));
        }
      }
    }
    if (!stays) {
      table.destroy(domain, "was saved in " + path);
    }
    return answer;
  }

  private static FileFormat format(Call call) {
    String name = call.string("format", "zendo");
    for (FileFormat format : FileFormat.values()) {
      if (format.name().toLowerCase(Locale.ROOT).equals(name)) {
        return format;
      }
    }
    throw new DaemonException(
        Kind.REFUSED, "there is no format " + name + " of saved domains; use zendo or xl");
  }

  /** What the file says about the domain: what the client says it is, or what it is now. */
  private ObjectNode header(Call call, ManagedDomain domain) {
    ObjectNode header = Json.object().put("saved", Instant.now().toString());
    if (call.has("config")) {
      String source = call.string("source", "configuration");
      DomainConfig config = DomainConfig.of(Settings.ofJson(source, call.require("config")));
      header.set("config", config.json());
      header.set("libxl", LibxlConfig.planned(config).get("config"));
    } else {
      header.set("config", present.of(domain));
      header.set("libxl", present.libxl(domain).get("config"));
    }
    return header;
  }

  private JsonNode restore(Call call) {
    SavedFile file = SavedFile.open(path(call));
    JsonNode config = call.has("config") ? call.require("config") : file.config();
    Settings settings = Settings.ofJson(call.string("source", file.path().toString()), config);
    for (String typed : call.strings("settings")) {
      settings = settings.with(typed);
    }
    DomainRestorer source = new DomainRestorer(file::body, file.outline().pages(), progress(call));
    ManagedDomain domain;
    try {
      domain = table.create(DomainConfig.of(settings), source);
    } catch (StreamException e) {
      throw new DaemonException(Kind.REFUSED, file.path() + ": " + e.getMessage());
    }
    DomainMethods.start(call, domain);
    return DomainMethods.identity(domain).put("format", file.format());
  }
}
