package dev.zendo.dom0.cli;

import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.net.Networks;
import dev.zendo.dom0.net.nat.NetworkSpec;
import dev.zendo.dom0.net.vif.VifSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** What the networks of a run give guests: the usual one has DHCP and the way out. */
final class NetworkOptions {
  private static final String NAME = "network";
  private static final String CAPTURE = "capture";
  private static final String TAP = "tap";

  private NetworkOptions() {}

  static Option option() {
    return RunOptions.value(
        null,
        NAME,
        "SPEC",
        "what a network gives guests, e.g. name=xenbr0,nat=yes,dhcp=yes,host-loopback=no,"
            + "hostfwd=tcp:127.0.0.1:2222-:22");
  }

  static Option captureOption() {
    return RunOptions.value(
        null, CAPTURE, "[NETWORK=]FILE", "write what passes a network to FILE as pcapng");
  }

  static Option tapOption() {
    return RunOptions.value(
        null, TAP, "[NETWORK=]IFNAME", "put a TAP interface of the host on a network");
  }

  /** What the options say that are more of the host's than of the network's. */
  record HostLinks(List<String> captures, List<String> taps) {
    void apply(Networks networks) {
      for (String text : captures) {
        networks.capture(network(text), Path.of(rest(text)));
      }
      for (String text : taps) {
        networks.tap(network(text), rest(text));
      }
    }

    private static String network(String text) {
      int equals = text.indexOf('=');
      return equals < 0 ? VifSpec.DEFAULT_BRIDGE : text.substring(0, equals);
    }

    private static String rest(String text) {
      return text.substring(text.indexOf('=') + 1);
    }
  }

  static HostLinks links(CommandLine line) {
    return new HostLinks(all(line, CAPTURE), all(line, TAP));
  }

  private static List<String> all(CommandLine line, String option) {
    return line.hasOption(option) ? List.of(line.getOptionValues(option)) : List.of();
  }

  static List<NetworkSpec> of(CommandLine line) {
    List<NetworkSpec> specs = new ArrayList<>();
    for (String text : texts(line)) {
      specs.add(NetworkSpec.parse(text, VifSpec.DEFAULT_BRIDGE));
    }
    return specs;
  }

  /** The descriptions as they were typed. */
  static List<String> texts(CommandLine line) {
    return all(line, NAME);
  }

  /** Those of a daemon: the usual one needs no description. */
  static List<NetworkSpec> ofDaemon(CommandLine line) {
    List<NetworkSpec> specs = of(line);
    if (!describesUsual(specs)) {
      specs.add(NetworkSpec.usual(VifSpec.DEFAULT_BRIDGE));
    }
    return specs;
  }

  private static boolean describesUsual(List<NetworkSpec> specs) {
    return specs.stream().anyMatch(spec -> spec.name().equals(VifSpec.DEFAULT_BRIDGE));
  }

  /** Makes the networks; the usual one needs no description when a card is connected to it. */
  static void apply(List<NetworkSpec> specs, List<DeviceSpec> devices, Networks networks) {
    specs.forEach(networks::configure);
    if (!describesUsual(specs) && devices.stream().anyMatch(NetworkOptions::usual)) {
      networks.configure(NetworkSpec.usual(VifSpec.DEFAULT_BRIDGE));
    }
  }

  private static boolean usual(DeviceSpec device) {
    return device.type().equals(VifSpec.TYPE)
        && VifSpec.DEFAULT_BRIDGE.equals(device.back().get("bridge"));
  }
}
