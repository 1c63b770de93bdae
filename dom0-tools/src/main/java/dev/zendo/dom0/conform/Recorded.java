package dev.zendo.dom0.conform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What real Xen answered to a case: a line of {@code hypercalls/conformance/expected}.
 *
 * @param domu the answer in a domU, or null
 * @param dom0 the answer in domain 0, or null
 * @param tag why another answer may be right, or empty
 */
record Recorded(String domu, String dom0, String tag) {
  /** Reads files: columns parted by two spaces or more. */
  static Map<String, Recorded> read(List<Path> files) throws IOException {
    Map<String, Recorded> all = new LinkedHashMap<>();
    for (Path file : files) {
      for (String line : Files.readAllLines(file)) {
        String[] columns = line.split(" {2,}", 4);
        if (!line.startsWith("#") && columns.length >= 3) {
          String domu = columns[1];
          String dom0 = columns[2].equals("=") ? domu : columns[2];
          String tag = columns.length > 3 ? columns[3].replaceFirst("^# *", "") : "";
          all.put(columns[0], new Recorded(known(domu), known(dom0), tag));
        }
      }
    }
    return all;
  }

  private static String known(String answer) {
    return answer.equals("?") ? null : answer;
  }
}
