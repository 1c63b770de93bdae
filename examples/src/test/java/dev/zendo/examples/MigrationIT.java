package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zendo.dom0.daemon.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debian moves over TLS between two daemons, there and back, while it writes files with their
 * checksums to a disk; what it wrote is whole afterwards, and it is known at the switches of both.
 */
@Timeout(300)
class MigrationIT {
  private static final Path DEBIAN = ZlProgram.ROOT.resolve("examples/debian/target");
  private static final Path E2FSCK = Path.of("/sbin/e2fsck");
  private static final String MAC = "00163e0a0b0c";

  /** What Linux says when it is at another place: its address, to everybody, as ARP. */
  private static final String ANNOUNCEMENT = "ffffffffffff" + MAC + "0806";

  /** Writes until it is told to stop, and counts in a file. */
  private static final String WRITER =
      "{ (cd /mnt; i=0; while [ ! -e /run/stop ]; do i=$((i + 1)); f=f$((i % 50));"
          + " head -c 70000 /dev/urandom >$f; md5sum $f >$f.sum; echo $i >/run/count;"
          + " done) >/run/writer 2>&1 & }";

  @TempDir private Path folder;
  private ZlProgram here;
  private ZlProgram there;
  private Path image;

  @BeforeEach
  void prepare() throws Exception {
    assumeTrue(
        Files.exists(DEBIAN.resolve("disk.raw")),
        "no " + DEBIAN.resolve("disk.raw") + ": run make -C examples/debian (as root)");
    here = new ZlProgram(Files.createDirectory(folder.resolve("here")));
    there = new ZlProgram(Files.createDirectory(folder.resolve("there")));
    here.does("peers", "add", fingerprint(there), "there");
    there.does("peers", "add", fingerprint(here), "here");
    for (ZlProgram each : List.of(here, there)) {
      each.does("daemon", "--migrate", "127.0.0.1:0");
    }
    image = Files.write(folder.resolve("disk"), new byte[32 << 20]);
  }

  @AfterEach
  void stop() throws Exception {
    for (ZlProgram each : new ZlProgram[] {here, there}) {
      if (each != null) {
        each.does("daemon", "--stop", "--now");
      }
    }
  }

  private static String fingerprint(ZlProgram of) throws Exception {
    return Json.parse(of.does("peers", "--json")).path("fingerprint").asText();
  }

  private static String address(ZlProgram of) throws Exception {
    return Json.parse(of.does("daemon", "--status", "--json")).path("migrations").asText();
  }

  private String configuration() throws IOException {
    String more =
        "ramdisk = '"
            + DEBIAN.resolve("initrd.img")
            + "'\nmemory = 256\nvif = ['mac="
            + MAC.replaceAll("(..)(?=.)", "$1:")
            + "']\nextra = 'root=/dev/xvda ro console=hvc0 quiet init=/bin/bash'\ndisk = ['"
            + DEBIAN.resolve("disk.raw")
            + ",raw,xvda,r', '"
            + image
            + ",raw,xvdb,w']\n";
    return here.configuration("web", DEBIAN.resolve("vmlinuz"), more);
  }

  @Test
  void whatItWritesWhileItMovesIsWhole() throws Exception {
    here.does("create", configuration());
    here.awaitConsole("web", ":/#");
    try (DaemonShell shell = new DaemonShell(here.state(), "web")) {
      shell.begin("bind 'set enable-bracketed-paste off'; stty -echo; PS1=; set +m");
      shell.run("mount -t sysfs s /sys; modprobe xen-netfront");
      shell.run("until ls -d /sys/class/net/e*; do sleep 0.1; done");
      shell.run("card=$(basename /sys/class/net/e*); ip link set $card up");
      shell.run("ip addr add 10.0.2.77/24 dev $card");
      shell.run("mkfs.ext4 -q /dev/xvdb; mount /dev/xvdb /mnt");
      shell.run(WRITER);
      goesOn(shell);
    }
    moves(here, there);
    moves(there, here);
    ends();
  }

  /** It writes, and reaches the network's router, whose answers find it. */
  private static void goesOn(DaemonShell shell) throws IOException {
    shell.run(
        "a=$(cat /run/count); until [ $(cat /run/count) -gt $((a + 20)) ]; do sleep 0.1; done");
    shell.run("until ping -c 1 -W 1 10.0.2.2; do :; done");
  }

  private void moves(ZlProgram from, ZlProgram to) throws Exception {
    Path seen = folder.resolve("seen.pcapng");
    Files.deleteIfExists(seen);
    Process capture =
        new ProcessBuilder(
                ZlProgram.ROOT.resolve("zl").toString(),
                "capture",
                "--state",
                to.state().toString(),
                "--network",
                "xenbr0",
                seen.toString())
            .inheritIO()
            .start();
    try {
      while (!Files.exists(seen)) {
        Thread.sleep(20);
      }
      String moved = from.does("migrate", "web", address(to));
      assertTrue(moved.contains("web: moved to 127.0.0.1:"), moved);
      while (!hex(seen).contains(ANNOUNCEMENT)) {
        Thread.sleep(20);
      }
    } finally {
      capture.destroy();
      capture.waitFor();
    }
    assertEquals(1, from.run("domid", "web").status());
    assertTrue(sentPackets(to) > 0);
    try (DaemonShell shell = new DaemonShell(to.state(), "web")) {
      goesOn(shell);
    }
  }

  private static String hex(Path file) throws IOException {
    return HexFormat.of().formatHex(Files.readAllBytes(file));
  }

  private static long sentPackets(ZlProgram at) throws Exception {
    for (JsonNode domain : Json.parse(at.does("top", "--json")).path("domains")) {
      if (domain.path("name").asText().equals("web")) {
        return domain.at("/networks/0/tx_packets").asLong();
      }
    }
    throw new AssertionError("it is not there");
  }

  private void ends() throws Exception {
    try (DaemonShell shell = new DaemonShell(here.state(), "web")) {
      shell.run("touch /run/stop; wait; cd /mnt; sync");
      assertEquals("", shell.run("cat /run/writer"));
      shell.run("echo 3 >/proc/sys/vm/drop_caches; md5sum --quiet -c *.sum");
      String errors =
          shell.run("dmesg | grep -E 'WARNING:|BUG|Oops|I/O error|EXT4-fs.*rror'; true");
      assertEquals("", errors);
    }
    // What is typed at the program's console arrives, and it ends with the domain.
    Path keys = Files.writeString(folder.resolve("keys"), "cd /; umount /mnt; poweroff -f\n");
    assertEquals(0, here.run(keys.toFile(), "console", "web").status());
    while (here.run("domid", "web").status() == 0) {
      Thread.sleep(50);
    }
    fileSystemIsClean();
  }

  private void fileSystemIsClean() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(E2FSCK), "no " + E2FSCK);
    Process check =
        new ProcessBuilder(E2FSCK.toString(), "-fn", image.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, check.waitFor(), said);
  }
}
