package dev.zendo.dom0.cli;

import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** One verb of the command line. */
interface Verb {
  /** How it is called. */
  String name();

  /** One line for the list of verbs. */
  String summary();

  /** What follows the name, for the usage line. */
  String arguments();

  /** Whether there can be words behind it that are no options. */
  default boolean takesArguments() {
    return true;
  }

  /** Paragraphs below the options in its help. */
  default String details() {
    return "";
  }

  /** Commands that show its use, each with what it does. */
  List<String> examples();

  /** Its options, without {@code --help} and {@code --verbose}. */
  default Options options() {
    return new Options();
  }

  /**
   * Does it.
   *
   * @param line parsed options and arguments
   * @param out standard output
   * @return a constant of {@link ExitStatus}
   */
  int run(CommandLine line, PrintStream out) throws Exception;
}
