package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.WholeFile;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.display.Picture;
import dev.zendo.dom0.display.VncAddress;
import dev.zendo.dom0.display.VncClient;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code zl screenshot}. */
final class ScreenshotVerb implements Verb {
  @Override
  public String name() {
    return "screenshot";
  }

  @Override
  public String summary() {
    return "Save what a guest's screen shows as a PNG file";
  }

  @Override
  public String arguments() {
    return "DOMAIN|[HOST]:DISPLAY FILE";
  }

  @Override
  public String details() {
    return """
        A domain of the daemon has a screen if its configuration has a vfb. A guest of zl run with
        --vfb vnc=1,vncdisplay=DISPLAY is asked with VNC (port 5900 + DISPLAY), and so are others
        with a colon in the name. FILE may be - for standard output.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "zl screenshot web screen.png",
        "zl screenshot :0 screen.png",
        "zl screenshot :3 --password secret - | feh -");
  }

  @Override
  public Options options() {
    return DaemonOptions.options()
        .addOption(RunOptions.value(null, "password", "TEXT", "what vncpasswd says"));
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    List<String> words = line.getArgList();
    if (words.size() != 2) {
      throw new UsageException(
          "screenshot needs a domain or display and a file: zl screenshot web screen.png");
    }
    if (words.get(0).contains(":")) {
      fromDisplay(line, words.get(0), words.get(1), out);
    } else {
      fromDaemon(line, words.get(0), words.get(1), out);
    }
    return ExitStatus.OK;
  }

  private static void fromDaemon(CommandLine line, String domain, String name, PrintStream out)
      throws InterruptedException {
    if (name.equals("-")) {
      toOutput(line, domain, out);
      return;
    }
    JsonNode answer = fromDaemon(line, domain, Path.of(name).toAbsolutePath());
    if (line.hasOption("json")) {
      out.println(Json.pretty(answer));
    }
  }

  private static JsonNode fromDaemon(CommandLine line, String domain, Path file)
      throws InterruptedException {
    try (DaemonClient client = DaemonOptions.connect(line)) {
      return client.call(
          "screenshot", Json.object().put("domain", domain).put("file", file.toString()));
    }
  }

  /** By way of a file: the daemon writes pictures into files alone. */
  private static void toOutput(CommandLine line, String domain, PrintStream out)
      throws InterruptedException {
    try {
      Path file = Files.createTempFile("screen", ".png");
      try {
        fromDaemon(line, domain, file);
        Files.copy(file, out);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new ToolException("no picture for standard output (" + IoReason.of(e) + ")", e);
    }
  }

  private static void fromDisplay(CommandLine line, String address, String file, PrintStream out) {
    int colon = address.lastIndexOf(':');
    String host = colon > 0 ? address.substring(0, colon) : "127.0.0.1";
    int port = VncAddress.BASE_PORT + display(address, address.substring(colon + 1));
    Picture picture;
    try (VncClient client = new VncClient(host, port, line.getOptionValue("password", ""))) {
      picture = client.picture();
    } catch (IOException e) {
      throw new ToolException(
          address + ": no picture from port " + port + " (" + e.getMessage() + ")", e);
    }
    save(picture, file, out);
    if (line.hasOption("json") && !file.equals("-")) {
      out.println(Json.pretty(Json.object().put("file", file)));
    }
  }

  private static int display(String address, String number) {
    try {
      int display = Integer.parseInt(number);
      if (display >= 0 && display <= VncAddress.MAX_DISPLAY) {
        return display;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UsageException(address + ": a display is written as :0 or host:0");
  }

  private static void save(Picture picture, String name, PrintStream out) {
    if (!name.equals("-")) {
      WholeFile.write(Path.of(name), picture::writePng);
      return;
    }
    try {
      picture.writePng(out);
    } catch (IOException e) {
      throw new ToolException(name + ": cannot be written (" + IoReason.of(e) + ")", e);
    }
  }
}
