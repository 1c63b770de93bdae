package dev.zendo.hypervisor.engine.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.machine.HostMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CodeAreaTest {
  private static final long RESERVE = 64L << 20;

  @BeforeEach
  void onlyWhereSupported() {
    Bench.assumeSupported();
  }

  @Test
  void whatIsWrittenAppearsWhereCodeExecutes() {
    try (CodeArea twice = CodeArea.mapTwice(1);
        CodeArea once = CodeArea.mapOnce(1)) {
      for (CodeArea area : List.of(twice, once)) {
        area.write(area.base() + 8, new byte[] {1, 2, 3, 4, 5}, 4);
        assertEquals(0x0000_0000_0403_0201L, HostMemory.getLong(area.base() + 8));
        area.patch(area.base() + 10, 0x7766_5544);
        assertEquals(0x0000_7766_5544_0201L, HostMemory.getLong(area.base() + 8));
      }
    }
  }

  @Test
  void whatIsDiscardedReadsAsZeroAndTakesNothing() throws IOException {
    try (CodeArea twice = CodeArea.mapTwice(RESERVE);
        CodeArea once = CodeArea.mapOnce(RESERVE)) {
      for (CodeArea area : List.of(twice, once)) {
        byte[] code = new byte[1 << 20];
        Arrays.fill(code, (byte) 0x90);
        area.write(area.base(), code, code.length);
        assertEquals(0x9090_9090, HostMemory.getInt(area.base() + 4096));
        area.discard(area.base() + 4096, code.length - 4096 - 100);
        assertEquals(0x9090_9090, HostMemory.getInt(area.base()));
        assertEquals(0, HostMemory.getInt(area.base() + 4096));
        assertEquals(0, HostMemory.getInt(area.base() + code.length - 4));
        long resident = resident(area.base());
        assertTrue(resident < 64, resident + " KiB resident");
        area.patch(area.base() + 8192, 7);
        assertEquals(7, HostMemory.getInt(area.base() + 8192));
        long end = area.base() + area.size();
        assertThrows(IndexOutOfBoundsException.class, () -> area.discard(end - 4096, 4097));
      }
    }
  }

  @Test
  void theEndsOfTheAreaAreItsBounds() {
    try (CodeArea area = CodeArea.map(4097)) {
      assertEquals(8192, area.size());
      long end = area.base() + area.size();
      area.write(area.base(), new byte[8192], 8192);
      area.patch(end - 4, 1);
      assertThrows(IndexOutOfBoundsException.class, () -> area.patch(end - 3, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> area.patch(area.base() - 1, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> area.write(end, new byte[1], 1));
    }
  }

  @Test
  void aLargeReserveIsBackedLazily() throws IOException {
    try (CodeArea area = CodeArea.map(RESERVE)) {
      area.patch(area.base(), 1);
      area.patch(area.base() + RESERVE - 4, 2);
      assertEquals(
          3, HostMemory.getInt(area.base()) + HostMemory.getInt(area.base() + RESERVE - 4));
      long resident = resident(area.base());
      assertTrue(resident > 0 && resident < 4096, resident + " KiB resident");
    }
  }

  @Test
  void noAddressIsWritableAndExecutableWhereMappedTwice() throws IOException {
    try (CodeArea area = CodeArea.mapTwice(1)) {
      assertTrue(protection(area.base()).startsWith("r-x"), protection(area.base()));
    }
  }

  @Test
  void closeUnmapsAndRepeats() throws IOException {
    long fileViews = views();
    CodeArea twice = CodeArea.mapTwice(RESERVE);
    CodeArea once = CodeArea.mapOnce(RESERVE);
    long base = twice.base();
    assertEquals(fileViews + 2, views());
    assertNotEquals("", protection(once.base()));
    twice.close();
    twice.close();
    once.close();
    assertEquals(fileViews, views());
    assertThrows(IndexOutOfBoundsException.class, () -> twice.patch(base, 1));
  }

  @Test
  void refusalIsOneLine() {
    UnsupportedOperationException refusal =
        assertThrows(UnsupportedOperationException.class, () -> CodeArea.map(1L << 60));
    assertFalse(refusal.getMessage().contains("\n"));
    assertTrue(refusal.getMessage().contains("errno"), refusal.getMessage());
  }

  private static long views() throws IOException {
    return lines("maps").stream().filter(line -> line.contains("zendo-code")).count();
  }

  /** Protection of the mapping that begins at {@code address}; empty when there is none. */
  private static String protection(long address) throws IOException {
    String start = Long.toHexString(address) + "-";
    return lines("maps").stream()
        .filter(line -> line.startsWith(start))
        .map(line -> line.split(" ")[1])
        .collect(Collectors.joining());
  }

  /** KiB of the mapping that begins at {@code address} in memory. */
  private static long resident(long address) throws IOException {
    List<String> lines = lines("smaps");
    String start = Long.toHexString(address) + "-";
    int at = 0;
    while (!lines.get(at).startsWith(start)) {
      at++;
    }
    while (!lines.get(at).startsWith("Rss:")) {
      at++;
    }
    return Long.parseLong(Arrays.asList(lines.get(at).split(" +")).get(1));
  }

  private static List<String> lines(String file) throws IOException {
    return Files.readAllLines(Path.of("/proc/self", file));
  }
}
