package dev.zendo.dom0.cli;

import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.console.ChannelSpec;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.display.VfbSpec;
import dev.zendo.dom0.net.vif.VifSpec;
import dev.zendo.dom0.ninep.SharedFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** The options that give a guest devices; each may be repeated, and stand in guest.json. */
final class DeviceOptions {
  /**
   * One of them.
   *
   * @param name also the key of guest.json
   * @param help for the list of options
   * @param parser what it makes of a value
   */
  private record Kind(String name, String help, Parser parser) {}

  /** Makes devices of what the user wrote. */
  private interface Parser {
    List<DeviceSpec> parse(String text, int index);
  }

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              "net",
              "a network card as in xl's vif, e.g. bridge=xenbr0,rate=10Mb/s",
              (text, index) -> List.of(VifSpec.parse(text).device(index))),
          new Kind(
              "disk",
              "a disk as in xl's disk, e.g. debian.qcow2,qcow2,xvda,rw",
              (text, index) -> List.of(DiskSpec.parse(text))),
          new Kind(
              "share",
              "a folder as in xl's p9, tag=T,path=DIRECTORY[,access=ro]",
              (text, index) -> List.of(SharedFolder.parse(text).device(index))),
          new Kind(
              "channel",
              "one more console, name=N,connection=pty or ...=socket,path=P",
              (text, index) -> List.of(ChannelSpec.parse(text, Path.of(""), index + 1))),
          new Kind(
              "vfb",
              "a screen and keyboard as in xl's vfb, e.g. vnc=1,vncdisplay=3",
              (text, index) -> VfbSpec.parse(text)));

  /** The keys of guest.json. */
  static final List<String> NAMES = KINDS.stream().map(Kind::name).toList();

  private DeviceOptions() {}

  static Options add(Options options) {
    for (Kind kind : KINDS) {
      options.addOption(RunOptions.value(null, kind.name, "SPEC", kind.help));
    }
    return options;
  }

  /** What the options ask for, or what guest.json does where an option is not given. */
  static List<DeviceSpec> of(CommandLine line, GuestFile defaults) {
    List<DeviceSpec> devices = new ArrayList<>();
    for (Kind kind : KINDS) {
      List<String> texts =
          line.hasOption(kind.name)
              ? List.of(line.getOptionValues(kind.name))
              : defaults.all(kind.name);
      for (int i = 0; i < texts.size(); i++) {
        devices.addAll(kind.parser.parse(texts.get(i), i));
      }
    }
    return devices;
  }
}
