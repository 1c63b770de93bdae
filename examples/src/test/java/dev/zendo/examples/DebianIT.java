package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import dev.zendo.dom0.net.nat.NetworkSpec;
import dev.zendo.dom0.net.vif.VifSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An ordinary Debian installation, made by debootstrap, on disk images. */
class DebianIT {
  private static final Path TARGET = Path.of("debian/target");
  private static final long MEMORY_MIB = 512;
  private static final Duration LIMIT = Duration.ofMinutes(4);

  @TempDir private Path folder;

  /** The installation on a disk of its own, which is gone afterwards. */
  private static DomainSpec installed(Path folder, String name) throws Exception {
    return spec(
        TARGET.resolve("vmlinuz"),
        TARGET.resolve("initrd.img"),
        "root=/dev/xvda ro console=hvc0",
        thin(folder, name));
  }

  /** The same with Debian's other kernel, which has more drivers. */
  static DomainSpec installedWithAllDrivers(Path folder, String name) throws Exception {
    Path raw = TARGET.resolve("disk.raw").toAbsolutePath();
    Matcher release =
        Pattern.compile("vmlinuz-([0-9.]+-[0-9]+-amd64)/")
            .matcher(host("debugfs", "-R", "ls -p /boot", raw));
    assumeTrue(release.find(), "the installation has no such kernel");
    Path kernel = folder.resolve("vmlinuz");
    Path ramdisk = folder.resolve("initrd.img");
    host("debugfs", "-R", "dump /boot/vmlinuz-" + release.group(1) + " " + kernel, raw);
    host("debugfs", "-R", "dump /boot/initrd.img-" + release.group(1) + " " + ramdisk, raw);
    return spec(kernel, ramdisk, "root=/dev/xvda ro console=hvc0", thin(folder, name));
  }

  @BeforeAll
  static void thereIsAnInstallation() {
    for (String file : new String[] {"disk.raw", "vmlinuz", "initrd.img"}) {
      assumeTrue(
          Files.exists(TARGET.resolve(file)),
          "no " + TARGET.resolve(file) + ": run make -C examples/debian (as root)");
    }
  }

  /** Runs a program of the host, which must succeed, and returns what it printed. */
  static String host(Object... words) throws Exception {
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
    return thin("disk.qcow2");
  }

  private Path thin(String name) throws Exception {
    return thin(folder, name);
  }

  static Path thin(Path folder, String name) throws Exception {
    Path disk = folder.resolve(name);
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

  private DomainSpec networked(String name) throws Exception {
    DomainSpec spec = installed(folder, name);
    List<DeviceSpec> devices = new ArrayList<>(spec.devices());
    devices.add(VifSpec.parse("").device(spec.uuid(), 0));
    return spec.with(devices);
  }

  private static String address(DebianShell shell) throws InterruptedException {
    shell.run("until ip -4 -o addr show scope global | grep -q inet; do sleep 1; done");
    String line = shell.run("ip -4 -o addr show scope global");
    Matcher address = Pattern.compile("inet ([0-9.]+)/24").matcher(line);
    assertTrue(address.find(), line);
    return address.group(1);
  }

  @Test
  void twoGuestsTalkToEachOtherAndToTheHost() throws Exception {
    try (Machine machine = Machine.start(2 * MEMORY_MIB, 2)) {
      machine.networks().configure(NetworkSpec.parse("host-loopback=yes", VifSpec.DEFAULT_BRIDGE));
      try (Guest first = machine.create(networked("first.qcow2"), ConsoleOutput.NONE);
          Guest second = machine.create(networked("second.qcow2"), ConsoleOutput.NONE)) {
        first.start();
        second.start();
        talk(DebianShell.login(first), DebianShell.login(second));
        for (Guest guest : new Guest[] {first, second}) {
          guest.type("poweroff\n");
          assertEquals(GuestEnd.POWEROFF, guest.await(LIMIT), () -> guest.log().text());
        }
      }
      assertEquals(0, machine.internalErrors().size());
    }
  }

  private static void talk(DebianShell first, DebianShell second) throws Exception {
    String here = address(first);
    String there = address(second);
    assertNotEquals(here, there);
    assertTrue(first.run("ping -c 3 " + there).contains(" 0% packet loss"));
    second.run("{ nc -l 5001 > /root/data; touch /root/done; } & sleep 1");
    first.run("dd if=/dev/urandom of=/root/data bs=1M count=100 status=none");
    first.run("nc -N " + there + " 5001 < /root/data");
    second.run("until [ -e /root/done ]; do sleep 1; done");
    String sum = first.run("sha256sum < /root/data");
    assertTrue(sum.matches("(?s).*[0-9a-f]{64}.*"), sum);
    assertEquals(sum, second.run("sha256sum < /root/data"));
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> served = CompletableFuture.runAsync(() -> greet(server));
      String command = "nc -N -w 20 10.0.2.2 " + server.getLocalPort() + " < /dev/null";
      assertTrue(first.run(command).contains("hello from the host"));
      served.get(1, TimeUnit.MINUTES);
    }
  }

  private static void greet(ServerSocket server) {
    try (Socket guest = server.accept()) {
      guest.getOutputStream().write("hello from the host\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
