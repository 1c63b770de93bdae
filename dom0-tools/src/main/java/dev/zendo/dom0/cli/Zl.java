package dev.zendo.dom0.cli;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.DaemonException;
import dev.zendo.dom0.log.StderrLog;
import dev.zendo.dom0.spec.Suggestions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.slf4j.event.Level;

/** The program {@code zl}. */
public final class Zl {
  /** Whether what starts this program has seen that the verb will ask the daemon. */
  private static final boolean ASKS = Boolean.getBoolean("zendo.asks");

  /**
   * The class {@link dev.zendo.dom0.log.StderrLogProvider}, which few verbs need: by its name, as
   * its library is opened when it is loaded.
   */
  static final String LOG_PROVIDER = "dev.zendo.dom0.log.StderrLogProvider";

  private final PrintStream out;
  private final PrintStream err;
  private boolean verbose;

  Zl(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** Runs the program and ends the process with its status. */
  public static void main(String[] args) throws IOException {
    startQuickly();
    if (ASKS) {
      DaemonOptions.prepare();
    }
    StandardOutput.use();
    int status = new Zl(System.out, System.err).run(args);
    if (ArchiveTraining.WANTED) {
      Path guest = Path.of(args[args.length - 1]).toAbsolutePath();
      ArchiveTraining.run(guest.resolve(guest.getFileName() + ".elf"));
    }
    // Since JDK 21 an exit asks first whether somebody logs it, which takes as long as all the
    // rest.
    if (status != ExitStatus.OK || !DaemonOptions.asked()) {
      System.exit(status);
    }
  }

  /**
   * Spares the JVM the searches of all libraries for what would replace its own, and slf4j the line
   * that says so. Numbers look the same wherever the program runs; in this locale the JDK knows how
   * without reading any tables.
   */
  private static void startQuickly() {
    Locale.setDefault(Locale.US);
    System.setProperty("slf4j.provider", LOG_PROVIDER);
    System.setProperty("slf4j.internal.verbosity", "WARN");
    try {
      String selectors = "sun.nio.ch.EPollSelectorProvider";
      Class.forName(selectors);
      System.setProperty("java.nio.channels.spi.SelectorProvider", selectors);
    } catch (ClassNotFoundException e) {
      // No Linux, or another JDK: it finds its own.
    }
  }

  /** Runs the program and returns its exit status. */
  int run(String... args) {
    try {
      int status = dispatch(args);
      out.flush();
      return status;
    } catch (StandardOutput.Failed e) {
      return outputFailed(e);
    } catch (DaemonException e) {
      return fail(e.getMessage(), e, ExitStatus.FAILURE);
    } catch (ToolException e) {
      return fail(e.getMessage(), e, ExitStatus.BAD_USE);
    } catch (OutOfMemoryError e) {
      return fail(
          "the Java heap is full; give it more with ZENDO_JAVA_OPTS=-Xmx2g", e, ExitStatus.FAILURE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail("interrupted", e, ExitStatus.FAILURE);
    } catch (Exception | LinkageError e) {
      return fail("internal error: " + e + " (zl -v shows where)", e, ExitStatus.FAILURE);
    }
  }

  /** As a program that the host ends, without a word, where nobody reads any more. */
  private int outputFailed(StandardOutput.Failed failure) {
    return failure.isUnread()
        ? ExitStatus.UNREAD
        : fail(
            "standard output cannot be written (" + IoReason.of(failure.reason()) + ")",
            failure,
            ExitStatus.FAILURE);
  }

  private int fail(String message, Throwable cause, int status) {
    err.println("zl: " + message);
    if (verbose) {
      cause.printStackTrace(err);
    }
    return status;
  }

  private int dispatch(String... args) throws Exception {
    List<String> rest = new ArrayList<>(Arrays.asList(args));
    while (!rest.isEmpty() && rest.get(0).startsWith("-")) {
      String option = rest.remove(0);
      switch (option) {
        case "-v", "--verbose" -> beVerbose();
        case "-h", "--help" -> {
          Help.overview(out, Verbs.all());
          return ExitStatus.OK;
        }
        case "-V", "--version" -> {
          VersionVerb.print(out);
          return ExitStatus.OK;
        }
        default ->
            throw new UsageException(
                "unknown option "
                    + option
                    + Suggestions.hint(option, List.of("--verbose", "--help", "--version"))
                    + " (zl help lists the verbs)");
      }
    }
    if (rest.isEmpty()) {
      Help.overview(err, Verbs.all());
      return ExitStatus.BAD_USE;
    }
    String name = rest.remove(0);
    if (name.equals("help")) {
      return help(rest);
    }
    return runVerb(verb(name), rest.toArray(new String[0]));
  }

  private int help(List<String> names) {
    if (names.size() > 1) {
      throw new UsageException("help is used as zl help VERB");
    }
    if (names.isEmpty()) {
      Help.overview(out, Verbs.all());
    } else if (names.get(0).equals("--man")) {
      new ManPage(out).print(Verbs.all());
    } else {
      Help.of(out, verb(names.get(0)));
    }
    return ExitStatus.OK;
  }

  private static Verb verb(String name) {
    Verb verb = Verbs.find(name);
    if (verb == null) {
      List<String> names = new ArrayList<>(List.of("help"));
      Verbs.all().forEach(each -> names.add(each.name()));
      throw new UsageException(
          "unknown verb " + name + Suggestions.hint(name, names) + " (zl help lists them)");
    }
    return verb;
  }

  private int runVerb(Verb verb, String... args) throws Exception {
    Options options = verb.options();
    options.addOption(Help.helpOption()).addOption(Help.verboseOption());
    CommandLine line = parse(verb, options, args);
    if (line.hasOption(Help.helpOption())) {
      Help.of(out, verb);
      return ExitStatus.OK;
    }
    if (line.hasOption(Help.verboseOption())) {
      beVerbose();
    }
    if (!verb.takesArguments() && !line.getArgList().isEmpty()) {
      throw new UsageException(verb.name() + " takes no arguments (zl " + verb.name() + " --help)");
    }
    return verb.run(line, out);
  }

  private static CommandLine parse(Verb verb, Options options, String... args) {
    DefaultParser parser =
        DefaultParser.builder()
            .setAllowPartialMatching(false)
            .setStripLeadingAndTrailingQuotes(false)
            .get();
    String advice = " (zl " + verb.name() + " --help shows its options)";
    try {
      return parser.parse(options, args);
    } catch (UnrecognizedOptionException e) {
      String given = e.getOption().split("=", 2)[0];
      throw new UsageException(
          "unknown option " + given + Suggestions.hint(given, names(options)) + advice);
    } catch (MissingArgumentException e) {
      throw new UsageException("option " + Help.names(e.getOption()) + " needs a value" + advice);
    } catch (ParseException e) {
      throw new UsageException(e.getMessage() + advice);
    }
  }

  private static List<String> names(Options options) {
    List<String> names = new ArrayList<>();
    for (Option option : options.getOptions()) {
      names.add(option.getLongOpt() == null ? "-" + option.getOpt() : "--" + option.getLongOpt());
    }
    return names;
  }

  private void beVerbose() {
    StderrLog.level(verbose ? Level.DEBUG : Level.INFO);
    verbose = true;
  }
}
