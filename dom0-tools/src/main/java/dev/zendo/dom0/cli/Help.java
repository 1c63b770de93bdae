package dev.zendo.dom0.cli;

import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.Option;

/** Prints help. */
final class Help {
  private static final int COLUMN = 28;

  private Help() {}

  /** The option that every verb has to show its help. */
  static Option helpOption() {
    return Option.builder("h").longOpt("help").desc("show this help").get();
  }

  /** The option that every verb has to say more. */
  static Option verboseOption() {
    return Option.builder("v").longOpt("verbose").desc("say more, and show stack traces").get();
  }

  /** Both names of an option. */
  static String names(Option option) {
    if (option.getLongOpt() == null) {
      return "-" + option.getOpt();
    }
    return (option.getOpt() == null ? "" : "-" + option.getOpt() + ", ")
        + "--"
        + option.getLongOpt();
  }

  /** The list of verbs. */
  static void overview(PrintStream out, List<Verb> verbs) {
    out.println("Usage: zl [-v] VERB [options] [arguments]");
    out.println();
    out.println("Zendo runs paravirtualized Xen guests. Verbs:");
    out.println();
    for (Verb verb : verbs) {
      out.printf(" %-14s %s%n", verb.name(), verb.summary());
    }
    out.printf(
        " %-14s %s%n", "help", "Show this list, or the help of a verb; --man: all as a man page");
    out.println();
    out.println("zl VERB --help shows options and examples; zl --version shows the version.");
    out.println("Environment: ZENDO_LOG=error|warn|info|debug|trace, JAVA_HOME, ZENDO_JAVA_OPTS.");
  }

  /** The help of a verb. */
  static void of(PrintStream out, Verb verb) {
    out.println("Usage: zl " + verb.name() + " " + verb.arguments());
    out.println();
    out.println(verb.summary() + ".");
    out.println();
    out.println("Options:");
    for (Option option : verb.options().getOptions()) {
      print(out, option);
    }
    print(out, helpOption());
    print(out, verboseOption());
    if (!verb.details().isEmpty()) {
      out.println();
      out.print(verb.details());
    }
    out.println();
    out.println("Examples:");
    for (String example : verb.examples()) {
      out.println("  " + example);
    }
  }

  private static void print(PrintStream out, Option option) {
    String name = (option.getOpt() == null ? "    " : "") + names(option);
    if (option.hasArg()) {
      name += " " + (option.getArgName() == null ? "VALUE" : option.getArgName());
    }
    if (name.length() > COLUMN) {
      out.println("  " + name);
      name = "";
    }
    out.printf("  %-" + COLUMN + "s %s%n", name, option.getDescription());
  }
}
