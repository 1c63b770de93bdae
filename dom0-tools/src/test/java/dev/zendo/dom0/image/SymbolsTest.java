package dev.zendo.dom0.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymbolsTest {
  @TempDir private Path folder;

  private Symbols read(String text) throws IOException {
    Path file = folder.resolve("symbols");
    Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    return Symbols.read(file);
  }

  @Test
  void readsWhatNmSystemMapAndKallsymsWrite() throws IOException {
    Symbols symbols =
        read(
            """
            main.o:
                             U puts
            0000000000000010 A absolute
            ffffffff81000000 T _text
            ffffffff81000100 t local
            ffffffff81000180 d data
            ffffffff81000200 W weak

            ffffffffc0000000 t probe\t[xen_netfront]
            """);
    assertEquals("_text", symbols.function(0xffffffff81000000L));
    assertEquals("local", symbols.function(0xffffffff81000190L));
    assertEquals("weak+0xf", symbols.name(0xffffffff8100020fL));
    assertEquals("probe [xen_netfront]", symbols.function(0xffffffffc0000004L));
    assertNull(symbols.function(0xffffffff80ffffffL));
    assertNull(symbols.function(0x10));
    assertNull(symbols.function(0xffffffffb0000000L), "too far behind");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "xyz T name\n",
        "11112222333344445 T name\n",
        "0000000000000000 T hidden_from_users\n",
        "ffffffffffffffff B The real System.map is elsewhere\n",
        "\u0000\u007fELF\u0002 \u00ff \u00fe \u00fd\n"
      })
  void refusesWhatNamesNothingInOneLine(String text) {
    ImageException e = assertThrows(ImageException.class, () -> read(text));
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    assertTrue(e.getMessage().contains("symbols: "), e.getMessage());
  }

  @Test
  void refusesMissingFiles() {
    assertThrows(ImageException.class, () -> Symbols.read(folder.resolve("missing")));
    assertThrows(ImageException.class, () -> Symbols.read(folder));
  }
}
