package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.dump.CoreDump;
import dev.zendo.dom0.dump.CoreFile;
import dev.zendo.dom0.dump.DomainImage;
import dev.zendo.dom0.dump.Dump;
import dev.zendo.dom0.dump.GdbDump;
import dev.zendo.dom0.dump.GuestPages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** Writes the memory of domains into files, when somebody asks or when they have crashed. */
final class DomainDumps {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Machine machine;
  private final Path folder;

  /**
   * For the domains of a machine.
   *
   * @param folder for dumps that nobody named; made when it is needed
   */
  DomainDumps(Machine machine, Path folder) {
    this.machine = machine;
    this.folder = folder;
  }

  void addTo(Map<String, Method> methods, DomainTable table) {
    methods.put(
        "dump-core",
        call -> {
          Path file = Path.of(call.string("file"));
          if (!file.isAbsolute()) {
            throw new DaemonException(
                DaemonException.Kind.BAD_REQUEST, "\"file\" is no absolute path");
          }
          boolean gdb = gdb(call.string("format", "xen"));
          ManagedDomain domain = table.find(call.string("domain"));
          return domain.still(guest -> write(domain, guest, file, gdb, Long.MAX_VALUE));
        });
  }

  private static boolean gdb(String format) {
    return switch (format) {
      case "xen" -> false;
      case "gdb" -> true;
      default ->
          throw new DaemonException(
              DaemonException.Kind.BAD_REQUEST, "there is no format " + format + "; xen or gdb");
    };
  }

  private ObjectNode write(ManagedDomain domain, Guest guest, Path file, boolean gdb, long room) {
    GuestPages pages = machine.pages(guest);
    DomainImage image = new DomainImage(machine.control(), guest.id(), guest.spec().vcpus(), pages);
    Dump dump = gdb ? new GdbDump(image) : new CoreDump(image);
    if (dump.size() > room) {
      throw new ToolException(
          file + ": needs " + (dump.size() >> 20) + " MiB, " + (room >> 20) + " MiB are free");
    }
    CoreFile.write(dump, file);
    return Json.object()
        .put("name", domain.name())
        .put("domid", guest.id())
        .put("file", file.toString())
        .put("bytes", dump.size())
        .put("pages", pages.count())
        .put("pages_left_out", pages.nameless())
        .put("vcpus", image.vcpus());
  }

  /**
   * Writes a dump into the daemon's folder, if there is room.
   *
   * @return the file
   */
  Path keep(ManagedDomain domain) {
    try {
      Files.createDirectories(folder);
      Path file = unused(domain.name() + "-" + TIME.format(Instant.now()));
      long room = Files.getFileStore(folder).getUsableSpace();
      domain.still(guest -> write(domain, guest, file, false, room));
      return file;
    } catch (IOException e) {
      throw new ToolException(folder + ": cannot be written (" + IoReason.of(e) + ")", e);
    }
  }

  private Path unused(String name) {
    Path file = folder.resolve(name + ".core");
    for (int i = 2; Files.exists(file); i++) {
      file = folder.resolve(name + "-" + i + ".core");
    }
    return file;
  }
}
