package dev.zendo.dom0.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  private final Statistics statistics = new Statistics();

  @Test
  void writesGroupsOfNumbersWithoutZeros() throws IOException {
    statistics.put("exits", "syscall", 2);
    statistics.put("exits", "cpuid", 0);
    statistics.put("code", "flushes", 0);
    Statistics other = new Statistics();
    other.put("exits", "syscall", 3);
    other.put("entries", "events", 1);
    statistics.add(other);
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      statistics.write(out);
    }
    assertEquals("{\"exits\":{\"syscall\":5},\"entries\":{\"events\":1}}", text.toString());
  }

  @Test
  void showsTheLargestFirstInLinesThatFit() {
    for (int i = 0; i < 20; i++) {
      statistics.put("hypercalls", "a_rather_long_name_" + i, 1000 + i);
    }
    statistics.put("exits", "cpuid", 7);
    List<String> lines = statistics.lines();
    assertTrue(
        lines.get(0).startsWith("hypercalls      a_rather_long_name_19 1019  "), lines::toString);
    assertTrue(lines.stream().allMatch(line -> line.length() <= 110), lines::toString);
    assertTrue(lines.get(lines.size() - 2).endsWith("8 more"), lines::toString);
    assertEquals("exits           cpuid 7", lines.get(lines.size() - 1));
  }
}
