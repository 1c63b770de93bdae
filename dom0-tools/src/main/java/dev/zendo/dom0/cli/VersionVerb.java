package dev.zendo.dom0.cli;

import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;

/** {@code zl version}. */
final class VersionVerb implements Verb {
  @Override
  public String name() {
    return "version";
  }

  @Override
  public String summary() {
    return "Show the version of Zendo, of the ABI and of Java";
  }

  @Override
  public String arguments() {
    return "";
  }

  @Override
  public boolean takesArguments() {
    return false;
  }

  @Override
  public List<String> examples() {
    return List.of("zl version");
  }

  @Override
  public int run(CommandLine line, PrintStream out) {
    print(out);
    return ExitStatus.OK;
  }

  /** Version of Zendo. */
  static String version() {
    String version = VersionVerb.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  static void print(PrintStream out) {
    out.println("zendo " + version() + " (Xen PV ABI 4.17, Java " + Runtime.version() + ")");
  }
}
