package dev.zendo.dom0.cli;

import dev.zendo.dom0.xenstore.StoreConnection;
import dev.zendo.dom0.xenstore.StoreFile;
import dev.zendo.dom0.xenstore.StoreSocket;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** {@code zl store}: looks into a store and changes it, as the xenstore-* programs do. */
final class StoreVerb implements Verb {
  private static final List<String> ACTIONS =
      List.of("ls", "list", "read", "write", "rm", "exists", "chmod", "watch");

  @Override
  public String name() {
    return "store";
  }

  @Override
  public String summary() {
    return "Read and change the store of a running guest, or one saved as JSON";
  }

  @Override
  public String arguments() {
    return "--socket PATH|--file JSON ls|list|read|write|rm|exists|chmod|watch [PATH [VALUE]]";
  }

  @Override
  public Options options() {
    return new Options()
        .addOption(
            Option.builder("s")
                .longOpt("socket")
                .hasArg()
                .argName("PATH")
                .desc("socket of a running zl run --store-socket PATH")
                .get())
        .addOption(
            Option.builder("f")
                .longOpt("file")
                .hasArg()
                .argName("FILE")
                .desc("store saved as JSON")
                .get())
        .addOption("p", "permissions", false, "show permissions, too");
  }

  @Override
  public String details() {
    return """
    ls shows a subtree, list the names below a node, watch prints the paths that change until
    it is interrupted.
    """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "zl store --socket /tmp/store ls /local/domain/1",
        "zl store --socket /tmp/store write /local/domain/1/control/shutdown poweroff",
        "zl store --file store.json read /local/domain/1/name");
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws Exception {
    List<String> words = line.getArgList();
    if (words.isEmpty() || !ACTIONS.contains(words.get(0))) {
      throw new UsageException(
          "store needs one of "
              + String.join(", ", ACTIONS)
              + (words.isEmpty() ? "" : Suggestions.hint(words.get(0), ACTIONS))
              + " (zl store --help)");
    }
    try (StoreConnection store = open(line)) {
      return act(store, words, line.hasOption("permissions"), out);
    }
  }

  private static StoreConnection open(CommandLine line) {
    if (line.hasOption("socket") == line.hasOption("file")) {
      throw new UsageException(
          "store needs either --socket PATH of a running zl run, or --file of a saved store");
    }
    return line.hasOption("socket")
        ? new StoreSocket(Path.of(line.getOptionValue("socket")))
        : new StoreFile(Path.of(line.getOptionValue("file")));
  }

  private static int act(
      StoreConnection store, List<String> words, boolean permissions, PrintStream out) {
    String action = words.get(0);
    String path = words.size() > 1 ? words.get(1) : "/";
    boolean optional = action.equals("ls") || action.equals("list") || action.equals("watch");
    int least = action.equals("write") || action.equals("chmod") ? 3 : optional ? 1 : 2;
    if (words.size() < least) {
      throw new UsageException("store " + action + " needs more arguments (zl store --help)");
    }
    switch (action) {
      case "ls" -> tree(store, path, permissions, out);
      case "list" -> store.list(path).forEach(out::println);
      case "read" -> out.println(text(store.read(path)));
      case "write" -> store.write(path, words.get(2).getBytes(StandardCharsets.UTF_8));
      case "rm" -> store.remove(path);
      case "chmod" -> store.chmod(path, words.subList(2, words.size()));
      case "watch" ->
          store.watch(
              path,
              changed -> {
                out.println(changed);
                out.flush();
              });
      default -> {
        return store.exists(path) ? ExitStatus.OK : ExitStatus.FAILURE;
      }
    }
    return ExitStatus.OK;
  }

  private static void tree(
      StoreConnection store, String path, boolean permissions, PrintStream out) {
    if (!path.equals("/")) {
      String suffix = permissions ? "   (" + String.join(",", store.permissions(path)) + ")" : "";
      out.println(path + " = \"" + text(store.read(path)) + "\"" + suffix);
    }
    for (String child : store.list(path)) {
      tree(store, path.equals("/") ? "/" + child : path + "/" + child, permissions, out);
    }
  }

  /** Printable text; other bytes as octal escapes, as xenstore-ls shows them. */
  private static String text(byte[] value) {
    StringBuilder text = new StringBuilder();
    for (byte b : value) {
      if (b >= ' ' && b < 0x7f && b != '\\') {
        text.append((char) b);
      } else {
        text.append(String.format(java.util.Locale.ROOT, "\\%03o", b & 0xff));
      }
    }
    return text.toString();
  }
}
