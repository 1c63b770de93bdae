package dev.zendo.hypercalls.generate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes what is derived from the ABI description: {@code Generate header FILE} the C header of the
 * guest kit, {@code Generate reference FILE} the Markdown reference. A file that would not change
 * is not touched, so that make sees no reason to rebuild.
 */
public final class Generate {
  private Generate() {}

  /** Runs at build time; see the class comment for the arguments. */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException("usage: Generate header|reference FILE");
    }
    String text =
        switch (args[0]) {
          case "header" -> CHeader.text();
          case "reference" -> AbiReference.text();
          default -> throw new IllegalArgumentException("cannot generate " + args[0]);
        };
    write(Path.of(args[1]), text);
  }

  private static void write(Path file, String text) throws IOException {
    if (Files.exists(file) && Files.readString(file, StandardCharsets.UTF_8).equals(text)) {
      return;
    }
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }
}
