package dev.zendo.fuzz;

import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.console.ChannelSpec;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.display.VfbSpec;
import dev.zendo.dom0.net.vif.VifSpec;
import dev.zendo.dom0.ninep.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The devices of hostile guests, and of their well-behaved neighbours. */
final class HostileDevices {
  private HostileDevices() {}

  /**
   * What a well-behaved guest does.
   *
   * @param example folder of examples with it
   * @param done what it prints when all went well
   */
  record Work(String example, String commandLine, DeviceSpec device, String done) {}

  /** One device of each kind, for a hostile guest. */
  static List<DeviceSpec> targets(Path folder) throws IOException {
    List<DeviceSpec> devices = new ArrayList<>();
    Path shared = Files.createDirectories(folder.resolve("hostile/a/b"));
    Files.writeString(shared.resolve("file"), "content");
    devices.add(SharedFolder.parse("tag=h,path=" + folder.resolve("hostile")).device(0));
    devices.add(network("hostile", 6));
    devices.add(disk(folder, "hostile"));
    devices.addAll(VfbSpec.parse("vnc=0"));
    devices.add(ChannelSpec.parse("name=h,connection=pty", Path.of(""), 1));
    return devices;
  }

  /** The interface of a guest that is there all the time and answers pings at 10.0.0.1. */
  static DeviceSpec responder() {
    return network("neighbours", 1);
  }

  private static DeviceSpec network(String bridge, int number) {
    String spec = "bridge=" + bridge + ",mac=00:16:3e:00:00:0" + number;
    return VifSpec.parse(spec).device(new UUID(0, number), 0);
  }

  /** A disk of 1 MiB. */
  private static DeviceSpec disk(Path folder, String name) throws IOException {
    Path image = folder.resolve(name + ".img");
    Files.write(image, new byte[1 << 20]);
    return DiskSpec.parse("format=raw,vdev=xvda,access=rw,target=" + image);
  }

  /** One well-behaved guest for each kind of device. */
  static List<Work> neighbours(Path folder) throws IOException {
    Path shared = Files.createDirectories(folder.resolve("neighbour"));
    Files.writeString(shared.resolve("greeting"), "hello");
    return List.of(
        new Work(
            "file",
            "",
            SharedFolder.parse("tag=n,path=" + shared).device(0),
            "answer: written and read back"),
        new Work("block", "write", disk(folder, "neighbour"), "read back 2048 sectors: as written"),
        new Work(
            "ping",
            "address=10.0.0.2/24 peer=10.0.0.1",
            network("neighbours", 2),
            "3 of 3 answers from 10.0.0.1"));
  }
}
