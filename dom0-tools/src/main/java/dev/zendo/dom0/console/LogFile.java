package dev.zendo.dom0.console;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.nio.file.Path;

/** Keeps what a guest prints in a file that is rotated. Thread-safe. */
public final class LogFile implements ConsoleEnd {
  private final Path path;
  private final RotatingFile file;
  private final OutputWriter writer;

  /**
   * Goes on at the end of the file.
   *
   * @param limit bytes of one file
   * @param kept older files that stay, as {@code FILE.1} and so on
   * @throws ToolException when it cannot be written
   */
  public LogFile(Path path, long limit, int kept) {
    this.path = path;
    try {
      file = new RotatingFile(path, limit, kept);
    } catch (IOException e) {
      throw new ToolException(path + ": cannot be written (" + IoReason.of(e) + ")", e);
    }
    writer = new OutputWriter("console-log", file);
  }

  @Override
  public ConsoleOutput output() {
    return writer;
  }

  @Override
  public void connect(ConsoleInput console) {
    writer.connect(console);
  }

  @Override
  public String address() {
    return path.toString();
  }

  @Override
  public void close() {
    writer.close();
    try {
      file.close();
    } catch (IOException e) {
      // Its last bytes were written already.
    }
  }
}
