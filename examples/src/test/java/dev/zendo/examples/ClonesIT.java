package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clones as somebody makes them with {@code zl}: disks, identity, clock, and what is done next. */
@Timeout(300)
class ClonesIT {
  private static final Path DEBIAN = ZlProgram.ROOT.resolve("examples/debian/target");

  @TempDir private Path folder;
  private ZlProgram zl;
  private final Map<String, DaemonShell> shells = new HashMap<>();

  @BeforeEach
  void program() {
    zl = new ZlProgram(folder);
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    for (DaemonShell shell : shells.values()) {
      shell.close();
    }
    zl.does("daemon", "--stop", "--now");
  }

  private String in(String domain, String command) throws IOException {
    DaemonShell shell = shells.get(domain);
    if (shell == null) {
      shell = new DaemonShell(zl.state(), domain);
      shells.put(domain, shell);
    }
    return shell.run(command);
  }

  private void begin(String domain, String how) throws IOException {
    shells.put(domain, new DaemonShell(zl.state(), domain).begin(how));
  }

  private void gone(String domain) throws IOException, InterruptedException {
    shells.remove(domain).close();
    zl.does("destroy", domain);
  }

  private String stored(String domain, String key) throws IOException, InterruptedException {
    String id = zl.does("domid", domain).strip();
    return zl.does("store", "read", "/local/domain/" + id + "/" + key).strip();
  }

  private long files() throws IOException {
    try (Stream<Path> all = Files.walk(zl.state().resolve("snapshots"))) {
      return all.filter(Files::isRegularFile).count();
    }
  }

  /** What a domain's disk begins with. */
  private String disk(String domain) throws IOException {
    return in(domain, "dd if=/dev/xvdb bs=4096 count=1 iflag=direct status=none | tr -d '\\0'");
  }

  private void write(String domain, String what) throws IOException {
    String block = "{ echo " + what + "; cat /dev/zero; } | dd bs=4096 count=1 iflag=fullblock";
    in(domain, block + " of=/dev/xvdb oflag=direct conv=fsync,notrunc status=none");
  }

  private void keepsTime(String domain) throws IOException {
    long there = Long.parseLong(in(domain, "date +%s"));
    long here = System.currentTimeMillis() / 1000;
    assertTrue(Math.abs(here - there) <= 3, domain + ": " + there + ", the host: " + here);
  }

  @Test
  void whatClonesWriteIsTheirs() throws Exception {
    assumeTrue(
        Files.exists(DEBIAN.resolve("disk.raw")),
        "no " + DEBIAN.resolve("disk.raw") + ": run make -C examples/debian (as root)");
    Path image = Files.write(folder.resolve("disk"), new byte[16 << 20]);
    String more =
        "ramdisk = '"
            + DEBIAN.resolve("initrd.img")
            + "'\nmemory = 256\nvif = ['']\n"
            + "extra = 'root=/dev/xvda ro console=hvc0 quiet init=/bin/bash'\n"
            + "disk = ['"
            + DEBIAN.resolve("disk.raw")
            + ",raw,xvda,r', '"
            + image
            + ",raw,xvdb,w']\n";
    zl.does("create", zl.configuration("web", DEBIAN.resolve("vmlinuz"), more));
    zl.awaitConsole("web", ":/#");
    begin("web", "bind 'set enable-bracketed-paste off'; stty -echo; PS1=; mount -t sysfs s /sys");
    write("web", "parent");
    in("web", "mark=kept");

    zl.does("clone", "web", "one");
    zl.does("clone", "one", "two");
    assertEquals("parent", disk("one"));
    assertEquals("parent", disk("two"));
    write("one", "one");
    write("web", "web");
    zl.does("snapshot", "one", "later");
    write("one", "more");
    zl.does("clone", "later", "three");
    zl.does("snapshot-remove", "later");
    assertEquals("web", disk("web"));
    assertEquals("more", disk("one"));
    assertEquals("parent", disk("two"));
    assertEquals("one", disk("three"));

    for (String clone : new String[] {"one", "two", "three"}) {
      assertEquals("kept", in(clone, "echo $mark"));
      keepsTime(clone);
      assertNotEquals(stored("web", "device/vif/0/mac"), stored(clone, "device/vif/0/mac"));
      assertTrue(stored(clone, "platform/generation-id").matches("-?[0-9]+:-?[0-9]+"));
    }
    assertNotEquals(stored("one", "device/vif/0/mac"), stored("two", "device/vif/0/mac"));
    assertNotEquals(
        stored("one", "platform/generation-id"), stored("three", "platform/generation-id"));

    gone("one");
    gone("web");
    assertEquals("one", disk("three"));
    // It is in a file, and its disk with it.
    Path file = folder.resolve("two.save");
    shells.remove("two").close();
    zl.does("save", "two", file.toString());
    zl.does("restore", file.toString());
    assertEquals("kept", in("two", "echo $mark"));
    assertEquals("parent", disk("two"));
    gone("three");
    assertEquals(2, files());
  }

  @Test
  void whoHasClonesIsSavedAndMoves() throws Exception {
    zl.does("create", zl.linux("web", "memory = 128\n"));
    zl.awaitConsole("web", "leaves the console");
    begin("web", "stty -echo; PS1=");
    in("web", "dd if=/dev/urandom of=/r bs=1M count=8 2>/dev/null; md5sum /r >/sum; mark=web");
    zl.does("clone", "web", "one");
    in("one", "mark=one");
    zl.does("save", "-c", "web", folder.resolve("web.save").toString());
    in("web", "md5sum -c /sum");
    zl.does("snapshot", "web", "ready");
    in("web", "dd if=/dev/urandom of=/q bs=1M count=8 2>/dev/null; md5sum /q >/sum2");

    ZlProgram other = new ZlProgram(Files.createDirectory(folder.resolve("other")));
    other.does("daemon");
    try {
      shells.remove("web").close();
      zl.does("migrate", "web", "unix:" + other.state());
      try (DaemonShell moved = new DaemonShell(other.state(), "web")) {
        assertEquals("web", moved.run("md5sum -c /sum /sum2 >/dev/null && echo $mark"));
      }
      // What is left of it here is what others have in common with it.
      assertEquals("one", in("one", "md5sum -c /sum >/dev/null && echo $mark"));
      zl.does("clone", "ready", "two");
      assertEquals("web", in("two", "md5sum -c /sum >/dev/null && test ! -e /q && echo $mark"));
      other.does("clone", "web", "three");
      try (DaemonShell three = new DaemonShell(other.state(), "three")) {
        assertEquals("web", three.run("md5sum -c /sum /sum2 >/dev/null && echo $mark"));
      }
      zl.does("restore", folder.resolve("web.save").toString());
      assertEquals("web", in("web", "md5sum -c /sum >/dev/null && echo $mark"));
      gone("one");
      keepsTime("two");
    } finally {
      other.does("daemon", "--stop", "--now");
    }
  }
}
