package dev.zendo.dom0.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Makes small ELF files for tests. */
public final class ElfMaker {
  private static final int HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final int SECTION_HEADER = 64;

  private record Part(int type, long virtual, long physical, byte[] data, long memorySize) {}

  private record Symbol(String name, long address, long size) {}

  private final List<Part> parts = new ArrayList<>();
  private final List<Symbol> symbols = new ArrayList<>();
  private final ByteArrayOutputStream notes = new ByteArrayOutputStream();
  private byte[] legacy;
  private long entry;

  public ElfMaker entry(long address) {
    entry = address;
    return this;
  }

  public ElfMaker load(long virtual, long physical, byte[] data, long memorySize) {
    parts.add(new Part(ElfFile.PT_LOAD, virtual, physical, data, memorySize));
    return this;
  }

  public ElfMaker note(int type, byte[] value) {
    ByteBuffer note =
        ByteBuffer.allocate(16 + (value.length + 3) / 4 * 4).order(ByteOrder.LITTLE_ENDIAN);
    note.putInt(4)
        .putInt(value.length)
        .putInt(type)
        .put("Xen\0".getBytes(StandardCharsets.US_ASCII));
    note.put(value);
    notes.writeBytes(note.array());
    return this;
  }

  public ElfMaker note(int type, String value) {
    return note(type, (value + "\0").getBytes(StandardCharsets.US_ASCII));
  }

  public ElfMaker note(int type, long value) {
    return note(type, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  public ElfMaker legacy(String text) {
    legacy = (text + "\0").getBytes(StandardCharsets.US_ASCII);
    return this;
  }

  public ElfMaker symbol(String name, long address, long size) {
    symbols.add(new Symbol(name, address, size));
    return this;
  }

  /** A kernel at 1 MiB that every rule accepts. */
  public static ElfMaker kernel(int bytes) {
    byte[] text = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      text[i] = (byte) (i * 31 + (i >> 8));
    }
    return kernel(text);
  }

  public static ElfMaker kernel(byte[] text) {
    return new ElfMaker()
        .entry(0x100000)
        .load(0x100000, 0x100000, text, text.length + 4096L)
        .note(5, "xen-3.0")
        .note(3, 0L);
  }

  public byte[] bytes() {
    List<Part> all = new ArrayList<>(parts);
    if (notes.size() > 0) {
      all.add(new Part(ElfFile.PT_NOTE, 0, 0, notes.toByteArray(), notes.size()));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    long start = HEADER + (long) PROGRAM_HEADER * all.size();
    ByteBuffer headers =
        ByteBuffer.allocate(PROGRAM_HEADER * all.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (Part part : all) {
      headers.putInt(part.type).putInt(7).putLong(start + body.size());
      headers.putLong(part.virtual).putLong(part.physical);
      headers.putLong(part.data.length).putLong(part.memorySize).putLong(4);
      body.writeBytes(part.data);
    }
    byte[] sections = sections(start, body);
    long sectionTable = start + body.size();
    ByteBuffer file =
        ByteBuffer.allocate((int) sectionTable + sections.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
    file.putShort((short) 2).putShort((short) 62).putInt(1).putLong(entry);
    file.putLong(HEADER).putLong(sections.length == 0 ? 0 : sectionTable).putInt(0);
    file.putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) all.size());
    file.putShort((short) SECTION_HEADER);
    file.putShort((short) (sections.length / SECTION_HEADER)).putShort((short) 1);
    file.put(headers.array()).put(body.toByteArray()).put(sections);
    return file.array();
  }

  /** Null section, names, __xen_guest, symbols, their names. */
  private byte[] sections(long start, ByteArrayOutputStream body) {
    if (legacy == null && symbols.isEmpty()) {
      return new byte[0];
    }
    byte[] names =
        "\0.shstrtab\0__xen_guest\0.symtab\0.strtab\0".getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream strings = new ByteArrayOutputStream();
    strings.write(0);
    ByteBuffer table =
        ByteBuffer.allocate(24 * (symbols.size() + 1)).order(ByteOrder.LITTLE_ENDIAN);
    table.position(24);
    for (Symbol symbol : symbols) {
      table.putInt(strings.size()).put((byte) 0x12).put((byte) 0).putShort((short) 1);
      table.putLong(symbol.address).putLong(symbol.size);
      strings.writeBytes((symbol.name + "\0").getBytes(StandardCharsets.US_ASCII));
    }
    ByteBuffer out = ByteBuffer.allocate(5 * SECTION_HEADER).order(ByteOrder.LITTLE_ENDIAN);
    out.position(SECTION_HEADER);
    section(out, 1, 3, start, names, 0, body);
    section(out, 11, 1, start, legacy == null ? new byte[0] : legacy, 0, body);
    section(out, 23, ElfFile.SHT_SYMTAB, start, table.array(), 4, body);
    section(out, 31, 3, start, strings.toByteArray(), 0, body);
    return out.array();
  }

  private static void section(
      ByteBuffer out,
      int name,
      int type,
      long start,
      byte[] data,
      int link,
      ByteArrayOutputStream body) {
    out.putInt(name).putInt(type).putLong(0).putLong(0).putLong(start + body.size());
    out.putLong(data.length).putInt(link).putInt(0).putLong(1).putLong(0);
    body.writeBytes(data);
  }
}
