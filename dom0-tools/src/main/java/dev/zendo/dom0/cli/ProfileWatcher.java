package dev.zendo.dom0.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.WholeFile;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.dom0.image.Symbols;
import dev.zendo.dom0.profile.Namer;
import dev.zendo.dom0.profile.Profile;
import dev.zendo.hypervisor.trace.SamplingPlan;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** Samples the guests of a session and writes their common profile. */
final class ProfileWatcher implements GuestWatcher {
  private static final int SHOWN = 20;
  private static final long SECOND = 1_000_000_000;
  private static final long DEFAULT_HERTZ = 1000;
  private static final long MAX_HERTZ = 100_000;
  private static final List<String> STACKS = List.of("auto", "kernel", "all", "none");

  private final long instructions;
  private final long hertz;
  private final String stacks;
  private final List<Symbols> given;
  private final Path folded;
  private final Path picture;
  private final Profile profile = new Profile();
  private String guestName = "";

  private ProfileWatcher(
      long instructions, long hertz, String stacks, List<Symbols> given, String prefix) {
    this.instructions = instructions;
    this.hertz = hertz;
    this.stacks = stacks;
    this.given = given;
    this.folded = Path.of(prefix + ".folded");
    this.picture = Path.of(prefix + ".svg");
  }

  static Options options(Options common) {
    return common
        .addOption(RunOptions.value(null, "every", "N", "take a sample every N guest instructions"))
        .addOption(
            RunOptions.value(
                null, "hertz", "N", "samples per second of a vcpu's running time (1000)"))
        .addOption(RunOptions.value(null, "symbols", "FILE", "names of functions; may be repeated"))
        .addOption(
            RunOptions.value(
                null, "stacks", "WHOSE", "follow frame pointers: auto, kernel, all or none"))
        .addOption(
            RunOptions.value("o", "output", "PREFIX", "write PREFIX.folded and .svg (profile)"));
  }

  /**
   * Checks the options, reads the symbols, and finds out whether files can be written, before
   * anything runs.
   */
  static ProfileWatcher of(CommandLine line) {
    if (line.hasOption("every") && line.hasOption("hertz")) {
      throw new UsageException("samples go by --every or by --hertz, not by both");
    }
    String stacks = line.getOptionValue("stacks", STACKS.get(0));
    if (!STACKS.contains(stacks)) {
      throw new UsageException("--stacks " + stacks + ": use auto, kernel, all or none");
    }
    List<Symbols> symbols = new ArrayList<>();
    if (line.hasOption("symbols")) {
      for (String file : line.getOptionValues("symbols")) {
        symbols.add(Symbols.read(Path.of(file)));
      }
    }
    ProfileWatcher watcher =
        new ProfileWatcher(
            line.hasOption("every") ? positive(line, "every", Integer.MAX_VALUE) : 0,
            line.hasOption("hertz") ? positive(line, "hertz", MAX_HERTZ) : DEFAULT_HERTZ,
            stacks,
            symbols,
            line.getOptionValue("output", "profile"));
    WholeFile.of(watcher.folded).close();
    WholeFile.of(watcher.picture).close();
    return watcher;
  }

  private static long positive(CommandLine line, String option, long limit) {
    String text = line.getOptionValue(option);
    if (RunTarget.number(option, text, limit) == 0) {
      throw new UsageException("--" + option + " " + text + ": use a number above 0");
    }
    return RunTarget.number(option, text, limit);
  }

  @Override
  public void created(Guest guest) {
    guestName = guest.spec().name();
    boolean auto = stacks.equals("auto") && guest.spec().kernel().keepsFramePointers();
    boolean user = stacks.equals("all");
    guest.sample(
        new SamplingPlan(
            instructions,
            instructions == 0 ? SECOND / hertz : 0,
            auto || user || stacks.equals("kernel"),
            user));
  }

  @Override
  public void stopped(Guest guest) {
    KernelImage kernel = guest.spec().kernel();
    List<Symbols> sources = new ArrayList<>(given);
    sources.add(kernel.symbols());
    profile.add(guest.samples(), new Namer(sources));
  }

  private String rule() {
    return instructions == 0
        ? hertz + " per second of running time"
        : "every " + instructions + " instructions";
  }

  @Override
  public void print(PrintStream err) {
    writeFiles();
    err.printf("zl: %d samples, %s%n", profile.total(), rule());
    for (Profile.Line line : profile.top(SHOWN)) {
      err.printf(Locale.ROOT, "%7.2f%%  %s%n", percent(line), line.name());
    }
    err.printf("zl: wrote %s and %s%n", folded, picture);
  }

  private double percent(Profile.Line line) {
    return 100.0 * line.samples() / profile.total();
  }

  @Override
  public void write(JsonGenerator out) throws IOException {
    writeFiles();
    out.writeObjectFieldStart("profile");
    out.writeNumberField("samples", profile.total());
    out.writeNumberField("instructions_per_sample", instructions);
    out.writeNumberField("samples_per_second", instructions == 0 ? hertz : 0);
    out.writeStringField("folded", folded.toString());
    out.writeStringField("svg", picture.toString());
    out.writeArrayFieldStart("top");
    for (Profile.Line line : profile.top(SHOWN)) {
      out.writeStartObject();
      out.writeStringField("name", line.name());
      out.writeNumberField("samples", line.samples());
      out.writeNumberField("percent", Math.round(percent(line) * 100) / 100.0);
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void writeFiles() {
    String title = guestName + ": " + profile.total() + " samples, " + rule();
    write(folded, profile::writeFolded);
    write(picture, out -> profile.writeSvg(out, title));
  }

  /** Text that goes into a file. */
  private interface Text {
    void write(Writer out) throws IOException;
  }

  private static void write(Path file, Text text) {
    WholeFile.write(
        file,
        out -> {
          Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
          text.write(writer);
          writer.flush();
        });
  }
}
