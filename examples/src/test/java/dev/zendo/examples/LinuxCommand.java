package dev.zendo.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.EngineChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The command that boots one of Debian's kernels; skips the test where that cannot be. */
final class LinuxCommand {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  static final Path LINUX = ROOT.resolve("examples/linux");

  private LinuxCommand() {}

  /**
   * {@code zl run} with 256 MiB.
   *
   * @param flavour of the kernel: cloud or full
   * @param initramfs file in the folder target of the example
   * @param maker what make has to be told for that file
   */
  static List<String> of(
      String flavour,
      String initramfs,
      String maker,
      int vcpus,
      EngineChoice engine,
      String commandLine) {
    engine.obstacle().ifPresent(why -> assumeTrue(false, "the host cannot run it: " + why));
    Path kernel = LINUX.resolve("target/vmlinuz-" + flavour);
    Path archive = LINUX.resolve("target").resolve(initramfs);
    assumeTrue(
        Files.exists(kernel) && Files.exists(archive),
        "no " + kernel + " or " + archive + ": run make -C examples/linux " + flavour + maker);
    return List.of(
        ROOT.resolve("zl").toString(),
        "run",
        kernel.toString(),
        "--ramdisk",
        archive.toString(),
        "--memory",
        "256",
        "--engine",
        engine.label(),
        "--vcpus",
        Integer.toString(vcpus),
        "--cmdline",
        commandLine,
        "--timeout",
        "300");
  }
}
