package dev.zendo.dom0.cli;

import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.Option;

/** Prints zl(1) in the language of man(7), from what the verbs say of themselves. */
final class ManPage {
  private final PrintStream out;

  ManPage(PrintStream out) {
    this.out = out;
  }

  /** All of it. */
  void print(List<Verb> verbs) {
    out.println(".TH ZL 1 \"\" \"Zendo " + plain(VersionVerb.version()) + "\"");
    section("NAME");
    text("zl - runs and manages paravirtualized Xen guests");
    section("SYNOPSIS");
    out.println(".B zl");
    text("[-v] VERB [options] [arguments]");
    section("DESCRIPTION");
    text(
        "Zendo runs paravirtualized Xen guests in a process of the user. Its verbs, their options"
            + " and the configuration files are those of xl(1) and xl.cfg(5) where these have them.");
    section("VERBS");
    verbs.forEach(this::verb);
    environment();
    section("EXIT STATUS");
    status(ExitStatus.OK, "Everything went well.");
    status(ExitStatus.FAILURE, "It could not be done; the message says why.");
    status(ExitStatus.BAD_USE, "Wrong use, or a file that cannot be used.");
    status(ExitStatus.CRASHED, "The guest crashed (zl run).");
    status(ExitStatus.TIMEOUT, "The guest did not end in time (zl run).");
    status(ExitStatus.INTERNAL_ERROR, "An error of Zendo's own ended the guest (zl run).");
    status(ExitStatus.LEFT, "It was left with Ctrl-C, or zl run with Ctrl-].");
    status(ExitStatus.UNREAD, "Nobody reads standard output any more.");
  }

  private void environment() {
    section("ENVIRONMENT");
    tagged("ZENDO_STATE", "The daemon's folder, instead of $XDG_STATE_HOME/zendo.");
    tagged("ZENDO_LOG", "What is logged: error, warn, info, debug or trace.");
    tagged("JAVA_HOME", "The JDK that is used.");
    tagged("ZENDO_JAVA_OPTS", "More options for the JVM.");
    tagged("NO_COLOR", "Nothing is printed in colours, whether it is set or not.");
  }

  private void status(int status, String meaning) {
    tagged(Integer.toString(status), meaning);
  }

  private void verb(Verb verb) {
    out.println(
        ".SS \"zl " + plain(verb.name() + " " + verb.arguments()).replace("\"", "\\(dq") + '"');
    text(verb.summary() + ".");
    for (Option option : verb.options().getOptions()) {
      String value = option.getArgName() == null ? "VALUE" : option.getArgName();
      tagged(
          Help.names(option) + (option.hasArg() ? " " + value : ""), option.getDescription() + ".");
    }
    block(verb.details().lines().toList());
    block(verb.examples());
  }

  private void section(String name) {
    out.println(".SH " + (name.contains(" ") ? "\"" + name + "\"" : name));
  }

  private void text(String text) {
    out.println(plain(text));
  }

  private void tagged(String tag, String text) {
    out.println(".TP");
    out.println(".B " + plain(tag));
    text(text);
  }

  /** Lines that stay as they are. */
  private void block(List<String> lines) {
    if (!lines.isEmpty()) {
      out.println(".PP");
      out.println(".nf");
      lines.forEach(this::text);
      out.println(".fi");
    }
  }

  /** Text without what man would take for its own. */
  private static String plain(String text) {
    String plain = text.replace("\\", "\\(rs").replace("-", "\\-");
    return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
  }
}
