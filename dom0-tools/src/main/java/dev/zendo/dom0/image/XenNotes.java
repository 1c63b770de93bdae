package dev.zendo.dom0.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a kernel tells its domain builder: ELF notes of owner "Xen" (numbers in xen/elfnote.h) in
 * note segments or, failing those, note sections, or else the legacy section {@code __xen_guest}.
 * Immutable.
 */
public final class XenNotes {
  private static final int ENTRY = 1;
  private static final int HYPERCALL_PAGE = 2;
  private static final int VIRT_BASE = 3;
  private static final int PADDR_OFFSET = 4;
  private static final int XEN_VERSION = 5;
  private static final int GUEST_OS = 6;
  private static final int LOADER = 8;
  private static final int FEATURES = 10;
  private static final int INIT_P2M = 15;
  private static final int MOD_START_PFN = 16;
  private static final int LAST = 18;

  private static final Set<String> KNOWN_FEATURES =
      Set.of(
          "writable_page_tables",
          "writable_descriptor_tables",
          "auto_translated_physmap",
          "supervisor_mode_kernel",
          "pae_pgdir_above_4gb",
          "hvm_callback_vector",
          "dom0");

  private final String name;
  private final Map<Integer, byte[]> notes = new HashMap<>();
  private boolean legacy;

  private XenNotes(String name) {
    this.name = name;
  }

  /**
   * Reads and checks the notes.
   *
   * @throws ImageException when there are none, or when they ask for what no Xen offers
   */
  public static XenNotes of(ElfFile elf) {
    XenNotes result = new XenNotes(elf.name());
    for (ElfFile.Segment segment : elf.segments()) {
      if (segment.type() == ElfFile.PT_NOTE) {
        result.readNotes(elf.slice(segment.offset(), segment.fileSize()), segment.align());
      }
    }
    if (result.notes.isEmpty()) {
      for (ElfFile.Section section : elf.sections()) {
        if (section.type() == ElfFile.SHT_NOTE) {
          result.readNotes(elf.slice(section.offset(), section.size()), section.align());
        }
      }
    }
    if (result.notes.isEmpty()) {
      result.readLegacy(elf);
    }
    result.check();
    return result;
  }

  /** Address where the guest starts; the ELF entry point when no note says otherwise. */
  public long entry(long elfEntry) {
    return number(ENTRY, elfEntry);
  }

  /** Whether the guest wants a page filled with hypercall entries. */
  public boolean hasHypercallPage() {
    return notes.containsKey(HYPERCALL_PAGE);
  }

  /** Virtual address of the hypercall page. */
  public long hypercallPage() {
    return number(HYPERCALL_PAGE, 0);
  }

  /** Virtual address of the guest's first page frame. */
  public long virtBase() {
    return number(VIRT_BASE, 0);
  }

  /** What to subtract from physical addresses of the ELF file. */
  public long paddrOffset() {
    return number(PADDR_OFFSET, legacy ? virtBase() : 0);
  }

  /** Whether the guest wants its list of frames at {@link #initP2m()}. */
  public boolean hasInitP2m() {
    return notes.containsKey(INIT_P2M);
  }

  /** Virtual address for the guest's list of frames. */
  public long initP2m() {
    return number(INIT_P2M, 0);
  }

  /** Whether the guest accepts an initial ramdisk that is not mapped. */
  public boolean unmappedRamdisk() {
    return number(MOD_START_PFN, 0) != 0;
  }

  /** Name of the guest operating system, empty when unknown. */
  public String guestOs() {
    return text(GUEST_OS);
  }

  private void readNotes(ByteBuffer bytes, long align) {
    int padding = align == 8 ? 7 : 3;
    long at = 0;
    while (at + 12 <= bytes.limit()) {
      long nameSize = bytes.getInt((int) at) & 0xffffffffL;
      long size = bytes.getInt((int) at + 4) & 0xffffffffL;
      int type = bytes.getInt((int) at + 8);
      long nameAt = at + 12;
      long dataAt = (nameAt + nameSize + padding) & ~(long) padding;
      long next = (dataAt + size + padding) & ~(long) padding;
      if (dataAt + size > bytes.limit()) {
        return;
      }
      if (type > 0 && type <= LAST && isXen(bytes, (int) nameAt, nameSize)) {
        byte[] data = new byte[(int) size];
        bytes.get((int) dataAt, data);
        notes.putIfAbsent(type, data);
      }
      at = next;
    }
  }

