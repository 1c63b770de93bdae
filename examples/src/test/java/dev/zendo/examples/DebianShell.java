package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.Guest;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A user of examples/debian's installation: logs in on the console and runs commands. */
final class DebianShell {
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** Characters of the console that a failure shows. */
  private static final int SHOWN = 3000;

  /** Calls of each thread that it shows. */
  private static final int FRAMES = 8;

  private final Guest guest;
  private int commands;

  private DebianShell(Guest guest) {
    this.guest = guest;
  }

  /** Waits for the prompt and logs in as root. */
  static DebianShell login(Guest guest) throws InterruptedException {
    DebianShell shell = new DebianShell(guest);
    shell.await(0, "login:");
    long at = guest.log().position();
    guest.type("root\n");
    shell.await(at, "Password:");
    guest.type("zendo\n");
    shell.await(at, "root@zendo:~#");
    // Without colours, titles and line editing the output is what programs print.
    shell.run("bind 'set enable-bracketed-paste off'; stty -echo; PS1=");
    return shell;
  }

  /** Waits for the prompt of a shell that is the guest's first process. */
  static DebianShell first(Guest guest) throws InterruptedException {
    DebianShell shell = new DebianShell(guest);
    shell.await(0, ":/#");
    shell.run(
        "bind 'set enable-bracketed-paste off'; stty -echo; PS1=;"
            + " export PATH=/usr/sbin:/usr/bin:/sbin:/bin; mount -t proc p /proc;"
            + " mount -t sysfs s /sys; mount -t tmpfs t /tmp; true");
    return shell;
  }

  private void await(long position, String text) throws InterruptedException {
    assertTrue(
        guest.log().waitFor(text, position, PATIENCE.toMillis()) >= 0,
        () -> "no \"" + text + "\" at the end of: " + last() + "\n" + done() + threads());
  }

  /** What the guest printed last: reports of failures are cut off when they are long. */
  private String last() {
    String all = guest.log().text();
    return all.substring(Math.max(0, all.length() - SHOWN));
  }

  /** What its vcpus did. */
  private String done() {
    return guest.statistics().stream()
        .flatMap(vcpu -> vcpu.lines().stream())
        .collect(Collectors.joining("\n"));
  }

  /** What the machine's threads are at: those that serve it must not wait for anything else. */
  private static String threads() {
    StringBuilder text = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              if (thread.getName().matches("(zendo|dom0|disk-io|net)-.*")) {
                text.append('\n').append(thread.getName()).append(' ').append(thread.getState());
                Stream.of(stack).limit(FRAMES).forEach(at -> text.append("\n  ").append(at));
              }
            });
    return text.toString();
  }

  /** Starts a command without waiting for its end. */
  void type(String command) throws InterruptedException {
    guest.type(command + "\n");
  }

  /** Runs a command and returns what it printed; it must succeed. */
  String run(String command) throws InterruptedException {
    long at = guest.log().position();
    commands++;
    // The shell sees the marker in two halves, so that an echo of the command is not taken for it.
    guest.type(
        "{ "
            + command
            + "; } && echo \"@\"\"end-"
            + commands
            + "-$?@\" || echo \"@\"\"end-"
            + commands
            + "-failed@\"\n");
    String marker = "@end-" + commands + "-";
    await(at, marker);
    await(at, marker + (guest.log().textSince(at).contains(marker + "failed@") ? "failed@" : "0@"));
    String output = guest.log().textSince(at).replace("\r", "");
    assertTrue(output.contains(marker + "0@"), () -> command + " failed: " + output);
    return output.substring(0, output.indexOf(marker)).strip();
  }
}
