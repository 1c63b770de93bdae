package dev.zendo.dom0.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleEnd;
import dev.zendo.dom0.console.ConsoleHub;
import dev.zendo.dom0.console.HostTerminal;
import dev.zendo.dom0.console.PtyEnd;
import dev.zendo.dom0.device.BackendBus;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.dom0.report.CrashReport;
import dev.zendo.dom0.report.FailureFile;
import dev.zendo.dom0.report.Statistics;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One {@code zl run}: the machine, its guest, and the guest's successors after reboots. */
final class RunSession implements AutoCloseable {
  /** How the wait for a guest can end besides with the guest. */
  private enum Other {
    LEFT,
    TIMEOUT
  }

  private final RunOptions options;
  private final RunTarget target;
  private final GuestWatcher watcher;
  private final long deadline;
  private final CompletableFuture<Other> left = new CompletableFuture<>();
  private final HostTerminal terminal = new HostTerminal(() -> left.complete(Other.LEFT));
  private final ConsoleHub hub = new ConsoleHub();
  private final List<ConsoleEnd> consoles;
  private final Machine machine;
  private final TraceOutput trace;
  private final long started = System.nanoTime();
  private DomainSpec spec;
  private boolean reported;

  /** Reads the kernel, then starts the machine. */
  RunSession(RunOptions options, GuestWatcher watcher) {
    this.options = options;
    this.target = options.target();
    this.watcher = watcher;
    long timeout = options.timeout();
    this.deadline =
        timeout == Long.MAX_VALUE ? timeout : started + TimeUnit.MILLISECONDS.toNanos(timeout);
    this.spec = readSpec();
    int hostProcessors = Runtime.getRuntime().availableProcessors();
    int processors = Math.max(1, Math.min(target.vcpus(), hostProcessors));
    target.scheduling().checkFor(processors);
    this.consoles = ConsoleOptions.open(options.consoles());
    this.machine =
        Machine.start(target.memoryMiB(), processors, options.engine(), options.codeBytes());
    this.trace = TraceOutput.open(options.traceFile(), options.traces(), machine.tracer());
    hub.add(terminal);
    for (ConsoleEnd console : consoles) {
      hub.add(console.output());
      if (console instanceof PtyEnd) {
        System.err.println("zl: the console is at " + console.address());
      }
    }
    options.store().apply(machine.store());
    options.links().apply(machine.networks());
    NetworkOptions.apply(options.networks(), target.devices(), machine.networks());
  }

  /** Runs the guest until its end; returns the exit status. */
  int run() throws InterruptedException {
    boolean first = true;
    while (true) {
      Guest guest = machine.create(spec, hub);
      terminal.connect(guest.console());
      consoles.forEach(console -> show(console, guest));
      if (first) {
        terminal.start();
        first = false;
      }
      watcher.created(guest);
      guest.start();
      Object end = await(guest);
      if (end != GuestEnd.REBOOT || !options.reboots()) {
        int status = report(guest, end);
        if (status == ExitStatus.OK) {
          StandardOutput.check(terminal.outputFailure());
        }
        return status;
      }
      watcher.stopped(guest);
      guest.close();
      spec = readSpec();
    }
  }

  /** Connects a further place of the console; tools look for a terminal's name in the store. */
  private void show(ConsoleEnd console, Guest guest) {
    console.connect(guest.console());
    if (console instanceof PtyEnd) {
      String key = "/local/domain/" + guest.id() + "/console/tty";
      machine.store().client().write(key, console.address());
    }
  }

  private DomainSpec readSpec() {
    return new DomainSpec(
        target.name(),
        uuid(),
        KernelImage.read(target.kernel(), target.memoryMiB() << 20),
        target.ramdisk(),
        target.commandLine(),
        target.memoryMiB(),
        target.vcpus(),
        target.scheduling(),
        target.devices());
  }

  /** An identity, no secret: a secure generator would take longer to start than the guest. */
  private static UUID uuid() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(
        (random.nextLong() & ~0xf000L) | 0x4000L,
        (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L);
  }

