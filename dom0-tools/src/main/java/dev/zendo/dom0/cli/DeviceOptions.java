package dev.zendo.dom0.cli;

import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.display.VfbSpec;
import dev.zendo.dom0.ninep.SharedFolder;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** The options that give a guest devices; each may be repeated, and stand in guest.json. */
final class DeviceOptions {
  /** Their names, which are also the keys of guest.json. */
  static final List<String> NAMES = List.of("vfb", "share");

  private DeviceOptions() {}

  static Options add(Options options) {
    return options
        .addOption(
            RunOptions.value(
                null,
                "vfb",
                "SPEC",
                "a screen and keyboard as in xl's vfb, e.g. vnc=1,vncdisplay=3"))
        .addOption(
            RunOptions.value(
                null, "share", "SPEC", "a folder as in xl's p9, tag=T,path=DIRECTORY[,access=ro]"));
  }

  /** What the options ask for, or what guest.json does where an option is not given. */
  static List<DeviceSpec> of(CommandLine line, GuestFile defaults) {
    List<DeviceSpec> devices = new ArrayList<>();
    for (String text : values(line, defaults, "vfb")) {
      devices.addAll(VfbSpec.parse(text));
    }
    int share = 0;
    for (String text : values(line, defaults, "share")) {
      devices.add(SharedFolder.parse(text).device(share++));
    }
    return devices;
  }

  private static List<String> values(CommandLine line, GuestFile defaults, String name) {
    return line.hasOption(name) ? List.of(line.getOptionValues(name)) : defaults.all(name);
  }
}
