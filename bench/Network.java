import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.dom0.net.vif.VifSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** Two Linux guests on one switch, one of which sends to the other; see bench/network. */
final class Network {
  private static final long MIB = 384;

  private Network() {}

  /** Kernel, initramfs, MB to send, virtual processors. */
  public static void main(String[] arguments) throws InterruptedException {
    KernelImage kernel = KernelImage.read(Path.of(arguments[0]), MIB << 20);
    Path ramdisk = Path.of(arguments[1]);
    int vcpus = Integer.parseInt(arguments[3]);
    int processors = Math.min(2 * vcpus, Runtime.getRuntime().availableProcessors());
    try (Machine machine = Machine.start(2 * MIB, processors);
        Guest server = guest(machine, kernel, ramdisk, vcpus, "role=server check=yes");
        Guest client =
            guest(machine, kernel, ramdisk, vcpus, "role=client check=yes mb=" + arguments[2])) {
      server.start();
      server.waitFor("READY", Duration.ofSeconds(120));
      client.start();
      client.waitFor("DONE", Duration.ofSeconds(400));
      machine.devices().devices().forEach(one -> System.out.println(one.path() + " " + one.metrics()));
      if (!machine.internalErrors().isEmpty()) {
        throw new IllegalStateException(machine.internalErrors().toString());
      }
    }
  }

  private static Guest guest(
      Machine machine, KernelImage kernel, Path ramdisk, int vcpus, String words) {
    String commandLine = "console=hvc0 quiet " + words;
    DomainSpec spec =
        new DomainSpec(
            words.substring(5, 11), UUID.randomUUID(), kernel, ramdisk, commandLine, MIB, vcpus);
    return machine.create(spec.with(List.of(VifSpec.parse("").device(0))), new Lines());
  }

  /** Prints what a guest prints; both share the terminal line by line. */
  private static final class Lines implements ConsoleOutput {
    private final StringBuilder line = new StringBuilder();

    @Override
    public void accept(byte[] bytes, int length) {
      for (int i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
          System.out.println(line);
          line.setLength(0);
        } else if (bytes[i] != '\r') {
          line.append((char) bytes[i]);
        }
      }
    }
  }
}
