package dev.zendo.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.image.KernelImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Domains with the kernels that {@code examples/linux} fetches; skips tests without them. */
final class LinuxDomain {
  private static final Path TARGET = Path.of("linux/target");

  private LinuxDomain() {}

  /**
   * A domain whose console is the only one.
   *
   * @param kernel file in the folder target of the example
   * @param initramfs another one
   * @param maker what make has to be told for both
   * @param words of the command line besides the console
   */
  static DomainSpec of(
      String kernel, String initramfs, String maker, String words, long memoryMib, int vcpus)
      throws IOException {
    Path image = TARGET.resolve(kernel);
    Path archive = TARGET.resolve(initramfs);
    assumeTrue(
        Files.exists(image) && Files.exists(archive),
        "no " + image + " or " + archive + ": run make -C examples/linux" + maker);
    return new DomainSpec(
        "linux",
        UUID.randomUUID(),
        KernelImage.read(image, memoryMib << 20),
        archive,
        "console=hvc0 " + words,
        memoryMib,
        vcpus);
  }
}
