package dev.zendo.dom0;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir private Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String refusal(Path file) {
    return assertThrows(
            ToolException.class, () -> WholeFile.write(file, out -> out.write(new byte[100])))
        .getMessage();
  }

  @Test
  void whatIsNotWholeIsNotThere() throws IOException {
    Path old = Files.writeString(folder.resolve("old"), "old");
    for (Path file : List.of(old, folder.resolve("new"))) {
      ToolException failure =
          assertThrows(
              ToolException.class,
              () ->
                  WholeFile.write(
                      file,
                      out -> {
                        out.write(new byte[100]);
                        throw new IOException("No space left on device");
                      }));
      assertEquals(file + ": cannot be written (No space left on device)", failure.getMessage());
    }
    WholeFile.of(folder.resolve("tried")).close();
    assertEquals("old", Files.readString(old));
    assertEquals(List.of("old"), names());
  }

  @Test
  void anOlderOneIsReplacedAndLinksStay() throws IOException {
    Path old = Files.writeString(folder.resolve("old"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), old);
    WholeFile.write(link, out -> out.write("new".getBytes(UTF_8)));
    assertEquals("new", Files.readString(old));
    assertTrue(Files.isSymbolicLink(link));
    try (WholeFile secret = WholeFile.ofOwner(old)) {
      secret.force();
      secret.commit();
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(old)));
    assertEquals(List.of("link", "old"), names());
  }

  @Test
  void devicesAndFoldersAreNotReplaced() throws IOException {
    assertTrue(refusal(folder).startsWith(folder + ": cannot be written ("));
    assertTrue(refusal(Path.of("/")).startsWith("/: cannot be written ("));
    assertEquals(
        folder + "/no/file: cannot be written (no such file or folder)",
        refusal(folder.resolve("no/file")));
    assertEquals(List.of(), names());
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "there is no /dev/full");
    assertTrue(refusal(full).contains("No space left"), refusal(full));
    assertFalse(Files.isRegularFile(full));
  }
}
