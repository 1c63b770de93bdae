package dev.zendo.dom0.image;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Function symbols of a kernel, to name addresses in backtraces. Immutable. */
public final class Symbols {
  private static final int SYMBOL_BYTES = 24;
  private static final int TYPE_NONE = 0;
  private static final int TYPE_FUNCTION = 2;

  /** An address this far behind a symbol without a size does not belong to it. */
  private static final long REACH = 1 << 20;

  private final Symbol[] sorted;

  private record Symbol(long address, long size, String name) {}

  private Symbols(List<Symbol> symbols) {
    sorted = symbols.toArray(new Symbol[0]);
    Arrays.sort(sorted, (a, b) -> Long.compareUnsigned(a.address, b.address));
  }

  /** Reads the symbol table; a broken one counts as none. */
  static Symbols of(ElfFile elf) {
    List<Symbol> found = new ArrayList<>();
    for (ElfFile.Section section : elf.sections()) {
      if (section.type() == ElfFile.SHT_SYMTAB
          && section.link() > 0
          && section.link() < elf.sections().size()) {
        read(elf, section, elf.sections().get(section.link()), found);
      }
    }
    return new Symbols(found);
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
        String size = symbol.size == 0 ? "" : "/0x" + Long.toHexString(symbol.size);
        return symbol.name + "+0x" + Long.toHexString(offset) + size;
      }
    }
    return null;
  }
}
