import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.image.KernelImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two domains of examples/bench on one machine with two processors, which send events to and fro.
 */
final class PingPong {
  /** Domains are numbered from 1 on in the order they are made. */
  private static final int PING_ID = 2;

  private static final long MEMORY_MIB = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern PORT = Pattern.compile("PORT (\\d+)\\.");

  private PingPong() {}

  /** Arguments: the kernel, the name of the engine. */
  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[0]);
    EngineChoice engine = EngineChoice.valueOf(arguments[1].toUpperCase(Locale.ROOT));
    KernelImage kernel = KernelImage.of("bench", Files.readAllBytes(file), MEMORY_MIB << 20);
    try (Machine machine = Machine.start(2 * MEMORY_MIB, 2, engine);
        Guest pong = machine.create(spec("pong", kernel, "pong=" + PING_ID), ConsoleOutput.NONE)) {
      pong.start();
      String commandLine = "ping=" + pong.id() + " port=" + port(pong);
      try (Guest ping = machine.create(spec("ping", kernel, commandLine), ConsoleOutput.NONE)) {
        ping.start();
        if (ping.await(PATIENCE) != GuestEnd.POWEROFF || !ping.waitFor("BENCH-DONE", PATIENCE)) {
          throw new IllegalStateException(ping.crashReason());
        }
        System.out.print(ping.log().text());
      }
    }
    System.exit(0);
  }

  private static DomainSpec spec(String name, KernelImage kernel, String commandLine) {
    return new DomainSpec(name, UUID.randomUUID(), kernel, null, commandLine, MEMORY_MIB, 1);
  }

  private static String port(Guest guest) throws InterruptedException {
    if (!guest.waitFor(".\r\n", PATIENCE)) {
      throw new IllegalStateException("no port");
    }
    Matcher matcher = PORT.matcher(guest.log().text());
    if (!matcher.find()) {
      throw new IllegalStateException(guest.log().text());
    }
    return matcher.group(1);
  }
}
