package dev.zendo.dom0.dump;

import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the parts of a core file stand: an ELF file of sections without program headers, in the
 * order in which Xen's tools write them. Offsets and sizes are in bytes.
 */
final class CoreLayout {
  static final int PAGE = 4096;

  /** Bytes of a pair of frame numbers. */
  static final int P2M_ENTRY = 16;

  private static final int ELF_HEADER = 64;
  private static final int SECTION_HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final int SECTIONS = 7;
  private static final int CONTEXT = VcpuGuestContext.LAYOUT.size();

  private static final int CLASS_64 = 2;
  private static final int LITTLE_ENDIAN = 1;
  private static final int CURRENT = 1;
  private static final short TYPE_CORE = 4;
  private static final short MACHINE_X86_64 = 62;

  private static final int PROGBITS = 1;
  private static final int STRTAB = 3;
  private static final int NOTE = 7;

  private static final int WORD = 8;

  /** One section. */
  private record Section(int name, int type, long offset, long size, int align, int entry) {}

  private final List<Section> sections = new ArrayList<>();
  private final StringBuilder names = new StringBuilder("\0");
  private final int padding;
  private final long strings;

  /**
   * A file.
   *
   * @param noteBytes of all notes
   * @param vcpus whose contexts it has
   * @param pageCount of its memory
   */
  CoreLayout(int noteBytes, int vcpus, long pageCount) {
    int stringsName = name(".shstrtab");
    long at = ELF_HEADER + (long) SECTIONS * SECTION_HEADER;
    sections.add(new Section(name(".note.Xen"), NOTE, at, noteBytes, 0, 0));
    at += noteBytes;
    long contexts = (long) vcpus * CONTEXT;
    sections.add(new Section(name(".xen_prstatus"), PROGBITS, at, contexts, WORD, CONTEXT));
    at += contexts;
    sections.add(new Section(name(".xen_shared_info"), PROGBITS, at, PAGE, WORD, PAGE));
    at += PAGE;
    long pages = (at + PAGE - 1) / PAGE * PAGE;
    padding = (int) (pages - at);
    long memory = pageCount * PAGE;
    sections.add(new Section(name(".xen_pages"), PROGBITS, pages, memory, PAGE, PAGE));
    long p2m = pages + memory;
    long table = pageCount * P2M_ENTRY;
    sections.add(new Section(name(".xen_p2m"), PROGBITS, p2m, table, WORD, P2M_ENTRY));
    strings = p2m + table;
    sections.add(0, new Section(stringsName, STRTAB, strings, names.length(), 0, 0));
  }

  private int name(String text) {
    int at = names.length();
    names.append(text).append('\0');
    return at;
  }

  /** Zeros before the memory, which begins at a page. */
  int padding() {
    return padding;
  }

  /** Bytes of the whole file. */
  long size() {
    return strings + names.length();
  }

  /** The names of the sections, the end of the file. */
  ByteBuffer strings() {
    return StandardCharsets.US_ASCII.encode(names.toString());
  }

  /** The header of the file and those of the sections, its beginning. */
  ByteBuffer headers() {
    ByteBuffer out =
        ByteBuffer.allocate(ELF_HEADER + SECTIONS * SECTION_HEADER).order(ByteOrder.LITTLE_ENDIAN);
    // As Xen's tools do, the version of the ABI says 1 although System V knows 0 alone.
    out.put(new byte[] {0x7f, 'E', 'L', 'F', CLASS_64, LITTLE_ENDIAN, CURRENT, 0, CURRENT});
    out.position(16);
    out.putShort(TYPE_CORE).putShort(MACHINE_X86_64).putInt(CURRENT);
    out.putLong(0).putLong(0).putLong(ELF_HEADER).putInt(0);
    out.putShort((short) ELF_HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 0);
    out.putShort((short) SECTION_HEADER).putShort((short) SECTIONS).putShort((short) 1);
    out.position(ELF_HEADER + SECTION_HEADER);
    for (Section section : sections) {
      out.putInt(section.name).putInt(section.type).putLong(0).putLong(0);
      out.putLong(section.offset).putLong(section.size).putInt(0).putInt(0);
      out.putLong(section.align).putLong(section.entry);
    }
    return out.flip();
  }
}
