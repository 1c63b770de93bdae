package dev.zendo.dom0.image;

import dev.zendo.dom0.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Function symbols of a kernel, to name addresses in backtraces and profiles. Immutable. */
public final class Symbols {
  /** None at all. */
  public static final Symbols NONE = new Symbols(List.of());

  private static final int SYMBOL_BYTES = 24;
  private static final int TYPE_NONE = 0;
  private static final int TYPE_FUNCTION = 2;

  /** Letters of nm for functions: local, global, weak. */
  private static final String FUNCTION_TYPES = "tTwW";

  /** An address this far behind a symbol without a size does not belong to it. */
  private static final long REACH = 1 << 20;

  private final Symbol[] sorted;

  private record Symbol(long address, long size, String name) {}

  private Symbols(List<Symbol> symbols) {
    sorted = symbols.toArray(new Symbol[0]);
    Arrays.sort(sorted, (a, b) -> Long.compareUnsigned(a.address, b.address));
  }

  /**
   * Reads the symbol table; a broken one counts as none. Without one, what Linux carries for its
   * own use counts.
   */
  static Symbols of(ElfFile elf) {
    List<Symbol> found = new ArrayList<>();
    for (ElfFile.Section section : elf.sections()) {
      if (section.type() == ElfFile.SHT_SYMTAB
          && section.link() > 0
          && section.link() < elf.sections().size()) {
        read(elf, section, elf.sections().get(section.link()), found);
      }
    }
    if (found.isEmpty()) {
      Kallsyms.read(elf.bytes(), (address, type, name) -> add(address, type, name, found));
    }
    return new Symbols(found);
  }

  private static void add(long address, char type, String name, List<Symbol> found) {
    if (FUNCTION_TYPES.indexOf(type) >= 0 && address != 0) {
      found.add(new Symbol(address, 0, name));
    }
  }

  private static void read(
      ElfFile elf, ElfFile.Section table, ElfFile.Section strings, List<Symbol> found) {
    ByteBuffer bytes = elf.slice(table.offset(), table.size());
    for (int at = 0; at + SYMBOL_BYTES <= bytes.limit(); at += SYMBOL_BYTES) {
      int type = bytes.get(at + 4) & 0xf;
      int section = bytes.getShort(at + 6) & 0xffff;
      if (section == 0 || (type != TYPE_FUNCTION && type != TYPE_NONE)) {
        continue;
      }
      String name = elf.string(strings.offset(), strings.size(), bytes.getInt(at) & 0xffffffffL);
      if (!name.isEmpty()) {
        found.add(new Symbol(bytes.getLong(at + 8), bytes.getLong(at + 16), name));
      }
    }
  }

  /**
   * Reads a list of symbols as {@code nm}, {@code System.map} and Linux' {@code /proc/kallsyms}
   * write it: address, type letter, name, and the module in brackets.
   *
   * @throws ImageException when it cannot be read or is no such list
   */
  public static Symbols read(Path file) {
    List<Symbol> found = new ArrayList<>();
    int number = 0;
    try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      for (String line : (Iterable<String>) lines::iterator) {
        number++;
        add(file, number, line.strip(), found);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new ImageException(
          file + ": cannot be read (" + IoReason.of(e) + "); name a file as nm writes it", e);
    }
    if (found.isEmpty()) {
      throw new ImageException(file + ": names no function with an address");
    }
    return new Symbols(found);
  }

  private static void add(Path file, int number, String line, List<Symbol> found) {
    String[] words = line.split("\\s+", 3);
    if (words.length < 3) {
      // nm writes undefined symbols without an address, and names between objects of archives.
      return;
    }
    long address;
    try {
      address = Long.parseUnsignedLong(words[0], 16);
    } catch (NumberFormatException e) {
      throw new ImageException(
          file + ": line " + number + " is not \"address type name\", as nm writes it", e);
    }
    add(address, words[1].charAt(0), words[2].replaceAll("\\s+", " "), found);
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return sorted.length == 0;
  }

  /**
   * Names an address.
   *
   * @return for example {@code main+0x12/0x40}, or null when no symbol is near
   */
  public String name(long address) {
    Symbol symbol = find(address);
    if (symbol == null) {
      return null;
    }
    String size = symbol.size == 0 ? "" : "/0x" + Long.toHexString(symbol.size);
    return symbol.name + "+0x" + Long.toHexString(address - symbol.address) + size;
  }

  /** The name alone of the function that an address lies in, or null. */
  public String function(long address) {
    Symbol symbol = find(address);
    return symbol == null ? null : symbol.name;
  }

  private Symbol find(long address) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(sorted[middle].address, address) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    for (int i = low - 1; i >= 0 && i >= low - 8; i--) {
      Symbol symbol = sorted[i];
      long offset = address - symbol.address;
      if (Long.compareUnsigned(offset, symbol.size == 0 ? REACH : symbol.size) < 0) {
        return symbol;
      }
    }
    return null;
  }
}
