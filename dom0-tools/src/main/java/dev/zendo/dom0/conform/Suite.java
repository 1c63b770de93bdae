package dev.zendo.dom0.conform;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.image.KernelImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Runs images, several at a time, as domains of one machine.
 *
 * @param engine what executes guest code
 * @param memoryMiB of each domain
 * @param vcpus of each domain
 * @param limit for each image
 * @param jobs how many run at a time
 */
public record Suite(EngineChoice engine, long memoryMiB, int vcpus, Duration limit, int jobs) {
  /** Code that the suite's images make a vcpu translate is small. */
  private static final long CODE_BYTES = 16L << 20;

  /**
   * Runs images.
   *
   * @param images their files
   * @param each hears of every image, in the order of the list, on the calling thread
   */
  public SuiteResult run(List<Path> images, Consumer<ImageResult> each)
      throws InterruptedException {
    long started = System.nanoTime();
    int atOnce = Math.max(1, Math.min(jobs, images.size()));
    List<ImageResult> results = new ArrayList<>();
    List<DomainSpec> specs = new ArrayList<>();
    for (Path image : images) {
      specs.add(spec(image));
    }
    ExecutorService threads = Executors.newFixedThreadPool(atOnce);
    try (Machine machine = Machine.start(atOnce * memoryMiB, processors(), engine, CODE_BYTES)) {
      List<Future<ImageResult>> runs = new ArrayList<>();
      for (DomainSpec spec : specs) {
        runs.add(threads.submit(() -> run(machine, spec)));
      }
      for (Future<ImageResult> run : runs) {
        ImageResult result = run.get();
        results.add(result);
        each.accept(result);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
    return new SuiteResult(results, (System.nanoTime() - started) / 1e9);
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private DomainSpec spec(Path image) {
    return new DomainSpec(
        name(image),
        UUID.randomUUID(),
        KernelImage.read(image, memoryMiB << 20),
        null,
        "",
        memoryMiB,
        vcpus);
  }

  private static String name(Path image) {
    String file = image.getFileName().toString();
    return file.endsWith(".elf") ? file.substring(0, file.length() - 4) : file;
  }

  private ImageResult run(Machine machine, DomainSpec spec) throws InterruptedException {
    long started = System.nanoTime();
    Guest guest = machine.create(spec, ConsoleOutput.NONE);
    GuestEnd end;
    try {
      guest.start();
      end = guest.await(limit);
    } finally {
      // Closing also takes what it printed last.
      guest.close();
    }
    String crash = guest.crashReason();
    ImageOutput output = ImageOutput.of(spec.name(), guest.log().text());
    return new ImageResult(
        spec.name(),
        output.cases(),
        problem(end, crash, output),
        (System.nanoTime() - started) / 1e9);
  }

  private String problem(GuestEnd end, String crash, ImageOutput output) {
    String last =
        output.cases().isEmpty()
            ? ""
            : " after " + output.cases().get(output.cases().size() - 1).name();
    if (end == null) {
      return "it did not end in " + limit.toMillis() / 1000.0 + " s" + last;
    }
    return switch (end) {
      case POWEROFF, REBOOT -> output.problem();
      default -> "it " + end.text() + (crash.isEmpty() ? "" : ": " + crash) + last;
    };
  }
}
