package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.zendo.dom0.EngineChoice;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's own kernels boot to a shell that answers what a person types on a terminal. */
class LinuxBootIT {
  @ParameterizedTest(name = "{0} kernel, {1} vcpus, {2}")
  @CsvSource({
    "cloud,1,INTERPRETER",
    "cloud,2,INTERPRETER",
    "full,1,INTERPRETER",
    "full,2,INTERPRETER",
    "cloud,1,DIRECT",
    "cloud,2,DIRECT",
    "full,1,DIRECT",
    "full,2,DIRECT"
  })
  void bootsToAShellThatAnswersAndPowersOff(String flavour, int vcpus, EngineChoice engine)
      throws Exception {
    List<String> command =
        LinuxCommand.of(flavour, "initramfs", " all", vcpus, engine, "console=hvc0");
    try (Terminal terminal = new Terminal(LinuxCommand.ROOT, command)) {
      terminal.await("INIT-READY", 240);
      terminal.await("guest# ", 60);
      terminal.type("uname -s -m; echo status=$?\r");
      terminal.await("Linux x86_64", 60);
      terminal.await("status=0", 60);
      terminal.type("grep -c ^processor /proc/cpuinfo | sed 's/^/cpus=/'\r");
      terminal.await("cpus=" + vcpus, 60);
      terminal.type("cat /sys/hypervisor/type\r");
      terminal.await("\nxen", 60);
      terminal.type("expr 6 '*' 7\r");
      terminal.await("\n42", 60);
      terminal.type("poweroff -f\r");
      assertEquals(0, terminal.exitStatus(60), terminal::output);
      assertNoWarnings(terminal.output());
    }
  }

  private static void assertNoWarnings(String output) {
    for (String sign :
        List.of(
            "WARNING:", "BUG:", "Oops", "Call Trace", "multicall(s) failed", "rcu_sched self-")) {
      assertFalse(output.contains(sign), () -> "the kernel says \"" + sign + "\":\n" + output);
    }
  }
}
