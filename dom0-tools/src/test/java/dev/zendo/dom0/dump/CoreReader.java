package dev.zendo.dom0.dump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads a core file as Xen's description of the format and the ELF specification have it, by
 * offsets of its own. Complains about whatever does not hold.
 */
public final class CoreReader {
  private static final int PAGE = 4096;

  private final ByteBuffer file;
  private final Map<String, ByteBuffer> sections = new LinkedHashMap<>();
  private final Map<Integer, ByteBuffer> notes = new LinkedHashMap<>();

  /** Reads a file. */
  public CoreReader(Path path) throws IOException {
    file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    check(file.getInt(0) == 0x464c457f, "magic");
    check(file.get(4) == 2 && file.get(5) == 1 && file.get(6) == 1 && file.get(7) == 0, "ident");
    check(file.getShort(16) == 4 && file.getShort(18) == 62 && file.getInt(20) == 1, "type");
    check(file.getLong(32) == 0 && file.getShort(56) == 0, "no program headers");
    check(file.getShort(52) == 64 && file.getShort(58) == 64, "sizes of headers");
    int at = (int) file.getLong(40);
    int count = file.getShort(60);
    int strings = (int) file.getLong(at + 64 * file.getShort(62) + 24);
    check(file.getInt(at + 4) == 0 && file.getLong(at + 32) == 0, "null section");
    for (int i = 1; i < count; i++) {
      section(at + 64 * i, strings);
    }
    readNotes();
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("core file: " + what);
    }
  }

  private void section(int at, int strings) {
    int begin = strings + file.getInt(at);
    int end = begin;
    while (file.get(end) != 0) {
      end++;
    }
    byte[] name = new byte[end - begin];
    file.get(begin, name);
    long offset = file.getLong(at + 24);
    long size = file.getLong(at + 32);
    check(offset + size <= file.limit(), "section within the file");
    long align = file.getLong(at + 48);
    check(align == 0 || offset % align == 0, "alignment");
    ByteBuffer content = file.slice((int) offset, (int) size).order(ByteOrder.LITTLE_ENDIAN);
    sections.put(new String(name, StandardCharsets.US_ASCII), content);
  }

  private void readNotes() {
    ByteBuffer all = section(".note.Xen").duplicate().order(ByteOrder.LITTLE_ENDIAN);
    while (all.hasRemaining()) {
      check(all.getInt() == 4, "size of a note's name");
      int size = all.getInt();
      int type = all.getInt();
      check(all.getInt() == 0x006e6558, "name of a note");
      notes.put(type, all.slice(all.position(), size).order(ByteOrder.LITTLE_ENDIAN));
      all.position(all.position() + size);
    }
  }

  /** Content of a section. */
  public ByteBuffer section(String name) {
    check(sections.containsKey(name), "section " + name);
    return sections.get(name);
  }

  /** Content of a note. */
  public ByteBuffer note(int type) {
    check(notes.containsKey(type), "note " + type);
    return notes.get(type);
  }

  /** How many vcpus the header tells. */
  public int vcpus() {
    check(note(0x2000001).getLong(0) == 0xf00febedL, "magic of a paravirtualized domain");
    return (int) note(0x2000001).getLong(8);
  }

  /** How many pages the header tells. */
  public int pages() {
    check(note(0x2000001).getLong(24) == PAGE, "size of pages");
    return (int) note(0x2000001).getLong(16);
  }

  /** What a page held; the table of pages is in order. */
  public ByteBuffer page(long pfn) {
    ByteBuffer table = section(".xen_p2m");
    check(table.limit() == 16 * pages(), "size of the table");
    check(section(".xen_pages").limit() == PAGE * pages(), "size of the pages");
    int found = -1;
    for (int i = 0; i < pages(); i++) {
      long each = table.getLong(16 * i);
      check(i == 0 || each > table.getLong(16 * (i - 1)), "ascending");
      found = each == pfn ? i : found;
    }
    check(found >= 0, "page " + pfn);
    return section(".xen_pages").slice(found * PAGE, PAGE).order(ByteOrder.LITTLE_ENDIAN);
  }
}
