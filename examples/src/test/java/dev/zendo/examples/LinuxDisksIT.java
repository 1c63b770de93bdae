package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.device.BackendBus;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.image.KernelImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks as the frontend of Debian's Linux uses them; the first process is a shell. */
class LinuxDisksIT {
  private static final Path TARGET = Path.of("debian/target");
  private static final long MEMORY_MIB = 256;
  private static final int DISK_MIB = 16;

  @TempDir private Path folder;
  private Machine machine;
  private Guest guest;
  private DebianShell shell;

  @BeforeAll
  static void thereIsAnInstallation() {
    for (String file : new String[] {"disk.raw", "vmlinuz", "initrd.img"}) {
      assumeTrue(
          Files.exists(TARGET.resolve(file)),
          "no " + TARGET.resolve(file) + ": run make -C examples/debian (as root)");
    }
  }

  @AfterEach
  void stop() {
    if (machine != null) {
      machine.close();
      assertEquals(List.of(), machine.internalErrors());
    }
  }

  /** An image with noise. */
  private Path image(String name) throws IOException {
    byte[] bytes = new byte[DISK_MIB << 20];
    new Random(name.hashCode()).nextBytes(bytes);
    return Files.write(folder.resolve(name), bytes);
  }

  private void boot(int vcpus, String... disks) throws Exception {
    List<DeviceSpec> devices = new ArrayList<>();
    devices.add(DiskSpec.parse(TARGET.resolve("disk.raw") + ",raw,xvda,r"));
    for (String disk : disks) {
      devices.add(DiskSpec.parse(disk, folder));
    }
    DomainSpec spec =
        new DomainSpec(
            "disks",
            UUID.randomUUID(),
            KernelImage.read(TARGET.resolve("vmlinuz"), MEMORY_MIB << 20),
            TARGET.resolve("initrd.img"),
            "root=/dev/xvda ro console=hvc0 quiet init=/bin/bash",
            MEMORY_MIB,
            vcpus);
    machine = Machine.start(MEMORY_MIB, 2);
    guest = machine.create(spec.with(devices), ConsoleOutput.NONE);
    guest.start();
    shell = DebianShell.first(guest);
  }

  /** What the back end of a disk says about itself. */
  private Object metric(String vdev, String name) {
    int devid = DiskSpec.parse("x,raw," + vdev).devid();
    return machine.devices().devices().stream()
        .filter(status -> status.path().devid() == devid)
        .map(BackendBus.Status::metrics)
        .findFirst()
        .orElseThrow()
        .get(name);
  }

  private static String sum(Path file) throws Exception {
    Process process = new ProcessBuilder("sha256sum", file.toString()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertEquals(0, process.waitFor());
    return output.substring(0, 64);
  }

  @Test
  void grantsPersist() throws Exception {
    Path image = image("disk");
    boot(1, "disk,raw,xvdb,w,persistent", "format=raw,vdev=xvdc,target=" + image("other"));
    assertTrue(shell.run("dmesg").contains("persistent grants: enabled"));
    assertTrue(shell.run("sha256sum /dev/xvdb").startsWith(sum(image)));
    shell.run("dd if=/dev/xvdc of=/dev/xvdb bs=64k oflag=direct conv=fsync status=none");
    assertEquals(sum(folder.resolve("other")), sum(image));
    int mapped = (int) metric("xvdb", "mapped");
    assertTrue(mapped > 0 && mapped <= 1056, mapped + " pages");
    assertEquals(0, metric("xvdc", "mapped"));
  }
}
