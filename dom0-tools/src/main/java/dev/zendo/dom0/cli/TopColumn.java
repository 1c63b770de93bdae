package dev.zendo.dom0.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A column of xentop.
 *
 * @param key how it is named to sort by it
 * @param header as xentop has it
 * @param width characters that it takes at least
 * @param text of a row
 * @param order names in their order; the largest numbers first
 */
record TopColumn(
    String key, String header, int width, Function<TopRow, String> text, Comparator<TopRow> order) {
  static final TopColumn NAME = text("name", "NAME", 10, TopRow::name);
  static final TopColumn CPU_PERCENT = number("cpu", "CPU(%)", 6, 1, TopRow::cpuPercent);
  static final TopColumn MEMORY = number("mem", "MEM(k)", 10, row -> row.number("memory_kib"));

  private static final int KIB = 1024;
  private static final int SECTOR = 512;

  /**
   * All of them, in xentop's order. VBD_OO counts requests that found no resources: they wait in
   * their ring here, and are never counted. SSID is a security identity of Xen's FLASK, which there
   * is not.
   */
  static final List<TopColumn> ALL =
      List.of(
          NAME,
          text("state", "STATE", 6, TopRow::flags),
          number("time", "CPU(sec)", 10, row -> row.number("cpu_ns") / 1e9),
          CPU_PERCENT,
          MEMORY,
          number("mem%", "MEM(%)", 6, 1, row -> row.percentOfMemory("memory_kib")),
          number("maxmem", "MAXMEM(k)", 10, row -> row.number("maxmem_kib")),
          number("maxmem%", "MAXMEM(%)", 9, 1, row -> row.percentOfMemory("maxmem_kib")),
          number("vcpus", "VCPUS", 5, row -> row.number("vcpus")),
          number("nets", "NETS", 4, row -> row.count("networks")),
          number("nettx", "NETTX(k)", 8, row -> row.sum("networks", "tx_bytes") / KIB),
          number("netrx", "NETRX(k)", 8, row -> row.sum("networks", "rx_bytes") / KIB),
          number("vbds", "VBDS", 4, row -> row.count("disks")),
          number("vbd_oo", "VBD_OO", 8, row -> 0),
          number("vbd_rd", "VBD_RD", 8, row -> row.sum("disks", "reads")),
          number("vbd_wr", "VBD_WR", 8, row -> row.sum("disks", "writes")),
          number("vbd_rsect", "VBD_RSECT", 10, row -> row.sum("disks", "read_bytes") / SECTOR),
          number("vbd_wsect", "VBD_WSECT", 10, row -> row.sum("disks", "written_bytes") / SECTOR),
          number("ssid", "SSID", 4, row -> 0));

  private static TopColumn text(
      String key, String header, int width, Function<TopRow, String> text) {
    return new TopColumn(key, header, width, text, Comparator.comparing(text));
  }

  private static TopColumn number(
      String key, String header, int width, ToDoubleFunction<TopRow> number) {
    return new TopColumn(
        key,
        header,
        width,
        row -> Long.toString((long) number.applyAsDouble(row)),
        Comparator.comparingDouble(number).reversed());
  }

  private static TopColumn number(
      String key, String header, int width, int decimals, ToDoubleFunction<TopRow> number) {
    String format = "%." + decimals + "f";
    return new TopColumn(
        key,
        header,
        width,
        row -> String.format(Locale.ROOT, format, number.applyAsDouble(row)),
        Comparator.comparingDouble(number).reversed());
  }
}
