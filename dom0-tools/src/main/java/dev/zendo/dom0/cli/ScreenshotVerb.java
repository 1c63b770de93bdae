package dev.zendo.dom0.cli;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.display.Picture;
import dev.zendo.dom0.display.VncAddress;
import dev.zendo.dom0.display.VncClient;
import java.io.IOException;
import java.io.OutputStream;
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
    return "[HOST]:DISPLAY FILE";
  }

  @Override
  public String details() {
    return """
        The guest runs with --vfb vnc=1,vncdisplay=DISPLAY (port 5900 + DISPLAY).
        FILE may be - for standard output.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of("zl screenshot :0 screen.png", "zl screenshot :3 --password secret - | feh -");
  }

  @Override
  public Options options() {
    return new Options()
        .addOption(RunOptions.value(null, "password", "TEXT", "what vncpasswd says"));
  }

  @Override
  public int run(CommandLine line, PrintStream out) {
    List<String> words = line.getArgList();
    if (words.size() != 2) {
      throw new UsageException(
          "screenshot needs a display and a file: zl screenshot :0 screen.png");
    }
    String address = words.get(0);
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
    save(picture, words.get(1), out);
    return ExitStatus.OK;
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
    try {
      if (name.equals("-")) {
        picture.writePng(out);
        return;
      }
      try (OutputStream file = Files.newOutputStream(Path.of(name))) {
        picture.writePng(file);
      }
    } catch (IOException e) {
      throw new ToolException(name + ": cannot be written (" + e.getMessage() + ")", e);
    }
  }
}
