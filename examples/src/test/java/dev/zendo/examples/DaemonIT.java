package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.daemon.StateFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program {@code zl} with a daemon that starts by itself: its own guest, and Linux. */
@Timeout(300)
class DaemonIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path LINUX = ROOT.resolve("examples/linux/target");
  private static final int SECONDS = 120;

  @TempDir private Path folder;

  /**
   * What a run of {@code zl} left.
   *
   * @param status its exit status
   * @param output what it wrote, with plain ends of lines
   */
  private record Run(int status, String output) {}

  private Run zl(String... words) throws IOException, InterruptedException {
    return zl(new File("/dev/null"), words);
  }

  private Run zl(File input, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("zl").toString()));
    command.addAll(List.of(words));
    File output = Files.createTempFile(folder, "output", "").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(input)
            .redirectErrorStream(true)
            .redirectOutput(output);
    builder.environment().put("ZENDO_STATE", state().toString());
    Process process = builder.start();
    boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(output.toPath()).replace("\r", "");
    assertTrue(ended, () -> "zl is still running; it wrote:\n" + text + log());
    return new Run(process.exitValue(), text);
  }

  private String does(String... words) throws IOException, InterruptedException {
    Run run = zl(words);
    assertEquals(0, run.status(), () -> run.output() + log());
    return run.output();
  }

  private Path state() {
    return folder.resolve("s");
  }

  private String log() {
    try {
      return "\nthe daemon's log:\n" + Files.readString(state().resolve("daemon.log"));
    } catch (IOException e) {
      return "\nno log of the daemon: " + e;
    }
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    does("daemon", "--stop", "--now");
  }

  private Path configuration(String name, Path kernel, String more) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".cfg"),
        "name = \"" + name + "\"\nkernel = \"" + kernel + "\"\n" + more);
  }

  private Path hello() {
    Path kernel = ROOT.resolve("examples/hello/hello.elf");
    assumeTrue(Files.exists(kernel), () -> "no " + kernel + ": run ./zl run examples/hello");
    return kernel;
  }

  private void awaitConsole(String name, String text) throws IOException, InterruptedException {
    Path console = state().resolve("console/guest-" + name + ".log");
    while (!Files.exists(console) || !Files.readString(console).contains(text)) {
      Thread.sleep(50);
    }
  }

  @Test
  void aConsoleIsShownFromTheFirstByteOn() throws Exception {
    String config = configuration("hello", hello(), "memory = 16\n").toString();
    for (int i = 0; i < 3; i++) {
      String output = does("create", "-c", config);
      assertTrue(output.startsWith("Hello from a paravirtual kernel"), output);
      assertTrue(output.contains("memory:       4096 frames"), output);
    }
  }

  @Test
  void linuxIsLedThroughItsLife() throws Exception {
    Path kernel = LINUX.resolve("vmlinuz-cloud");
    Path ramdisk = LINUX.resolve("initramfs");
    assumeTrue(
        Files.exists(kernel) && Files.exists(ramdisk),
        "no " + kernel + " or " + ramdisk + ": run make -C examples/linux all cloud");
    String more =
        "ramdisk = '" + ramdisk + "'\nextra = 'console=hvc0 quiet'\nmemory = 128; maxmem = 160\n";
    does("create", configuration("web", kernel, more).toString());
    awaitConsole("web", "INIT-READY");
    assertTrue(does("list", "web").contains("   128     1     -b----"));
    does("mem-set", "web", "100");
    while (!does("list", "web").contains("   100     1 ")) {
      Thread.sleep(50);
    }
    does("reboot", "-w", "web");
    Path keys = Files.writeString(folder.resolve("keys"), "\necho $((6*7))00\npoweroff -f\n");
    awaitConsoleTwice();
    Run console = zl(keys.toFile(), "console", "web");
    assertTrue(console.output().contains("4200"), console.output());
    assertEquals(1, does("list").lines().filter(line -> !line.startsWith("Name")).count());

    does("create", folder.resolve("web.cfg").toString());
    awaitConsole("web", "INIT-READY");
    assertEquals("Shutting down domain 3\ndomain 3 has ended\n", does("shutdown", "-w", "web"));
  }

  /** The log goes on over a reboot. */
  private void awaitConsoleTwice() throws IOException, InterruptedException {
    Path console = state().resolve("console/guest-web.log");
    while (Files.readString(console).split("INIT-READY", -1).length < 3) {
      Thread.sleep(50);
    }
  }

  @Test
  void whatAKilledDaemonLostIsSaid() throws Exception {
    Path kernel = hello();
    does("create", "-p", configuration("lost", kernel, "memory = 16\n").toString());
    does(
        "create",
        "-p",
        configuration("again", kernel, "memory = 16\non_crash = 'restart'\n").toString());
    long pid = Long.parseLong(Files.readString(state().resolve("daemon.pid")).strip());
    Process kill = new ProcessBuilder("kill", "-9", Long.toString(pid)).start();
    assertEquals(0, kill.waitFor());
    while (StateFolder.of(state()).isTaken()) {
      Thread.sleep(10);
    }
    assertEquals(1, zl("daemon", "--status").status());
    does("list");
    String status = does("daemon", "--status");
    assertTrue(status.contains("lost with the daemon before it: lost\n"), status);
    assertTrue(status.contains("lost with the daemon before it: again (started again)"), status);
    Run second = zl("daemon", "--foreground");
    assertEquals(2, second.status());
    assertTrue(second.output().contains("has it; use that one"), second.output());
    assertEquals(1, second.output().lines().count(), second.output());
  }
}
