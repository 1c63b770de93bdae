package dev.zendo.dom0.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.daemon.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopTableTest {
  private static final String HEADER =
      "      NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS NETS"
          + " NETTX(k) NETRX(k) VBDS   VBD_OO   VBD_RD   VBD_WR  VBD_RSECT  VBD_WSECT SSID";

  private static ObjectNode domain(String name, int id, String state, long nanos) {
    ObjectNode domain =
        Json.object()
            .put("name", name)
            .put("domid", id)
            .put("state", state)
            .put("cpu_ns", nanos)
            .put("memory_kib", 1024 * id)
            .put("maxmem_kib", 2048)
            .put("vcpus", 1);
    domain.putArray("disks").addObject().put("reads", 5).put("read_bytes", 5120);
    domain.withArray("disks").addObject().put("reads", 2).put("written_bytes", 1024);
    domain.putArray("networks").addObject().put("tx_bytes", 4096).put("rx_bytes", 1023);
    return domain;
  }

  private static ObjectNode now(long time, ObjectNode... domains) {
    ObjectNode now = Json.object().put("time_ns", time).put("memory_kib", 4096).put("free_kib", 96);
    for (ObjectNode domain : domains) {
      now.withArray("domains").add(domain);
    }
    return now;
  }

  @Test
  void sortingByTheNextColumnComesBackToTheFirst() {
    ObjectNode now = now(0, domain("b", 1, "running", 5), domain("a", 2, "running", 9));
    TopTable table = new TopTable(false, TopColumn.ALL.get(TopColumn.ALL.size() - 1));
    assertTrue(table.sortedByNext().lines(null, now).get(1).startsWith("         a "));
    TopTable round = table;
    for (int i = 0; i < TopColumn.ALL.size(); i++) {
      round = round.sortedByNext();
    }
    assertEquals(table.lines(null, now), round.lines(null, now));
  }

  @Test
  void theColumnsAreThoseOfXentop() {
    ObjectNode before = now(0, domain("web", 1, "running", 2_000_000_000L));
    ObjectNode after =
        now(
            2_000_000_000,
            domain("web", 1, "running", 3_000_000_000L),
            domain("averyveryverylongname", 2, "crashed", 9_900_000_000L));
    List<String> lines = new TopTable(false, TopColumn.CPU_PERCENT).lines(before, after);
    assertEquals(HEADER, lines.get(0));
    assertEquals(
        "       web -----r          3   50.0       1024   25.0       2048      50.0     1    1"
            + "        4        0    2        0        7        0         10          2    0",
        lines.get(1));
    assertTrue(lines.get(2).startsWith("averyveryv ---c--          9    0.0 "), lines.get(2));
    assertEquals(3, lines.size());
    List<String> full = new TopTable(true, TopColumn.NAME).lines(before, after);
    assertTrue(full.get(1).startsWith("averyveryverylongname "), full.get(1));
    assertTrue(full.get(2).startsWith("                  web "), full.get(2));
  }

  @Test
  void anyColumnSorts() {
    ObjectNode now = now(1, domain("a", 1, "paused", 2_000_000_000L), domain("b", 2, "running", 1));
    for (TopColumn column : TopColumn.ALL) {
      assertEquals(3, new TopTable(false, column).lines(null, now).size());
    }
    String first = new TopTable(false, TopColumn.MEMORY).lines(null, now).get(1);
    assertTrue(first.startsWith("         b"), first);
    assertEquals(
        "2 domains: 1 running, 0 blocked, 1 paused, 0 ended",
        new TopTable(false, TopColumn.NAME).summary(now).get(0));
  }
}
