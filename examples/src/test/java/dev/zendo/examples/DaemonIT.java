package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.daemon.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program {@code zl} with a daemon that starts by itself: its own guest, and Linux. */
@Timeout(300)
class DaemonIT {

  @TempDir private Path folder;
  private ZlProgram zl;

  @BeforeEach
  void prepare() {
    zl = new ZlProgram(folder);
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    zl.does("daemon", "--stop", "--now");
  }

  private Path hello() {
    Path kernel = ZlProgram.ROOT.resolve("examples/hello/hello.elf");
    assumeTrue(Files.exists(kernel), () -> "no " + kernel + ": run ./zl run examples/hello");
    return kernel;
  }

  @Test
  void aConsoleIsShownFromTheFirstByteOn() throws Exception {
    String config = zl.configuration("hello", hello(), "memory = 16\n");
    for (int i = 0; i < 3; i++) {
      String output = zl.does("create", "-c", config);
      assertTrue(output.startsWith("Hello from a paravirtual kernel"), output);
      assertTrue(output.contains("memory:       4096 frames"), output);
    }
  }

  @Test
  void linuxIsLedThroughItsLife() throws Exception {
    zl.does("create", zl.linux("web", "memory = 128; maxmem = 160\n"));
    zl.awaitConsole("web", "INIT-READY");
    assertTrue(zl.does("list", "web").contains("   128     1     -b----"));
    zl.does("mem-set", "web", "100");
    while (!zl.does("list", "web").contains("   100     1 ")) {
      Thread.sleep(50);
    }
    zl.does("reboot", "-w", "web");
    Path keys = Files.writeString(folder.resolve("keys"), "\necho $((6*7))00\npoweroff -f\n");
    awaitConsoleTwice();
    ZlProgram.Run console = zl.run(keys.toFile(), "console", "web");
    assertTrue(console.output().contains("4200"), console.output());
    assertEquals(1, zl.does("list").lines().filter(line -> !line.startsWith("Name")).count());

    zl.does("create", folder.resolve("web.cfg").toString());
    zl.awaitConsole("web", "INIT-READY");
    assertEquals("Shutting down domain 3\ndomain 3 has ended\n", zl.does("shutdown", "-w", "web"));
  }

  /** The log goes on over a reboot. */
  private void awaitConsoleTwice() throws IOException, InterruptedException {
    Path console = zl.state().resolve("console/guest-web.log");
    while (Files.readString(console).split("INIT-READY", -1).length < 3) {
      Thread.sleep(50);
    }
  }

  @Test
  void whatAKilledDaemonLostIsSaid() throws Exception {
    Path kernel = hello();
    zl.does("create", "-p", zl.configuration("lost", kernel, "memory = 16\n"));
    zl.does(
        "create", "-p", zl.configuration("again", kernel, "memory = 16\non_crash = 'restart'\n"));
    long pid = Long.parseLong(Files.readString(zl.state().resolve("daemon.pid")).strip());
    Process kill = new ProcessBuilder("kill", "-9", Long.toString(pid)).start();
    assertEquals(0, kill.waitFor());
    while (StateFolder.of(zl.state()).isTaken()) {
      Thread.sleep(10);
    }
    assertEquals(1, zl.run("daemon", "--status").status());
    zl.does("list");
    String status = zl.does("daemon", "--status");
    assertTrue(status.contains("lost with the daemon before it: lost\n"), status);
    assertTrue(status.contains("lost with the daemon before it: again (started again)"), status);
    ZlProgram.Run second = zl.run("daemon", "--foreground");
    assertEquals(2, second.status());
    assertTrue(second.errors().contains("has it; use that one"), second.errors());
    assertEquals(1, second.errors().lines().count(), second.errors());
  }
}
