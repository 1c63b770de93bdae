package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.WholeFile;
import dev.zendo.dom0.control.DomainControl;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.display.Display;
import java.nio.file.Path;
import java.util.Map;

/** What the machine and its domains are and look like; nothing is changed. */
final class DescriptionMethods {
  private static final int KIB_PER_FRAME = 4;

  private final Machine machine;
  private final long memoryMiB;
  private final DomainTable table;
  private final PresentConfig present;

  DescriptionMethods(Machine machine, long memoryMiB, DomainTable table) {
    this.machine = machine;
    this.memoryMiB = memoryMiB;
    this.table = table;
    this.present = new PresentConfig(machine);
  }

  void addTo(Map<String, Method> methods) {
    methods.put("describe", this::describe);
    methods.put("info", call -> info());
    methods.put("screenshot", this::screenshot);
  }

  /** A domain as libxl has it. */
  private JsonNode describe(Call call) {
    String name = call.string("domain");
    if (DomainTable.isOwn(name)) {
      DomainControl.Info own = machine.control().domains().info(0);
      return LibxlConfig.ofOwn(own.maxPages() * KIB_PER_FRAME, own.pages() * KIB_PER_FRAME);
    }
    return present.libxl(table.find(name));
  }

  private JsonNode info() {
    return Json.object()
        .put("nr_cpus", machine.processors())
        .put("total_memory", memoryMiB)
        .put("free_memory", machine.freeFrames() * KIB_PER_FRAME >> 10)
        .put("domains", table.all().size() + 1);
  }

  /** Saves what a screen shows. */
  private JsonNode screenshot(Call call) {
    ManagedDomain domain = table.find(call.string("domain"));
    Display display =
        machine
            .displays()
            .of(domain.id())
            .orElseThrow(
                () ->
                    new DaemonException(
                        Kind.WRONG_STATE,
                        domain.name() + " has no screen; give it one with vfb = [ 'vnc=1' ]"));
    Path file = Path.of(call.string("file"));
    WholeFile.write(file, display.screen().picture()::writePng);
    return Json.object().put("file", file.toString());
  }
}
