package dev.zendo.dom0.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A kernel that the domain builder can load: its segments in the order of their addresses, without
 * overlaps, and what its notes ask for. Immutable.
 */
public final class KernelImage {
  /** Files above this size (kernels with debugging information) are mapped, not read. */
  private static final long MAP_FROM = 128L << 20;

  private static final int CODE_PER_FRAME = 1024;
  private static final byte PUSH_RBP = 0x55;

  /** push rbp; mov rbp, rsp. */
  private static final int NEW_FRAME = 0xe5894855;

  private final ElfFile elf;
  private final XenNotes notes;
  private final List<ElfFile.Segment> segments = new ArrayList<>();
  private final long start;
  private final long end;

  private KernelImage(ElfFile elf) {
    this.elf = elf;
    this.notes = XenNotes.of(elf);
    for (ElfFile.Segment segment : elf.segments()) {
      if (segment.type() == ElfFile.PT_LOAD && segment.memorySize() > 0) {
        segments.add(segment);
      }
    }
    if (segments.isEmpty()) {
      throw new ImageException(elf.name() + ": an ELF file with nothing to load; link it again");
    }
    segments.sort((a, b) -> Long.compareUnsigned(a.physicalAddress(), b.physicalAddress()));
    checkOverlaps();
    ElfFile.Segment last = segments.get(segments.size() - 1);
    start = segments.get(0).physicalAddress() - notes.paddrOffset();
    end = last.physicalAddress() + last.memorySize() - notes.paddrOffset();
    checkAddresses();
  }

