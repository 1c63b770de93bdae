package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.builder.SchedulingSpec;
import dev.zendo.dom0.config.Bootloader;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.EndAction;
import dev.zendo.dom0.config.EndActions;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.device.DeviceSpec;
import java.util.List;
import java.util.UUID;

/**
 * Configurations in the words of libxl's JSON, as {@code xl list -l} and {@code xl create -n} print
 * them: {@code libxl_domain_config} of libxl_types.idl, in its order, without what has its usual
 * value.
 */
public final class LibxlConfig {
  /** libxl's INVALID_DOMID: no number was asked for. */
  private static final long NO_DOMID = 0xffff_ffffL;

  private LibxlConfig() {}

  /**
   * What a configuration would make of a domain that does not exist.
   *
   * @throws dev.zendo.dom0.ToolException when a device cannot be understood
   */
  public static ObjectNode planned(DomainConfig config) {
    UUID uuid = config.uuid() == null ? UUID.randomUUID() : config.uuid();
    ObjectNode answer = Json.object().putNull("domid");
    long kib = config.memoryMiB() << 10;
    answer.set(
        "config",
        config(
            config,
            config.name(),
            uuid,
            config.maxMemoryMiB() << 10,
            kib,
            SpecReader.devices(config, uuid)));
    return answer;
  }

  /**
   * What a domain is.
   *
   * @param targetKib what its balloon is asked to leave it
   */
  static ObjectNode of(ManagedDomain domain, long targetKib, List<DeviceSpec> devices) {
    ObjectNode answer = Json.object().put("domid", domain.id());
    DomainConfig config = domain.config();
    long most = config.maxMemoryMiB() << 10;
    answer.set("config", config(config, domain.name(), domain.uuid(), most, targetKib, devices));
    return answer;
  }

  /** The same of domain 0, which nobody configured: what xl says of its own. */
  static ObjectNode ofOwn(long maxKib, long kib) {
    ObjectNode answer = Json.object().put("domid", 0);
    ObjectNode config = answer.putObject("config");
    config.putObject("c_info").put("type", "pv").put("name", ControlDomain.NAME);
    ObjectNode build = config.putObject("b_info");
    build.put("max_memkb", maxKib).put("target_memkb", kib);
    share(build, SchedulingSpec.DEFAULT.weight(), SchedulingSpec.DEFAULT.cap());
    build.putObject("type.pv");
    build.putObject("arch_arm");
    build.putObject("arch_x86");
    return answer;
  }

  private static void share(ObjectNode build, int weight, int cap) {
    build.putObject("sched_params").put("sched", "credit").put("weight", weight).put("cap", cap);
  }

  private static ObjectNode config(
      DomainConfig config,
      String name,
      UUID uuid,
      long maxKib,
      long targetKib,
      List<DeviceSpec> devices) {
    ObjectNode json = Json.object();
    json.putObject("c_info")
        .put("type", "pv")
        .put("name", name)
        .put("domid", NO_DOMID)
        .put("uuid", uuid.toString())
        // No scripts are run here.
        .put("run_hotplug_scripts", "False");
    json.set("b_info", build(config, maxKib, targetKib));
    LibxlDevices.addTo(json, devices);
    actions(json, config.actions());
    return json;
  }

  private static ObjectNode build(DomainConfig config, long maxKib, long targetKib) {
    ObjectNode build = Json.object().put("max_vcpus", config.maxVcpus());
    ArrayNode online = build.putArray("avail_vcpus");
    for (int vcpu = 0; vcpu < config.vcpus(); vcpu++) {
      online.add(vcpu);
    }
    affinity(build, config);
    build.put("max_memkb", maxKib).put("target_memkb", targetKib).put("video_memkb", 0);
    share(build, config.weight(), config.cap());
    build.put("claim_mode", "True");
    boot(build, config);
    build.putObject("type.pv");
    build.putObject("arch_arm");
    build.putObject("arch_x86").put("msr_relaxed", "False");
    return build;
  }

  private static void affinity(ObjectNode build, DomainConfig config) {
    if (config.cpus().equals(List.of(SchedulingSpec.DEFAULT.processors()))) {
      return;
    }
    ArrayNode masks = build.putArray("vcpu_hard_affinity");
    for (int vcpu = 0; vcpu < config.maxVcpus(); vcpu++) {
      ArrayNode processors = masks.addArray();
      for (long bits = config.processors(vcpu); bits != 0; bits &= bits - 1) {
        processors.add(Long.numberOfTrailingZeros(bits));
      }
    }
  }

  private static void boot(ObjectNode build, DomainConfig config) {
    Bootloader loader = config.bootloader();
    put(build, "kernel", loader == null ? config.kernel() : loader.kernel());
    put(build, "cmdline", config.commandLine().isEmpty() ? null : config.commandLine());
    put(build, "ramdisk", loader == null ? config.ramdisk() : loader.ramdisk());
    if (loader != null) {
      build.put("bootloader", loader.program());
      if (!loader.arguments().isEmpty()) {
        loader.arguments().forEach(build.putArray("bootloader_args")::add);
      }
    }
  }

  private static void put(ObjectNode build, String key, Object value) {
    if (value != null) {
      build.put(key, value.toString());
    }
  }

  private static void actions(ObjectNode json, EndActions actions) {
    action(json, "on_poweroff", actions.poweroff());
    action(json, "on_reboot", actions.reboot());
    action(json, "on_watchdog", actions.watchdog());
    action(json, "on_crash", actions.crash());
    json.put("on_soft_reset", "soft_reset");
  }

  private static void action(ObjectNode json, String key, EndAction action) {
    if (action != EndAction.DESTROY) {
      json.put(key, action.label().replace('-', '_'));
    }
  }
}