  private static boolean isXen(ByteBuffer bytes, int at, long size) {
    return size == 4 && bytes.getInt(at) == 0x006e6558; // "Xen\0"
  }

  /** KEY=VALUE,KEY=VALUE in the section that came before notes. */
  private void readLegacy(ElfFile elf) {
    ElfFile.Section section = elf.section("__xen_guest");
    if (section == null) {
      return;
    }
    legacy = true;
    String text = elf.string(section.offset(), section.size(), 0);
    Map<String, Integer> keys =
        Map.of(
            "GUEST_OS", GUEST_OS,
            "XEN_VER", XEN_VERSION,
            "VIRT_BASE", VIRT_BASE,
            "VIRT_ENTRY", ENTRY,
            "ELF_PADDR_OFFSET", PADDR_OFFSET,
            "FEATURES", FEATURES,
            "LOADER", LOADER);
    String hypercallPage = null;
    for (String pair : text.split(",")) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      Integer note = keys.get(key.trim());
      if (note != null) {
        boolean numeric = note == VIRT_BASE || note == ENTRY || note == PADDR_OFFSET;
        notes.put(note, numeric ? number(key, value) : ascii(value));
      } else if (key.trim().equals("HYPERCALL_PAGE")) {
        hypercallPage = value;
      }
    }
    if (hypercallPage != null) {
      long page = bytesToNumber(number("HYPERCALL_PAGE", hypercallPage));
      notes.put(HYPERCALL_PAGE, numberToBytes((page << 12) + virtBase()));
    }
  }

  private byte[] number(String key, String value) {
    try {
      String digits = value.trim();
      boolean hex = digits.startsWith("0x") || digits.startsWith("0X");
      return numberToBytes(
          hex ? Long.parseUnsignedLong(digits.substring(2), 16) : Long.parseUnsignedLong(digits));
    } catch (NumberFormatException e) {
      throw new ImageException(
          name + ": section __xen_guest has " + key + "=" + value + ", which is no number", e);
    }
  }

  private static byte[] ascii(String value) {
    return value.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] numberToBytes(long value) {
    return ByteBuffer.allocate(8).putLong(Long.reverseBytes(value)).array();
  }

  private static long bytesToNumber(byte[] data) {
    long value = 0;
    for (int i = Math.min(8, data.length) - 1; i >= 0; i--) {
      value = value << 8 | (data[i] & 0xff);
    }
    return value;
  }

  private long number(int note, long otherwise) {
    byte[] data = notes.get(note);
    return data == null ? otherwise : bytesToNumber(data);
  }

  private String text(int note) {
    byte[] data = notes.getOrDefault(note, new byte[0]);
    int length = 0;
    while (length < data.length && data[length] != 0) {
      length++;
    }
    return new String(data, 0, length, StandardCharsets.ISO_8859_1);
  }

  private void check() {
    if (notes.isEmpty()) {
      throw new ImageException(
          name
              + ": an ELF file without Xen notes and without a __xen_guest section: not a kernel"
              + " for PV domains (Linux needs CONFIG_XEN_PV=y, a guest of one's own the kit's"
              + " notes)");
    }
    if (notes.containsKey(XEN_VERSION) && !text(XEN_VERSION).equals("xen-3.0")) {
      throw new ImageException(
          name + ": the note XEN_VERSION is \"" + text(XEN_VERSION) + "\", it must be \"xen-3.0\"");
    }
    if (notes.containsKey(LOADER) && !text(LOADER).equals("generic")) {
      throw new ImageException(
          name + ": the note LOADER is \"" + text(LOADER) + "\", it must be \"generic\"");
    }
    for (String feature : List.of(text(FEATURES).split("\\|"))) {
      if (feature.startsWith("!") && !KNOWN_FEATURES.contains(feature.substring(1))) {
        throw new ImageException(
            name
                + ": the note FEATURES requires \""
                + feature.substring(1)
                + "\", which no Xen offers; remove it from the kernel's notes");
      }
    }
  }
}