  /**
   * Reads a kernel file: ELF or bzImage, or an ELF file packed with any compression that Linux
   * knows.
   *
   * @param limit largest size that the unpacked kernel may have, usually the domain's memory
   * @throws ImageException when it cannot be read or is no kernel for a PV domain
   */
  public static KernelImage read(Path file, long limit) {
    String name = file.toString();
    try {
      if (Files.isDirectory(file)) {
        throw new ImageException(name + ": is a folder; name the kernel file in it");
      }
      long size = Files.size(file);
      if (size > MAP_FROM) {
        try (FileChannel channel = FileChannel.open(file)) {
          ByteBuffer map =
              channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(size, Integer.MAX_VALUE));
          if (map.getInt(0) == 0x7f454c46) {
            return new KernelImage(ElfFile.parse(name, map));
          }
        }
      }
      if (size > Integer.MAX_VALUE - 64) {
        throw notKernel(name);
      }
      return of(name, Files.readAllBytes(file), limit);
    } catch (NoSuchFileException e) {
      throw new ImageException(name + ": no such file; check the path of the kernel", e);
    } catch (IOException e) {
      throw new ImageException(name + ": cannot be read (" + reason(e) + ")", e);
    }
  }

  /**
   * The same for bytes in memory.
   *
   * @param name for messages
   */
  public static KernelImage of(String name, byte[] file, long limit) {
    byte[] kernel = file;
    if (BzImage.matches(file)) {
      kernel = BzImage.unpack(name, file, limit);
    } else {
      Compression compression = Compression.of(file, 0, file.length);
      if (compression != null) {
        kernel = compression.unpack(name, file, 0, file.length, 0, limit);
      }
    }
    if (!ElfFile.matches(kernel, 0, kernel.length)) {
      throw notKernel(name);
    }
    return new KernelImage(ElfFile.parse(name, ByteBuffer.wrap(kernel)));
  }

  private static ImageException notKernel(String name) {
    return new ImageException(
        name
            + ": not a kernel (tried ELF, bzImage, and ELF packed with "
            + Compression.labels()
            + "); name a Linux bzImage or an ELF file with Xen notes");
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.AccessDeniedException
        ? "permission denied"
        : String.valueOf(e.getMessage());
  }

  private void checkOverlaps() {
    for (int i = 1; i < segments.size(); i++) {
      ElfFile.Segment before = segments.get(i - 1);
      if (Long.compareUnsigned(
              before.physicalAddress() + before.memorySize(), segments.get(i).physicalAddress())
          > 0) {
        throw new ImageException(
            elf.name()
                + ": corrupt ELF file: its segments overlap at physical address 0x"
                + Long.toHexString(segments.get(i).physicalAddress())
                + "; link it again");
      }
    }
  }

  /** The rules of Xen's own loader: everything lies at or above VIRT_BASE, the entry inside. */
  private void checkAddresses() {
    if (start < 0 || end < start) {
      throw new ImageException(
          elf.name()
              + ": its segments lie below PADDR_OFFSET 0x"
              + Long.toHexString(notes.paddrOffset())
              + "; correct the note or the linker script");
    }
    long base = notes.virtBase();
    long virtualEnd = base + end;
    if (Long.compareUnsigned(virtualEnd, base) < 0 && virtualEnd != 0) {
      throw new ImageException(
          elf.name() + ": does not fit above VIRT_BASE 0x" + Long.toHexString(base));
    }
    long entryOffset = entry() - base;
    if (entryOffset < start || entryOffset >= end) {
      throw new ImageException(
          elf.name()
              + ": its entry point 0x"
              + Long.toHexString(entry())
              + " is outside of its segments; the note ENTRY or VIRT_BASE is missing or wrong");
    }
    if (notes.hasHypercallPage()) {
      long page = notes.hypercallPage() - base;
      if ((page & 0xfff) != 0 || page < 0 || page >= end) {
        throw new ImageException(
            elf.name()
                + ": its hypercall page 0x"
                + Long.toHexString(notes.hypercallPage())
                + " is not a page of the kernel; correct the note HYPERCALL_PAGE");
      }
    }
  }

  /** Name of the file. */
  public String name() {
    return elf.name();
  }

  /** What the kernel asks of the builder. */
  public XenNotes notes() {
    return notes;
  }

  /** Virtual address where the guest starts. */
  public long entry() {
    return notes.entry(elf.entry());
  }

  /** Guest-physical address of the first byte of the kernel. */
  public long start() {
    return start;
  }

  /** Guest-physical address after the last byte of the kernel. */
  public long end() {
    return end;
  }

  /** Number of segments to load. */
  public int segmentCount() {
    return segments.size();
  }

  /** Guest-physical address of a segment; the bytes after {@link #segmentData} are zero. */
  public long segmentAddress(int index) {
    return segments.get(index).physicalAddress() - notes.paddrOffset();
  }

  /** Bytes of a segment as the file holds them. */
  public ByteBuffer segmentData(int index) {
    ElfFile.Segment segment = segments.get(index);
    return elf.slice(segment.offset(), segment.fileSize());
  }

  /** Whether an address lies in code of the kernel, where it was loaded. */
  public boolean isCode(long virtualAddress) {
    long address = virtualAddress - notes.virtBase() + notes.paddrOffset();
    for (ElfFile.Segment segment : segments) {
      long offset = address - segment.physicalAddress();
      if (offset >= 0 && offset < segment.memorySize()) {
        return (segment.flags() & 1) != 0;
      }
    }
    return false;
  }

  /**
   * Whether its code keeps frame pointers, judged by how many functions begin with {@code push rbp;
   * mov rbp, rsp}: one for each {@value #CODE_PER_FRAME} bytes of code or more.
   */
  public boolean keepsFramePointers() {
    long code = 0;
    long frames = 0;
    for (int i = 0; i < segments.size(); i++) {
      if ((segments.get(i).flags() & 1) != 0) {
        ByteBuffer bytes = segmentData(i);
        for (int at = 0; at + Integer.BYTES <= bytes.limit(); at++) {
          code += bytes.get(at) != 0 ? 1 : 0;
          frames += bytes.get(at) == PUSH_RBP && bytes.getInt(at) == NEW_FRAME ? 1 : 0;
        }
      }
    }
    return frames * CODE_PER_FRAME >= code && frames > 0;
  }

  /** The symbols in the file, for backtraces; empty when it was stripped. */
  public Symbols symbols() {
    return Symbols.of(elf);
  }
}
