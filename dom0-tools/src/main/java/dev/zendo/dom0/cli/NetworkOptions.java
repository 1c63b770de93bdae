package dev.zendo.dom0.cli;

import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.net.Networks;
import dev.zendo.dom0.net.nat.NetworkSpec;
import dev.zendo.dom0.net.vif.VifSpec;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** What the networks of a run give guests: the usual one has DHCP and the way out. */
final class NetworkOptions {
  private static final String NAME = "network";

  private NetworkOptions() {}

  static Option option() {
    return RunOptions.value(
        null,
        NAME,
        "SPEC",
        "what a network gives guests, e.g. name=xenbr0,nat=yes,dhcp=yes,host-loopback=no,"
            + "hostfwd=tcp:127.0.0.1:2222-:22");
  }

  static List<NetworkSpec> of(CommandLine line) {
    List<NetworkSpec> specs = new ArrayList<>();
    if (line.hasOption(NAME)) {
      for (String text : line.getOptionValues(NAME)) {
        specs.add(NetworkSpec.parse(text, VifSpec.DEFAULT_BRIDGE));
      }
    }
    return specs;
  }

  /** Makes the networks; the usual one needs no description when a card is connected to it. */
  static void apply(List<NetworkSpec> specs, List<DeviceSpec> devices, Networks networks) {
    specs.forEach(networks::configure);
    boolean described = specs.stream().anyMatch(spec -> spec.name().equals(VifSpec.DEFAULT_BRIDGE));
    if (!described && devices.stream().anyMatch(NetworkOptions::usual)) {
      networks.configure(NetworkSpec.usual(VifSpec.DEFAULT_BRIDGE));
    }
  }

  private static boolean usual(DeviceSpec device) {
    return device.type().equals(VifSpec.TYPE)
        && VifSpec.DEFAULT_BRIDGE.equals(device.back().get("bridge"));
  }
}
