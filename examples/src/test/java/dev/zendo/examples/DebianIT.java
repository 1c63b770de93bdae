package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.image.KernelImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An ordinary Debian installation, made by debootstrap, on disk images. */
class DebianIT {
  private static final Path TARGET = Path.of("debian/target");
  private static final long MEMORY_MIB = 512;
  private static final Duration LIMIT = Duration.ofMinutes(4);

  @TempDir private Path folder;

  @BeforeAll
  static void thereIsAnInstallation() {
    for (String file : new String[] {"disk.raw", "vmlinuz", "initrd.img"}) {
      assumeTrue(
          Files.exists(TARGET.resolve(file)),
          "no " + TARGET.resolve(file) + ": run make -C examples/debian (as root)");
    }
  }

  /** Runs a program of the host, which must succeed, and returns what it printed. */
  private static String host(Object... words) throws Exception {
    List<String> command = List.of(words).stream().map(Object::toString).toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), () -> command + " does not end");
    assertEquals(0, process.exitValue(), () -> command + ": " + output);
    return output;
  }

  private static DomainSpec spec(Path kernel, Path ramdisk, String commandLine, Path disk)
      throws Exception {
    DomainSpec spec =
        new DomainSpec(
            "debian",
            UUID.randomUUID(),
            KernelImage.read(kernel, MEMORY_MIB << 20),
            ramdisk,
            commandLine,
            MEMORY_MIB,
            1);
    String format = disk.toString().endsWith(".qcow2") ? "qcow2" : "raw";
    return spec.with(List.of(DiskSpec.parse(disk.toAbsolutePath() + "," + format + ",xvda,w")));
  }

  private static void useIt(DomainSpec spec) throws Exception {
    try (Machine machine = Machine.start(MEMORY_MIB, 1);
        Guest guest = machine.create(spec, ConsoleOutput.NONE)) {
      guest.start();
      DebianShell shell = DebianShell.login(guest);
      assertTrue(shell.run("apt-cache policy").contains("Package files:"));
      assertTrue(shell.run("findmnt -no SOURCE /").contains("/dev/xvda"));
      shell.run("dd if=/dev/urandom of=/root/data bs=1M count=20 conv=fsync status=none");
      shell.type("poweroff");
      assertEquals(GuestEnd.POWEROFF, guest.await(LIMIT), () -> guest.log().text());
      assertEquals(0, machine.internalErrors().size());
    }
  }

  private Path copy() throws Exception {
    Path disk = folder.resolve("disk.raw");
    host("cp", "--sparse=always", TARGET.resolve("disk.raw"), disk);
    return disk;
  }

  /** An image that holds only what is changed. */
  private Path thin() throws Exception {
    Path disk = folder.resolve("disk.qcow2");
    Path base = TARGET.resolve("disk.raw").toAbsolutePath();
    host("qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", disk);
    return disk;
  }

  @Test
  void bootsFromARawImage() throws Exception {
    Path disk = copy();
    useIt(
        spec(
            TARGET.resolve("vmlinuz"),
            TARGET.resolve("initrd.img"),
            "root=/dev/xvda ro console=hvc0",
            disk));
    host("e2fsck", "-fn", disk);
  }

  @Test
  void bootsFromAThinQcow2Image() throws Exception {
    Path disk = thin();
    useIt(
        spec(
            TARGET.resolve("vmlinuz"),
            TARGET.resolve("initrd.img"),
            "root=/dev/xvda ro console=hvc0",
            disk));
    host("qemu-img", "check", disk);
    Path raw = folder.resolve("check.raw");
    host("qemu-img", "convert", "-O", "raw", disk, raw);
    host("e2fsck", "-fn", raw);
  }

  /** Linux serves a disk from its own domain, as on Xen; ours only writes the keys. */
  @Test
  void aDriverDomainServesADisk() throws Exception {
    DomainSpec driver =
        spec(
            TARGET.resolve("vmlinuz"),
            TARGET.resolve("initrd.img"),
            "root=/dev/xvda ro console=hvc0",
            thin());
    Path block = Path.of("block/block.elf");
    DomainSpec user =
        new DomainSpec(
            "block", UUID.randomUUID(), KernelImage.read(block, 32 << 20), null, "write", 32, 1);
    try (Machine machine = Machine.start(MEMORY_MIB + 64, 2);
        Guest linux = machine.create(driver, ConsoleOutput.NONE);
        Guest guest = machine.create(user, ConsoleOutput.NONE)) {
      linux.start();
      DebianShell shell = DebianShell.login(linux);
      shell.run("modprobe xen-blkback");
      shell.run("truncate -s 32M /root/image");
      shell.run("losetup /dev/loop0 /root/image");
      DeviceSpec disk = DiskSpec.parse("/root/image,raw,xvda,w");
      Map<String, String> back = new TreeMap<>(disk.back());
      back.put("type", "phy");
      // What Xen's block script writes: major and minor number of the loop device.
      back.put("physical-device", "7:0");
      guest.attach(new DeviceSpec(disk.type(), disk.devid(), linux.id(), disk.front(), back));
      guest.start();
      assertEquals(GuestEnd.POWEROFF, guest.await(LIMIT), () -> guest.log().text());
      String output = guest.log().text();
      assertTrue(output.contains("65536 sectors of 512 bytes"), output);
      assertTrue(output.contains("as written"), output);
      shell.type("poweroff");
      assertEquals(GuestEnd.POWEROFF, linux.await(LIMIT), () -> linux.log().text());
      assertEquals(0, machine.internalErrors().size());
    }
  }

  @Test
  void grubLoadsTheKernelFromTheDisk() throws Exception {
    Path grub = TARGET.resolve("grub-xen.bin");
    assumeTrue(Files.exists(grub), "no " + grub + ": run make -C examples/debian grub");
    Path disk = copy();
    useIt(spec(grub, null, "", disk));
    host("e2fsck", "-fn", disk);
  }
}