  /** Returns a {@link GuestEnd} or an {@link Other}. */
  private Object await(Guest guest) throws InterruptedException {
    CompletableFuture<Object> any = CompletableFuture.anyOf(guest.end(), left);
    try {
      if (deadline == Long.MAX_VALUE) {
        return any.get();
      }
      return any.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Other.TIMEOUT;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private int report(Guest guest, Object end) {
    int status = machine.internalErrors().isEmpty() ? status(end) : ExitStatus.INTERNAL_ERROR;
    long instructions = guest.instructions();
    double seconds = (System.nanoTime() - started) / 1e9;
    List<BackendBus.Status> devices = options.stats() ? machine.devices().devices() : List.of();
    NetworkStats networks = new NetworkStats(options.stats() ? machine.networkMetrics() : Map.of());
    String crash = "";
    if (status == ExitStatus.CRASHED) {
      crash = new CrashReport(machine.control(), guest, spec.kernel().symbols()).text();
    } else if (end instanceof Other) {
      machine.control().domains().pause(guest.id());
    }
    if (status == ExitStatus.INTERNAL_ERROR) {
      crash = internalError(guest);
    }
    watcher.stopped(guest);
    guest.console().close();
    terminal.close();
    reported = true;
    PrintStream err = System.err;
    if (options.json()) {
      err.println(json(guest, end, status, seconds, instructions, crash, devices, networks));
    } else {
      if (status == ExitStatus.TIMEOUT) {
        err.println("zl: " + target.name() + " did not end in time; it was destroyed");
      } else if (status == ExitStatus.CRASHED || status == ExitStatus.INTERNAL_ERROR) {
        String reason = guest.crashReason();
        err.println(
            "zl: "
                + target.name()
                + " "
                + (end instanceof GuestEnd how ? how.text() : "was destroyed")
                + (reason.isEmpty() ? "" : ": " + reason));
        err.print(crash);
      }
      if (options.stats()) {
        err.printf(
            Locale.ROOT,
            "zl: %.3f s, %d guest instructions (%.1f million/s)%n",
            seconds,
            instructions,
            instructions / seconds / 1e6);
        Statistics sum = new Statistics();
        guest.statistics().forEach(sum::add);
        sum.lines().forEach(line -> err.println("  " + line));
        devices.forEach(device -> err.println("  " + device));
        networks.lines().forEach(line -> err.println("  " + line));
      }
      watcher.print(err);
    }
    return status;
  }

  /** Keeps all that is known in a file, and says the most important. */
  private String internalError(Guest guest) {
    StringBuilder text = new StringBuilder();
    machine.internalErrors().forEach(failure -> text.append(failure.text()));
    String state = "";
    try {
      state =
          new CrashReport(machine.control(), guest, spec.kernel().symbols()).textWithMemory()
              + guest.log().text();
    } catch (RuntimeException e) {
      text.append("the guest cannot be looked at: ").append(e).append('\n');
    }
    String title = "zl " + VersionVerb.version() + ", " + target.name() + ", " + options.engine();
    try {
      Path file = FailureFile.write(Path.of(""), title, machine.internalErrors(), state);
      text.append("zl: kept in ").append(file.toAbsolutePath()).append('\n');
    } catch (IOException e) {
      text.append("zl: no file could be kept: ").append(e.getMessage()).append('\n');
    }
    return text.toString();
  }

  private static int status(Object end) {
    if (end == Other.LEFT) {
      return ExitStatus.LEFT;
    }
    if (end == Other.TIMEOUT) {
      return ExitStatus.TIMEOUT;
    }
    return switch ((GuestEnd) end) {
      case POWEROFF, REBOOT, SUSPEND, SOFT_RESET -> ExitStatus.OK;
      case CRASH, WATCHDOG -> ExitStatus.CRASHED;
      case DESTROYED -> ExitStatus.FAILURE;
    };
  }

  private String json(
      Guest guest,
      Object end,
      int status,
      double seconds,
      long instructions,
      String crash,
      List<BackendBus.Status> devices,
      NetworkStats networks) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("name", guest.spec().name());
      out.writeNumberField("domid", guest.id());
      out.writeStringField("end", end.toString().toLowerCase(Locale.ROOT));
      out.writeNumberField("status", status);
      out.writeNumberField("seconds", Math.round(seconds * 1000) / 1000.0);
      out.writeNumberField("instructions", instructions);
      if (!crash.isEmpty()) {
        out.writeStringField("crash", crash);
      }
      if (options.stats()) {
        out.writeArrayFieldStart("stats");
        for (Statistics vcpu : guest.statistics()) {
          vcpu.write(out);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("devices");
        for (BackendBus.Status device : devices) {
          write(device, out);
        }
        out.writeEndArray();
        networks.write(out);
      }
      watcher.write(out);
      out.writeEndObject();
    } catch (IOException e) {
      throw new ToolException("cannot write JSON: " + e.getMessage(), e);
    }
    return text.toString();
  }

  private static void write(BackendBus.Status device, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", device.path().type());
    out.writeNumberField("devid", device.path().devid());
    out.writeNumberField("state", device.state());
    NetworkStats.fields(device.metrics(), out);
    out.writeEndObject();
  }

  @Override
  public void close() {
    terminal.close();
    consoles.forEach(ConsoleEnd::close);
    if (reported) {
      // The process ends: the host takes all memory back faster than we could give it.
      machine.store().close();
    } else {
      machine.close();
    }
    trace.close();
  }
}
