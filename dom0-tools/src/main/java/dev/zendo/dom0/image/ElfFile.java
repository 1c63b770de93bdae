package dev.zendo.dom0.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An x86-64 ELF file: its program headers, and its sections where they make sense. Program headers
 * that contradict the file are refused; a broken section table is only ignored, because nothing
 * that a guest needs to run depends on it.
 *
 * <p>Immutable; reads the buffer it was given without changing its position.
 */
public final class ElfFile {
  static final int PT_LOAD = 1;
  static final int PT_NOTE = 4;
  static final int SHT_SYMTAB = 2;
  static final int SHT_NOTE = 7;
  private static final int SHT_NOBITS = 8;

  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int SECTION_HEADER_BYTES = 64;
  private static final int MACHINE_X86_64 = 62;
  private static final int CLASS_64 = 2;
  private static final int DATA_LITTLE_ENDIAN = 1;

  private final String name;
  private final ByteBuffer file;
  private final long entry;
  private final List<Segment> segments = new ArrayList<>();
  private final List<Section> sections = new ArrayList<>();

  /**
   * A program header.
   *
   * @param type {@link #PT_LOAD}, {@link #PT_NOTE}, ...
   * @param flags bit 0: code, bit 1: writable, bit 2: readable
   * @param offset of its bytes in the file
   * @param virtualAddress where the linker placed it
   * @param physicalAddress where a loader places it
   * @param fileSize bytes in the file
   * @param memorySize bytes in memory; the rest is zero
   * @param align alignment
   */
  public record Segment(
      int type,
      int flags,
      long offset,
      long virtualAddress,
      long physicalAddress,
      long fileSize,
      long memorySize,
      long align) {}

  /**
   * A section header whose bytes lie in the file.
   *
   * @param name its name
   * @param type {@link #SHT_NOTE}, ...
   * @param offset of its bytes in the file
   * @param size bytes
   * @param link index of a related section
   * @param align alignment
   */
  record Section(String name, int type, long offset, long size, int link, long align) {}

  private ElfFile(String name, ByteBuffer file) {
    this.name = name;
    this.file = file;
    this.entry = file.getLong(24);
  }

  /** Whether bytes begin like an ELF file. */
  static boolean matches(byte[] data, int offset, int length) {
    return length >= 4 && LittleEndian.getInt(data, offset) == 0x464c457f;
  }

  /**
   * Reads the headers.
   *
   * @param name of the file, for messages
   * @param bytes the whole file
   * @throws ImageException when it is no usable x86-64 ELF file
   */
  public static ElfFile parse(String name, ByteBuffer bytes) {
    ByteBuffer file = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (file.limit() < HEADER_BYTES) {
      throw new ImageException(name + ": truncated ELF file: build or fetch the image again");
    }
    if (file.get(4) != CLASS_64 || file.get(5) != DATA_LITTLE_ENDIAN) {
      throw new ImageException(
          name + ": not a 64-bit little-endian ELF file; guests must be built for x86-64");
    }
    int machine = file.getShort(18) & 0xffff;
    if (machine != MACHINE_X86_64) {
      throw new ImageException(
          name + ": an ELF file for machine " + machine + "; guests must be built for x86-64 (62)");
    }
    ElfFile elf = new ElfFile(name, file);
    elf.readSegments();
    elf.readSections();
    return elf;
  }

  /** Name of the file, for messages. */
  public String name() {
    return name;
  }

  /** The entry point in the header. */
  public long entry() {
    return entry;
  }

  /** All program headers in their order. */
  public List<Segment> segments() {
    return List.copyOf(segments);
  }

  List<Section> sections() {
    return sections;
  }

  /** The first section of a name, or null. */
  Section section(String wanted) {
    for (Section each : sections) {
      if (each.name.equals(wanted)) {
        return each;
      }
    }
    return null;
  }

  /**
   * A part of the file, little-endian.
   *
   * @param offset in the file; with {@code size} inside it
   */
  public ByteBuffer slice(long offset, long size) {
    return file.slice((int) offset, (int) size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The whole file, little-endian. */
  ByteBuffer bytes() {
    return slice(0, file.limit());
  }

  private boolean inFile(long offset, long size) {
    return offset >= 0 && size >= 0 && offset <= file.limit() && size <= file.limit() - offset;
  }

  private ImageException corrupt(String what) {
    return new ImageException(name + ": corrupt ELF file: " + what + "; build or fetch it again");
  }

  private void readSegments() {
    long table = file.getLong(32);
    int size = file.getShort(54) & 0xffff;
    int count = file.getShort(56) & 0xffff;
    if (count == 0) {
      throw new ImageException(
          name + ": an ELF file without program headers; link it as an executable");
    }
    if (size != PROGRAM_HEADER_BYTES || !inFile(table, (long) size * count)) {
      throw corrupt("its program headers lie outside of the file");
    }
    for (int i = 0; i < count; i++) {
      int at = (int) table + i * size;
      Segment segment =
          new Segment(
              file.getInt(at),
              file.getInt(at + 4),
              file.getLong(at + 8),
              file.getLong(at + 16),
              file.getLong(at + 24),
              file.getLong(at + 32),
              file.getLong(at + 40),
              file.getLong(at + 48));
      check(i, segment);
      segments.add(segment);
    }
  }

  private void check(int index, Segment segment) {
    if (segment.type != PT_LOAD && segment.type != PT_NOTE) {
      return;
    }
    if (!inFile(segment.offset, segment.fileSize)) {
      throw new ImageException(
          name
              + ": truncated ELF file: segment "
              + index
              + " lies outside of the file; build or fetch it again");
    }
    if (segment.type == PT_LOAD && (segment.memorySize < segment.fileSize || wraps(segment))) {
      throw corrupt("segment " + index + " has impossible sizes");
    }
  }

  private static boolean wraps(Segment segment) {
    return Long.compareUnsigned(
            segment.physicalAddress + segment.memorySize, segment.physicalAddress)
        < 0;
  }

  /** Leaves the list of sections empty when the table is broken. */
  private void readSections() {
    long table = file.getLong(40);
    int size = file.getShort(58) & 0xffff;
    int count = file.getShort(60) & 0xffff;
    int names = file.getShort(62) & 0xffff;
    if (count == 0
        || names >= count
        || size != SECTION_HEADER_BYTES
        || !inFile(table, (long) size * count)) {
      return;
    }
    int namesAt = (int) table + names * size;
    long strings = file.getLong(namesAt + 24);
    long stringsSize = file.getLong(namesAt + 32);
    if (!inFile(strings, stringsSize)) {
      return;
    }
    for (int i = 0; i < count; i++) {
      int at = (int) table + i * size;
      int type = file.getInt(at + 4);
      long offset = file.getLong(at + 24);
      long bytes = file.getLong(at + 32);
      boolean present = type != SHT_NOBITS && inFile(offset, bytes);
      sections.add(
          new Section(
              string(strings, stringsSize, file.getInt(at) & 0xffffffffL),
              present ? type : 0,
              present ? offset : 0,
              present ? bytes : 0,
              file.getInt(at + 40),
              file.getLong(at + 48)));
    }
  }

  /** A NUL-terminated string of a string table; empty when it lies outside. */
  String string(long table, long tableSize, long offset) {
    if (offset < 0 || offset >= tableSize) {
      return "";
    }
    int from = (int) (table + offset);
    int end = (int) (table + tableSize);
    int to = from;
    while (to < end && file.get(to) != 0) {
      to++;
    }
    byte[] bytes = new byte[to - from];
    file.get(from, bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
