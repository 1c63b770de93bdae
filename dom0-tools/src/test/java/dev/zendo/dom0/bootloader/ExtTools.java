package dev.zendo.dom0.bootloader;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The programs of e2fsprogs, which make images and are asked what is in them. */
public final class ExtTools {
  private ExtTools() {}

  /**
   * Makes a file system with the files of a folder.
   *
   * @param options for mke2fs
   */
  public static Path make(Path image, int kib, Path tree, String... options)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("/usr/sbin/mke2fs", "-q", "-F"));
    words.addAll(List.of(options));
    words.addAll(List.of("-d", tree.toString(), image.toString(), kib + "k"));
    run(0, words);
    return image;
  }

  /** Has directories indexed. */
  static void index(Path image) throws IOException, InterruptedException {
    run(1, List.of("/usr/sbin/e2fsck", "-fyD", image.toString()));
  }

  /** A file as debugfs reads it. */
  static byte[] cat(Path image, String path) throws IOException, InterruptedException {
    return run(0, List.of("/usr/sbin/debugfs", "-R", "cat " + path, image.toString()));
  }

  private static byte[] run(int most, List<String> words) throws IOException, InterruptedException {
    assumeTrue(
        Files.isExecutable(Path.of(words.get(0))),
        words.get(0) + " is not installed (Debian: e2fsprogs)");
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    byte[] output = process.getInputStream().readAllBytes();
    int status = process.waitFor();
    assertTrue(status <= most, words + " ended with " + status);
    return output;
  }
}
