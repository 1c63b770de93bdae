package dev.zendo.dom0.report;

import dev.zendo.hypervisor.domain.InternalFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** The file that is kept when Zendo itself failed. */
public final class FailureFile {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT);

  private FailureFile() {}

  /**
   * Writes a new file into a folder or, if nobody may write there, the host's folder for temporary
   * files.
   *
   * @param title one line: what was run, how
   * @param state of the guest, several lines; may be empty
   * @throws IOException when neither can be written
   */
  public static Path write(Path folder, String title, List<InternalFailure> failures, String state)
      throws IOException {
    StringBuilder text = new StringBuilder(title).append("\n\n");
    for (InternalFailure failure : failures) {
      text.append(failure.text()).append('\n');
    }
    text.append(state);
    String name =
        "zendo-internal-error-" + LocalDateTime.now(ZoneId.systemDefault()).format(TIME) + ".txt";
    Path file = folder.resolve(name);
    if (!Files.isWritable(folder)) {
      file = Path.of(System.getProperty("java.io.tmpdir"), name);
    }
    return Files.writeString(file, text);
  }
}
