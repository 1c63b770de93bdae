package dev.zendo.dom0.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowTest {
  @Test
  void columnsAreThoseOfAFormat() {
    for (String name : new String[] {"", "web", "a-name-that-is-too-long"}) {
      String expected =
          String.format(Locale.US, "%-10s %5d %-3d|%4s %3s", name, -7, 12345, "x", "");
      Row row = new Row().left(name, 10).right(-7, 5).left(12345, 3).text("|");
      assertEquals(expected, row.right("x", 4).right("", 3).toString());
    }
  }

  @Test
  void tenthsAreRoundedAsAFormatDoes() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      double value = random.nextInt(1_000_000) / 1000.0 + 0.0001;
      assertEquals(String.format(Locale.US, "%8.1f", value), new Row().tenths(value, 8).toString());
    }
  }
}
