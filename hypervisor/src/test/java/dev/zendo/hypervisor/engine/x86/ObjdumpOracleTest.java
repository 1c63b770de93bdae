package dev.zendo.hypervisor.engine.x86;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Length and text of every instruction agree with binutils. */
class ObjdumpOracleTest {
  private static final int INSTRUCTIONS = Integer.getInteger("zendo.objdump.instructions", 60_000);
  private static final int SLOTS = Integer.getInteger("zendo.objdump.slots", 30_000);

  @Test
  void randomLongModeCodeDecodesAsInObjdump() {
    compareSlots(CodeStreams.slots(SLOTS, 1, true), true);
  }

  @Test
  void randomCompatibilityModeCodeDecodesAsInObjdump() {
    compareSlots(CodeStreams.slots(SLOTS, 2, false), false);
  }

  @Test
  void realCodeDecodesAsInObjdump() throws IOException {
    assumeTrue(Objdump.present(), "objdump is not installed: decoder not compared with it");
    Differences differences = new Differences();
    int compared = 0;
    for (Path file : programs()) {
      for (Objdump.Line line : Objdump.text(file, INSTRUCTIONS)) {
        if (line.length() <= 15) {
          differences.compare(line);
          compared++;
        }
      }
    }
    assertTrue(differences.isEmpty(), differences::report);
    assumeTrue(compared > 0, "no x86-64 programs on this host");
  }

  /** Programs that are on most hosts. */
  private static List<Path> programs() {
    String jvm = System.getProperty("java.home") + "/lib/server/libjvm.so";
    return Stream.of("/bin/bash", "/lib/x86_64-linux-gnu/libc.so.6", jvm)
        .map(Path::of)
        .filter(Files::isReadable)
        .filter(file -> System.getProperty("os.arch").equals("amd64"))
        .toList();
  }

  private static void compareSlots(byte[] code, boolean longMode) {
    assumeTrue(Objdump.present(), "objdump is not installed: decoder not compared with it");
    Map<Integer, Objdump.Line> lines = new HashMap<>();
    for (Objdump.Line line : Objdump.raw(code, longMode)) {
      lines.put(line.address(), line);
    }
    Differences differences = new Differences();
    Disassembler disassembler = new Disassembler();
    Insn insn = new Insn();
    for (int at = 0; at < code.length; at += CodeStreams.SLOT) {
      int length = Decoder.decode(code, at, CodeStreams.SLOT, longMode, insn);
      String text = length > 0 ? disassembler.format(insn, at) : "(bad)";
      differences.compare(code, at, length, text, length > 0 ? insn : null, lines.get(at));
    }
    assertTrue(differences.isEmpty(), differences::report);
  }

  /** Differences by kind, with some examples of each. */
  private static final class Differences {
    private final Map<String, StringBuilder> examples = new TreeMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    private final Insn insn = new Insn();
    private final Disassembler disassembler = new Disassembler();

    /** Compares one instruction; bytes that objdump calls data are not looked at. */
    void compare(Objdump.Line line) {
      byte[] code = Arrays.copyOf(line.bytes(), 32);
      int length = Decoder.decode(code, 0, line.length(), true, insn);
      if (!line.text().contains("(bad)")) {
        String text = length > 0 ? disassembler.format(insn, line.address()) : "(bad)";
        compare(code, 0, length, text, length > 0 ? insn : null, line);
      }
    }

    void compare(byte[] code, int at, int length, String text, Insn insn, Objdump.Line line) {
      String theirs = Objdump.normalise(line.text());
      boolean bad = theirs.contains("(bad)");
      if (length <= 0 ? bad : length == line.length() && text.equals(theirs)) {
        return;
      }
      if (KnownDifferences.explains(code, at, insn, text, theirs)) {
        return;
      }
      String kind = (insn == null ? "(bad)" : insn.row.toString()) + " / " + theirs.split(" ")[0];
      if (counts.merge(kind, 1, Integer::sum) <= 2) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < 15; i++) {
          bytes.append(String.format("%02x ", code[at + i]));
        }
        examples
            .computeIfAbsent(kind, k -> new StringBuilder())
            .append(
                String.format(
                    "%n   %s%n      %d %s | %d %s", bytes, length, text, line.length(), theirs));
      }
    }

    boolean isEmpty() {
      return counts.isEmpty();
    }

    String report() {
      StringBuilder s = new StringBuilder();
      counts.entrySet().stream()
          .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
          .limit(Integer.getInteger("zendo.objdump.report", 40))
          .forEach(
              e ->
                  s.append("\n")
                      .append(e.getValue())
                      .append(' ')
                      .append(e.getKey())
                      .append(examples.get(e.getKey())));
      return s.toString();
    }
  }
}
