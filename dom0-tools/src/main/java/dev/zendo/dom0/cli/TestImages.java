package dev.zendo.dom0.cli;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Which images {@code zl conform} runs. */
final class TestImages {
  private static final String SUITE = "hypercalls/conformance";
  private static final String EXPECTED = "expected/xen-4.17";

  private TestImages() {}

  /**
   * Finds images; builds folders first.
   *
   * @param words files and folders; none stands for the suite
   */
  static List<Path> find(List<String> words) {
    if (words.isEmpty()) {
      return inFolder(suite());
    }
    List<Path> images = new ArrayList<>();
    for (String word : words) {
      Path path = Path.of(word);
      if (Files.isDirectory(path)) {
        images.addAll(inFolder(path));
      } else if (Files.isRegularFile(path)) {
        images.add(path);
      } else {
        throw new ToolException(word + ": there is no such image");
      }
    }
    return images;
  }

  /** The recorded answers of real Xen, a file for each image of the suite. */
  static List<Path> expectedAnswers() {
    return files(suite().resolve(EXPECTED), ".txt");
  }

  private static List<Path> inFolder(Path folder) {
    GuestFolder.make(folder);
    List<Path> images = new ArrayList<>(files(folder, ".elf"));
    images.addAll(files(folder.resolve("target"), ".elf"));
    if (images.isEmpty()) {
      throw new ToolException(folder + ": no *.elf files in it or in its folder target");
    }
    return images;
  }

  private static List<Path> files(Path folder, String ending) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new ToolException(folder + ": cannot be read (" + IoReason.of(e) + ")", e);
    }
  }

  /** The folder of the suite, three levels above our own jar or classes. */
  private static Path suite() {
    try {
      Path own =
          Path.of(TestImages.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path folder = own.getParent().getParent().getParent().resolve(SUITE);
      if (Files.isDirectory(folder)) {
        return folder;
      }
      throw new ToolException(folder + " is missing; name the images to run (zl conform IMAGE...)");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
