package dev.zendo.hypervisor.engine.x86;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Runs binutils' {@code objdump} on raw code and brings its text to our notation. */
final class Objdump {
  /** One instruction as objdump sees it. */
  record Line(int address, byte[] bytes, String text) {
    int length() {
      return bytes.length;
    }
  }

  private static final Pattern PREFIX =
      Pattern.compile(
          "^((data16|data32|addr16|addr32|rex[.A-Z]*|cs|ds|es|ss|fs|gs|bnd|notrack|xacquire"
              + "|xrelease) )+");
  private static final Pattern TARGET =
      Pattern.compile(
          "^((?:[a-zA-Z0-9.]+ )*(?:call|jmp|xbegin|loop|j)[a-z,]*\\s+)([0-9a-f]+)(?= <|$)");
  private static final Pattern REPEAT = Pattern.compile("^(repz|repnz|rep) ");
  private static final Pattern STRING =
      Pattern.compile(
          "^(rep|repz|repnz) (lock )?(movs|cmps|stos|lods|scas|ins|outs)[bwlq]? .*\\(.*");

  private Objdump() {}

  /** Whether objdump for x86 is on this host. */
  static boolean present() {
    try {
      Process process = new ProcessBuilder("objdump", "-i").redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return process.waitFor(10, TimeUnit.SECONDS) && text.contains("elf64-x86-64");
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Disassembles raw bytes as one stream that starts at address 0. */
  static List<Line> raw(byte[] code, boolean longMode) {
    try {
      Path file = Files.createTempFile("code", ".bin");
      try {
        Files.write(file, code);
        String machine = longMode ? "i386:x86-64" : "i386";
        List<String> command = new ArrayList<>();
        command.addAll(List.of("objdump", "-D", "-z", "-b", "binary", "-m", machine));
        if (longMode) {
          command.addAll(List.of("-M", "intel64"));
        }
        command.addAll(List.of("--insn-width=16", file.toString()));
        return run(command, Integer.MAX_VALUE);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Disassembles the text of an executable or library, up to a number of instructions. */
  static List<Line> text(Path file, int limit) throws IOException {
    return run(
        List.of("objdump", "-d", "-M", "intel64", "--insn-width=16", file.toString()), limit);
  }

  private static List<Line> run(List<String> command, int limit) throws IOException {
    List<Line> lines = new ArrayList<>();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      String line = reader.readLine();
      for (; line != null && lines.size() < limit; line = reader.readLine()) {
        String[] columns = line.split("\t", 3);
        if (columns.length >= 2 && columns[0].endsWith(":")) {
          int address = Integer.parseInt(columns[0].strip().replace(":", ""), 16);
          byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(columns[1].strip());
          lines.add(new Line(address, bytes, columns.length < 3 ? "" : columns[2].strip()));
        }
      }
    }
    process.destroy();
    return lines;
  }

  /** Removes what has no meaning: comments, idle prefixes, hints, spelled-out zero parts. */
  static String normalise(String text) {
    String s = TARGET.matcher(text).replaceFirst("$10x$2");
    s = s.replaceAll("\\s*#.*", "").replaceAll("\\s*<.*>", "").replaceAll("\\s+", " ");
    String lock = s.contains("lock ") ? "lock " : "";
    s = s.replace("lock ", "");
    boolean repeated = STRING.matcher(strip(s, PREFIX)).matches();
    String repeat = "";
    for (String before = null; !s.equals(before); ) {
      before = s;
      s = strip(s, PREFIX);
      if (REPEAT.matcher(s).find()) {
        repeat = repeat.isEmpty() ? s.substring(0, s.indexOf(' ') + 1) : repeat;
        s = strip(s, REPEAT);
      }
    }
    repeated |= s.matches("(movs|cmps|stos|lods|scas|ins|outs)[bwlq]? .*%[re]?[sd]i\\).*");
    s = s.replaceAll(",p[nt]\\b", "");
    s = s.replaceAll(",%[re]iz,[1248]", "").replaceAll("(0x[0-9a-f]+)\\(,?1?\\)", "$1");
    s =
        s.replaceAll("(^|[ ,:*])0x0\\((?!,)", "$1(")
            .replaceAll("\\((%[a-z0-9]+),[1248]\\)", "($1)");
    return lock + (repeated ? repeat : "") + s.strip();
  }

  private static String strip(String s, Pattern pattern) {
    return pattern.matcher(s).replaceFirst("");
  }
}
