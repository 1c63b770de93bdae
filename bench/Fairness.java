import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.builder.SchedulingSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.image.KernelImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How domains of examples/bench share processors: what each got of its time, and how soon one that sleeps runs. */
final class Fairness {
  private static final long MEMORY_MIB = 16;
  private static final int WARM_UP_MILLIS = 1500;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern FIGURE = Pattern.compile("BENCH (wakeup_\\w+) ([0-9.]+) ns");

  private final KernelImage kernel;
  private final EngineChoice engine;
  private final int seconds;

  private Fairness(KernelImage kernel, EngineChoice engine, int seconds) {
    this.kernel = kernel;
    this.engine = engine;
    this.seconds = seconds;
  }

  /** Arguments: the kernel, the name of the engine, seconds for each line. */
  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[0]);
    KernelImage kernel = KernelImage.of("bench", Files.readAllBytes(file), MEMORY_MIB << 20);
    EngineChoice engine = EngineChoice.valueOf(arguments[1].toUpperCase(Locale.ROOT));
    new Fairness(kernel, engine, Integer.parseInt(arguments[2])).measure();
    System.exit(0);
  }

  private void measure() throws Exception {
    System.out.println("Busy vcpus, a domain each, and one that mostly sleeps, on 2 processors:");
    System.out.printf(
        "%-6s %10s %8s %8s %8s %8s %8s %14s %14s%n",
        "busy", "expected", "min", "mean", "max", "Jain", "sleeper", "wake-up median", "99 percent");
    for (int count : new int[] {2, 8, 64}) {
      equals(count);
    }
    System.out.println("\nOne processor, percent of it:");
    line("weights 128, 256, 512 (14.3, 28.6, 57.1)", burn(128, 0), burn(256, 0), burn(512, 0));
    line("cap 25 alone", burn(256, 25));
    line("cap 25 and weight 1024 beside another", burn(1024, 25), burn(256, 0));
    for (String hostile : new String[] {"yield", "poll", "past", "storm"}) {
      line("one that computes, beside " + hostile, burn(256, 0), play(hostile));
    }
    line(
        "one that computes, beside 4 storms",
        burn(256, 0), play("storm"), play("storm"), play("storm"), play("storm"));
  }

  private DomainSpec spec(String play, int vcpus, SchedulingSpec scheduling) {
    return new DomainSpec(
        play, UUID.randomUUID(), kernel, null, "fair=" + play, MEMORY_MIB, vcpus, scheduling);
  }

  private DomainSpec burn(int weight, int cap) {
    return spec("burn", 1, new SchedulingSpec(weight, cap, -1));
  }

  private DomainSpec play(String name) {
    return spec(name, name.equals("storm") ? 2 : 1, SchedulingSpec.DEFAULT);
  }

  private void equals(int count) throws Exception {
    try (Machine machine = Machine.start((count + 1) * MEMORY_MIB, 2, engine, 16 << 20)) {
      DomainSpec[] specs = new DomainSpec[count];
      Arrays.fill(specs, burn(256, 0));
      List<Guest> guests = start(machine, specs);
      Thread.sleep(WARM_UP_MILLIS);
      Guest napper = machine.create(play("nap"), ConsoleOutput.NONE);
      napper.start();
      guests.add(napper);
      double[] all = shares(machine, guests);
      double[] shares = Arrays.copyOf(all, count);
      if (!napper.waitFor("wakeup_99_percent", PATIENCE)) {
        throw new IllegalStateException("no wake-ups: " + napper.log().text());
      }
      Matcher figure = FIGURE.matcher(napper.log().text());
      StringBuilder wakeUps = new StringBuilder();
      while (figure.find()) {
        wakeUps.append(String.format("%11.0f us", Double.parseDouble(figure.group(2)) / 1000));
      }
      double sum = Arrays.stream(shares).sum();
      double squares = Arrays.stream(shares).map(share -> share * share).sum();
      System.out.printf(
          "%-6d %9.2f%% %7.2f%% %7.2f%% %7.2f%% %8.5f %7.2f%% %s%n",
          count,
          100 * Math.min(1, 2.0 / count),
          Arrays.stream(shares).min().orElse(0),
          sum / count,
          Arrays.stream(shares).max().orElse(0),
          sum * sum / (count * squares),
          all[count],
          wakeUps);
    }
  }

  private void line(String what, DomainSpec... specs) throws Exception {
    try (Machine machine = Machine.start(specs.length * MEMORY_MIB, 1, engine, 16 << 20)) {
      List<Guest> guests = start(machine, specs);
      Thread.sleep(WARM_UP_MILLIS);
      StringBuilder text = new StringBuilder();
      for (double share : shares(machine, guests)) {
        text.append(String.format(" %6.2f", share));
      }
      System.out.printf("%-45s%s%n", what, text);
    }
  }

  private static List<Guest> start(Machine machine, DomainSpec... specs) {
    List<Guest> guests = new ArrayList<>();
    for (DomainSpec spec : specs) {
      guests.add(machine.create(spec, ConsoleOutput.NONE));
    }
    guests.forEach(Guest::start);
    return guests;
  }

  /** Percent of one processor that each had. */
  private double[] shares(Machine machine, List<Guest> guests) throws InterruptedException {
    long[] before = nanos(machine, guests);
    long start = System.nanoTime();
    Thread.sleep(seconds * 1000L);
    long[] after = nanos(machine, guests);
    double elapsed = System.nanoTime() - start;
    double[] shares = new double[before.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = 100 * (after[i] - before[i]) / elapsed;
    }
    return shares;
  }

  private static long[] nanos(Machine machine, List<Guest> guests) {
    return guests.stream()
        .mapToLong(guest -> machine.control().domains().info(guest.id()).cpuNanos())
        .toArray();
  }
}
