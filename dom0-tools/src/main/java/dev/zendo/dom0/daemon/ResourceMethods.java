package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.SchedulingSpec;
import dev.zendo.dom0.control.VcpuControl;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.hypercalls.domctl.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What domains have of memory and processors, and how that is changed. */
final class ResourceMethods {
  /** Triggers by the names of xl; a PV guest knows the first alone. */
  private static final Map<String, Integer> TRIGGERS =
      Map.of(
          "nmi", Trigger.NMI,
          "reset", Trigger.RESET,
          "init", Trigger.INIT,
          "power", Trigger.POWER,
          "sleep", Trigger.SLEEP);

  private final Machine machine;
  private final DomainTable table;

  ResourceMethods(Machine machine, DomainTable table) {
    this.machine = machine;
    this.table = table;
  }

  void addTo(Map<String, Method> methods) {
    methods.put("mem-set", this::memory);
    methods.put("mem-max", this::maxMemory);
    methods.put("vcpu-list", this::vcpus);
    methods.put("vcpu-set", this::setVcpus);
    methods.put("vcpu-pin", this::pin);
    methods.put("sched-credit2", this::share);
    methods.put("trigger", this::trigger);
  }

  private ManagedDomain alive(Call call) {
    return table.alive(call.string("domain"));
  }

  private JsonNode memory(Call call) {
    ManagedDomain domain = alive(call);
    domain.guest().requests().memoryTarget(call.number("kib"));
    return Json.object().put("kib", call.number("kib"));
  }

  private JsonNode maxMemory(Call call) {
    ManagedDomain domain = alive(call);
    long kib = call.number("kib");
    long most = domain.guest().spec().maxMemoryMiB() << 10;
    if (kib < 1 || kib > most) {
      throw new DaemonException(
          Kind.REFUSED,
          domain.name() + " can have at most " + most + " KiB, its maxmem, not " + kib);
    }
    domain.guest().requests().memoryLimit(kib);
    return Json.object().put("kib", kib);
  }

  private JsonNode vcpus(Call call) {
    List<String> names = call.strings("domains");
    List<ManagedDomain> domains = new ArrayList<>();
    if (names.isEmpty()) {
      domains.addAll(table.all());
    } else {
      names.forEach(name -> domains.add(table.find(name)));
    }
    ArrayNode list = Json.array();
    for (ManagedDomain domain : domains) {
      int count = domain.guest().spec().vcpus();
      for (int vcpu = 0; vcpu < count && domain.end() == null; vcpu++) {
        list.add(vcpu(domain, vcpu));
      }
    }
    return list;
  }

  private ObjectNode vcpu(ManagedDomain domain, int vcpu) {
    VcpuControl control = machine.control().vcpus();
    VcpuControl.Info info = control.info(domain.id(), vcpu);
    String state =
        info.running() ? "running" : info.blocked() ? "blocked" : info.online() ? "paused" : "off";
    return Json.object()
        .put("name", domain.name())
        .put("domid", domain.id())
        .put("vcpu", vcpu)
        .put("cpu", info.processor())
        .put("state", state)
        .put("online", info.online())
        .put("cpu_ns", info.cpuNanos())
        .put("hard", list(control.affinity(domain.id(), vcpu, true)))
        .put("soft", list(control.affinity(domain.id(), vcpu, false)));
  }

  /** Processors as xl writes them: {@code all}, or numbers and ranges. */
  private String list(long bits) {
    int count = machine.processors();
    long there = -1L >>> Long.SIZE - count;
    if ((bits & there) == there) {
      return "all";
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      if ((bits >>> i & 1) == 0) {
        continue;
      }
      int first = i;
      while (i + 1 < count && (bits >>> i + 1 & 1) != 0) {
        i++;
      }
      text.append(text.length() == 0 ? "" : ",").append(first);
      if (i > first) {
        text.append('-').append(i);
      }
    }
    return text.toString();
  }

  private JsonNode setVcpus(Call call) {
    alive(call).guest().requests().onlineVcpus(call.small("vcpus"));
    return Json.object().put("vcpus", call.small("vcpus"));
  }

  private JsonNode pin(Call call) {
    ManagedDomain domain = alive(call);
    int count = domain.guest().spec().vcpus();
    boolean all = call.string("vcpu").equals("all");
    int first = all ? 0 : number(call.string("vcpu"), count);
    int last = all ? count - 1 : first;
    for (int vcpu = first; vcpu <= last; vcpu++) {
      pin(domain, vcpu, true, call.string("hard", "-"));
      pin(domain, vcpu, false, call.string("soft", "-"));
    }
    return Json.object();
  }

  private static int number(String vcpu, int count) {
    if (vcpu.matches("[0-9]{1,4}") && Integer.parseInt(vcpu) < count) {
      return Integer.parseInt(vcpu);
    }
    throw new DaemonException(
        Kind.REFUSED, "there is no vcpu " + vcpu + "; use 0 to " + (count - 1) + " or all");
  }

  /** As xl: a dash leaves it as it is. */
  private void pin(ManagedDomain domain, int vcpu, boolean hard, String processors) {
    if (!processors.equals("-")) {
      long bits = SchedulingSpec.processors(processors);
      new SchedulingSpec(1, 0, bits).checkFor(machine.processors());
      machine.control().vcpus().affinity(domain.id(), vcpu, hard, bits);
    }
  }

  private JsonNode share(Call call) {
    List<ManagedDomain> domains = call.has("domain") ? List.of(alive(call)) : table.all();
    ArrayNode list = Json.array();
    for (ManagedDomain domain : domains) {
      VcpuControl.Share share = machine.control().vcpus().share(domain.id());
      if (call.has("weight") || call.has("cap")) {
        share =
            new VcpuControl.Share(
                within(call, "weight", share.weight(), 1, SchedulingSpec.MAX_WEIGHT),
                within(call, "cap", share.cap(), 0, SchedulingSpec.MAX_CAP));
        machine.control().vcpus().share(domain.id(), share.weight(), share.cap());
      }
      list.add(
          Json.object()
              .put("name", domain.name())
              .put("domid", domain.id())
              .put("weight", share.weight())
              .put("cap", share.cap()));
    }
    return list;
  }

  private static int within(Call call, String name, int otherwise, int least, int most) {
    long value = call.number(name, otherwise);
    if (value < least || value > most) {
      throw new DaemonException(
          Kind.REFUSED, name + " " + value + " is not between " + least + " and " + most);
    }
    return (int) value;
  }

  private JsonNode trigger(Call call) {
    ManagedDomain domain = alive(call);
    String name = call.string("trigger").toLowerCase(Locale.ROOT);
    int vcpu = (int) call.number("vcpu", 0);
    if (!TRIGGERS.containsKey(name)) {
      throw new DaemonException(
          Kind.REFUSED, "there is no trigger " + name + "; a PV guest can be sent nmi");
    }
    if (TRIGGERS.get(name) != Trigger.NMI) {
      throw new DaemonException(
          Kind.REFUSED,
          "a PV guest has no " + name + "; send nmi, or use zl shutdown or zl reboot");
    }
    number(Integer.toString(vcpu), domain.guest().spec().vcpus());
    machine.control().vcpus().trigger(domain.id(), vcpu, Trigger.NMI);
    return Json.object();
  }
}
