package dev.zendo.dom0.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the script {@code zl} finds, with programs in place of Java that only say what they got. */
@Timeout(60)
class LauncherTest {
  private static final Path SCRIPT = Path.of("../zl");

  @TempDir private Path temp;

  private Path home;
  private Path remembered;
  private Path bin;
  private Path other;

  @BeforeEach
  void install() throws IOException {
    temp = temp.toRealPath();
    home = Files.createDirectories(temp.resolve("a home"));
    executable(Files.copy(SCRIPT, home.resolve("zl")));
    remembered = Files.createDirectories(home.resolve("dom0-tools/target/zl")).resolve("jdk");
    Files.createFile(home.resolve("dom0-tools/target/dom0-tools.jar"));
    bin = Files.createDirectory(temp.resolve("bin"));
    other = Files.createDirectory(temp.resolve("other"));
    // A folder of that name is no program.
    Files.createDirectories(temp.resolve("folders/java"));
    linkJava(jdk("17.0.1"));
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A JDK whose Java says which it is, where it runs, and its last words. */
  private Path jdk(String version) throws IOException {
    Path jdk = temp.resolve("jdk-" + version);
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "A=\"b\"\nJAVA_VERSION=\"" + version + "\"\n");
    String text =
        """
        #!/bin/sh
        while [ $# -gt 3 ]; do shift; done
        echo "VERSION in $PWD: $1 $2 $3"
        """;
    Path java = jdk.resolve("bin/java");
    executable(Files.writeString(java, text.replace("VERSION", version)));
    return jdk;
  }

  /** Makes it the Java of the path, as systems do that have several. */
  private void linkJava(Path jdk) throws IOException {
    Files.deleteIfExists(bin.resolve("java"));
    Files.createSymbolicLink(bin.resolve("java"), jdk.resolve("bin/java"));
  }

  private String run(Path folder, String... words) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("PATH", "/nowhere::" + temp + "/folders:" + bin + ":/usr/bin:/bin");
    builder.environment().put("ZENDO_NO_BUILD", "1");
    builder.environment().put("CDPATH", temp.toString());
    builder.environment().remove("JAVA_HOME");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor() + " " + output;
  }

  /** What a start of it prints. */
  private String started(String version, Path folder) {
    return "0 %s in %s: -jar %s/dom0-tools/target/dom0-tools.jar info\n"
        .formatted(version, folder, home);
  }

  @Test
  void itsFilesAreFoundHoweverItIsNamed() throws IOException, InterruptedException {
    Files.createSymbolicLink(temp.resolve("absolute"), home.resolve("zl"));
    Files.createSymbolicLink(temp.resolve("relative"), Path.of("a home/zl"));
    Files.createSymbolicLink(temp.resolve("folder"), home);
    for (String program :
        List.of(
            home + "/zl",
            temp + "/absolute",
            temp + "/relative",
            temp + "/folder/zl",
            "../a home/zl",
            "../relative")) {
      assertEquals(started("17.0.1", other), run(other, program, "info"), program);
    }
    assertEquals(started("17.0.1", home), run(home, "./zl", "info"));
    assertEquals(started("17.0.1", home), run(home, "sh", "zl", "info"));
  }

  @Test
  void theFirstJavaOfThePathIsTakenAndRemembered() throws IOException, InterruptedException {
    assertEquals(started("17.0.1", other), run(other, home + "/zl", "info"));
    assertEquals(temp + "/jdk-17.0.1\n", Files.readString(remembered));
    assertEquals(started("17.0.1", other), run(other, home + "/zl", "info"));
  }

  @Test
  void whatIsRememberedCountsWhileItIsTrue() throws IOException, InterruptedException {
    for (String wrong : List.of("", "\n", "/nowhere\n", temp + "/jdk-1 7\n")) {
      Files.writeString(remembered, wrong);
      assertEquals(started("17.0.1", other), run(other, home + "/zl", "info"));
      assertEquals(temp + "/jdk-17.0.1\n", Files.readString(remembered));
    }
    linkJava(jdk("21.0.2"));
    assertEquals(started("21.0.2", other), run(other, home + "/zl", "info"));
    assertEquals(temp + "/jdk-21.0.2\n", Files.readString(remembered));
  }

  @Test
  void aFolderThatIsGoneIsSaid() throws IOException, InterruptedException {
    String script = "mkdir gone && cd gone && rmdir ../gone && exec \"$0\" info 2>&1";
    assertEquals(
        "2 zl: the current folder is not there any more; go to another one\n",
        run(other, "sh", "-c", script, home + "/zl").replaceAll("sh: .*getcwd.*\n", ""));
  }
}
