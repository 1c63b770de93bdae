package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.dom0.net.RunningCapture;
import dev.zendo.dom0.net.nat.NetworkSpec;
import dev.zendo.dom0.net.vif.VifSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Network interfaces that come and go while Debian runs, on two virtual processors. */
class NetworkIT {
  private static final Path TARGET = Path.of("debian/target");
  private static final long MEMORY_MIB = 512;

  @TempDir private Path folder;

  private DomainSpec debian() throws Exception {
    for (String file : new String[] {"disk.raw", "vmlinuz", "initrd.img"}) {
      assumeTrue(
          Files.exists(TARGET.resolve(file)), "no " + file + ": run make -C examples/debian");
    }
    Path disk = folder.resolve("disk.qcow2");
    String base = TARGET.resolve("disk.raw").toAbsolutePath().toString();
    Process create =
        new ProcessBuilder(
                "qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", disk.toString())
            .start();
    assertEquals(0, create.waitFor());
    DomainSpec spec =
        new DomainSpec(
            "debian",
            UUID.randomUUID(),
            KernelImage.read(TARGET.resolve("vmlinuz"), MEMORY_MIB << 20),
            TARGET.resolve("initrd.img"),
            "root=/dev/xvda ro console=hvc0",
            MEMORY_MIB,
            2);
    return spec.with(List.of(DiskSpec.parse(disk + ",qcow2,xvda,w")));
  }

  private static Map<String, Object> metrics(Machine machine) {
    return machine.devices().devices().stream()
        .filter(device -> device.path().type().equals(VifSpec.TYPE))
        .findFirst()
        .orElseThrow()
        .metrics();
  }

  @Test
  void cardsComeAndGo() throws Exception {
    DomainSpec spec = debian();
    try (Machine machine = Machine.start(MEMORY_MIB, 2)) {
      machine.networks().configure(NetworkSpec.parse("host-loopback=yes", VifSpec.DEFAULT_BRIDGE));
      try (Guest guest = machine.create(spec, ConsoleOutput.NONE)) {
        guest.start();
        DebianShell shell = DebianShell.login(guest);
        DeviceSpec first = VifSpec.parse("").device(spec.uuid(), 0);
        guest.attach(first);
        Path file = folder.resolve("domain.pcapng");
        RunningCapture capture = machine.networks().capture(guest.id(), file);
        useIt(shell);
        capture.close();
        assertTrue(capture.written() > 6 && Files.size(file) > 500, "the pings are captured");
        bothQueuesAreUsed(shell);
        goes(guest, shell, first);
        limited(machine, guest, shell, spec.uuid());
      }
      assertEquals(List.of(), machine.internalErrors());
    }
  }

  private static void useIt(DebianShell shell) throws InterruptedException {
    shell.run("until ip -4 -o addr show scope global | grep -q inet; do sleep 1; done");
    assertTrue(shell.run("ping -c 3 10.0.2.2").contains(" 0% packet loss"));
  }

  private static void goes(Guest guest, DebianShell shell, DeviceSpec device)
      throws InterruptedException {
    assertTrue(guest.detach(device.of(guest.id()), false));
    shell.run("while ls /sys/class/net/ | grep -qv '^lo$'; do sleep 1; done");
  }

  private static void bothQueuesAreUsed(DebianShell shell) throws InterruptedException {
    String card = shell.run("basename $(ls -d /sys/class/net/e*)");
    String queues = shell.run("ls /sys/class/net/" + card + "/queues | xargs");
    assertEquals("rx-0 rx-1 tx-0 tx-1", queues);
    // Each from another port; the router says that nobody is there, and is asked again.
    shell.run("for i in $(seq 40); do echo | nc -u -w 1 10.0.2.2 $((2000 + i)) & done; wait; true");
    String events = shell.run("grep -e '-q[01]-[rt]x' /proc/interrupts");
    assertEquals(4, events.lines().count(), events);
    events.lines().forEach(line -> assertTrue(line.matches(".*: +(0 +)?[1-9].*"), events));
  }

  /** A rate that is far below what the way allows, and a card whose address cannot be changed. */
  private static void limited(Machine machine, Guest guest, DebianShell shell, UUID uuid)
      throws Exception {
    DeviceSpec device = VifSpec.parse("rate=1MB/s,antispoof=yes").device(uuid, 1);
    guest.attach(device);
    useIt(shell);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Long> got = CompletableFuture.supplyAsync(() -> count(server));
      int port = server.getLocalPort();
      shell.run("dd if=/dev/zero bs=64k count=32 status=none | nc -N 10.0.2.2 " + port);
      assertEquals(2L << 20, got.get());
    }
    assertTrue((Long) metrics(machine).get("throttled") > 0);
    String card = shell.run("basename $(ls -d /sys/class/net/e*)");
    String set = "ip link set " + card;
    shell.run(set + " down && " + set + " address 02:00:00:00:00:07 && " + set + " up");
    shell.run("ip addr add 10.0.2.99/24 dev " + card + "; ping -c 2 10.0.2.2 || true");
    Map<?, ?> port = (Map<?, ?>) metrics(machine).get("switch");
    assertTrue((Long) port.get("spoofed") > 0, port::toString);
    goes(guest, shell, device);
  }

  private static long count(ServerSocket server) {
    try (Socket socket = server.accept()) {
      return socket.getInputStream().readAllBytes().length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
