package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.device.BackendBus;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.image.KernelImage;
import java.io.IOException;
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
    DebianIT.thereIsAnInstallation();
  }

  @AfterEach
  void stop() {
    if (machine != null) {
      machine.close();
      assertEquals(List.of(), machine.internalErrors());
      machine = null;
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
            "root=/dev/xvda ro console=hvc0 quiet init=/bin/bash"
                + " xen_blkfront.max_ring_page_order=2",
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
    return DebianIT.host("sha256sum", file.toString()).substring(0, 64);
  }

  private void awaitSize(String disk, long mib) throws Exception {
    String size = "/sys/block/" + disk + "/size";
    shell.run("until [ \"$(cat " + size + ")\" = " + (mib << 11) + " ]; do sleep 0.1; done");
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

  @Test
  void disksGrowWhileLinuxUsesThem() throws Exception {
    Path raw = image("disk");
    Path thin = folder.resolve("thin");
    DebianIT.host("qemu-img", "create", "-q", "-f", "qcow2", thin.toString(), DISK_MIB + "M");
    boot(1, "disk,raw,xvdb,w", "thin,qcow2,xvdc,w");
    for (String disk : new String[] {"xvdb", "xvdc"}) {
      awaitSize(disk, DISK_MIB);
      guest.disks().resize(disk, 2L * DISK_MIB << 20);
      awaitSize(disk, 2 * DISK_MIB);
      shell.run("dd if=/dev/xvda of=/dev/" + disk + " bs=1M count=32 conv=fsync status=none");
      assertThrows(ToolException.class, () -> guest.disks().resize(disk, DISK_MIB << 20));
    }
    String written = shell.run("head -c 32M /dev/xvda | sha256sum").substring(0, 64);
    assertEquals(written, sum(raw));
    assertTrue(guest.disks().detach("xvdc", false));
    DebianIT.host(
        "qemu-img", "convert", "-O", "raw", thin.toString(), folder.resolve("flat").toString());
    assertEquals(written, sum(folder.resolve("flat")));
  }

  @Test
  void disksAndMediaComeAndGo() throws Exception {
    Path first = image("first");
    Path second = image("second");
    boot(1, ",empty,xvdd,cdrom");
    awaitSize("xvdd", 0);
    for (Path medium : new Path[] {first, second, first}) {
      guest.disks().insert("xvdd", medium.toString(), "raw", folder);
      awaitSize("xvdd", DISK_MIB);
      assertTrue(shell.run("sha256sum /dev/xvdd").startsWith(sum(medium)));
      guest.disks().eject("xvdd");
      awaitSize("xvdd", 0);
    }
    for (Path disk : new Path[] {first, second}) {
      guest.disks().attach(disk + ",raw,xvde,w", folder);
      shell.run("until [ -b /dev/xvde ]; do sleep 0.1; done");
      assertTrue(shell.run("sha256sum /dev/xvde").startsWith(sum(disk)));
      assertTrue(guest.disks().detach("xvde", false));
      shell.run("until ! [ -e /sys/block/xvde ]; do sleep 0.1; done");
    }
  }

  @Test
  void queuesRingsAndLimits() throws Exception {
    image("disk");
    image("slow");
    image("rare");
    boot(
        2,
        "disk,raw,xvdb,w",
        "slow,raw,xvdc,w,bytes-per-second=1M",
        "rare,raw,xvdd,w,requests-per-second=20");
    assertEquals("0 1", shell.run("cd /sys/block/xvdb/mq && echo *; cd /"));
    assertEquals(2, metric("xvdb", "queues"));
    String front = DiskSpec.parse("x,raw,xvdb").of(guest.id()).frontend();
    assertEquals("2", machine.store().client().read(front + "/ring-page-order"));
    for (int vcpu = 0; vcpu < 2; vcpu++) {
      String copy = "dd if=/dev/xvda of=/dev/xvdb bs=4k count=500 oflag=direct status=none";
      shell.run("taskset -c " + vcpu + " " + copy);
    }
    // Limits are limits: no machine is too slow for these.
    assertLonger(2, "dd if=/dev/xvda of=/dev/xvdc bs=64k count=48 oflag=direct status=none");
    assertLonger(2, "dd if=/dev/xvdd of=/dev/null bs=4k count=60 iflag=direct status=none");
  }

  private void assertLonger(int seconds, String command) throws Exception {
    long start = System.nanoTime();
    shell.run(command);
    long took = System.nanoTime() - start;
    assertTrue(took >= seconds * 1_000_000_000L, () -> command + " took " + took + " ns");
  }

  @Test
  void aDeviceOfTheHost() throws Exception {
    Path image = image("disk");
    String loop = "";
    try {
      loop = DebianIT.host("losetup", "-f", "--show", image).strip();
    } catch (IOException | AssertionError e) {
      assumeTrue(false, "no loop device to be had: " + e.getMessage());
    }
    try {
      boot(1, "phy:" + loop + ",,xvdb,w");
      awaitSize("xvdb", DISK_MIB);
      assertTrue(shell.run("sha256sum /dev/xvdb").startsWith(sum(image)));
      shell.run("dd if=/dev/xvda of=/dev/xvdb bs=1M count=16 conv=fsync status=none");
      String written = shell.run("sha256sum /dev/xvdb").substring(0, 64);
      assertTrue(guest.disks().detach("xvdb", false));
      assertEquals(written, sum(image));
    } finally {
      stop();
      DebianIT.host("losetup", "-d", loop);
    }
  }
}
