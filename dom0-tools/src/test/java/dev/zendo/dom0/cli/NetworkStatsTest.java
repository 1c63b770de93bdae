package dev.zendo.dom0.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NetworkStatsTest {
  private final NetworkStats stats =
      new NetworkStats(
          Map.of(
              "xenbr0",
              Map.of("ports", Map.of("vif1.0", Map.of("frames-sent", 7L, "spoofed", 0L)))));

  @Test
  void peopleSeeWhatIsNotZero() {
    assertEquals(List.of("network xenbr0, ports, vif1.0: frames-sent 7"), stats.lines());
  }

  @Test
  void programsSeeAll() throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.writeStartObject();
      new NetworkStats(Map.of("a", Map.of("nat", Map.of("tcp", 1)))).write(out);
      NetworkStats.fields(Map.of("mode", "w"), out);
      out.writeEndObject();
    }
    assertEquals("{\"networks\":{\"a\":{\"nat\":{\"tcp\":1}}},\"mode\":\"w\"}", text.toString());
  }
}
