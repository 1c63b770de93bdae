package dev.zendo.dom0.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * What {@code zl} can do. A verb is made when it is asked for: all of them are some sixty classes,
 * and who types {@code zl list} waits for each that is loaded.
 */
final class Verbs {
  private static final List<String> FIRST =
      List.of("run", "create", "list", "console", "shutdown", "reboot");

  private static final List<String> LAST =
      List.of(
          "domid",
          "domname",
          "save",
          "restore",
          "clone",
          "migrate",
          "peers",
          "sched-credit2",
          "config-update",
          "capture",
          "events",
          "dmesg",
          "top",
          "daemon",
          "store",
          "screenshot",
          "profile",
          "conform",
          "completion",
          "info",
          "version");

  private Verbs() {}

  /** All verbs, in the order in which {@code zl help} shows them. */
  static List<Verb> all() {
    List<Verb> all = new ArrayList<>();
    FIRST.forEach(name -> all.add(find(name)));
    all.addAll(ActionVerb.all());
    all.addAll(TableVerb.all());
    all.addAll(DeviceVerb.all());
    LAST.forEach(name -> all.add(find(name)));
    return all;
  }

  /** The verb of a name; null when there is none. */
  static Verb find(String name) {
    return switch (name) {
      case "run" -> new RunVerb();
      case "create" -> new CreateVerb();
      case "list" -> new ListVerb();
      case "console" -> new ConsoleVerb();
      case "shutdown" -> new ShutdownVerb("shutdown", "Ask domains to end");
      case "reboot" -> new ShutdownVerb("reboot", "Ask domains to start again");
      case "domid" -> new NameVerb("domid", "domid", "Say the number of a domain");
      case "domname" -> new NameVerb("domname", "name", "Say the name of a domain");
      case "save" -> new SaveVerb();
      case "restore" -> new RestoreVerb();
      case "clone" -> new CloneVerb();
      case "migrate" -> new MigrateVerb();
      case "peers" -> new PeersVerb();
      case "sched-credit2" -> new SchedVerb();
      case "config-update" -> new ConfigUpdateVerb();
      case "capture" -> new CaptureVerb();
      case "events" -> new EventsVerb();
      case "dmesg" -> new DmesgVerb();
      case "top" -> new TopVerb();
      case "daemon" -> new DaemonVerb();
      case "store" -> new StoreVerb();
      case "screenshot" -> new ScreenshotVerb();
      case "profile" -> new ProfileVerb();
      case "conform" -> new ConformVerb();
      case "completion" -> new CompletionVerb();
      case "info" -> new InfoVerb();
      case "version" -> new VersionVerb();
      default -> inTables(name);
    };
  }

  private static Verb inTables(String name) {
    Verb verb = among(name, ActionVerb.all());
    if (verb == null) {
      verb = among(name, TableVerb.all());
    }
    return verb == null ? among(name, DeviceVerb.all()) : verb;
  }

  private static Verb among(String name, List<Verb> verbs) {
    for (Verb verb : verbs) {
      if (verb.name().equals(name)) {
        return verb;
      }
    }
    return null;
  }
}
