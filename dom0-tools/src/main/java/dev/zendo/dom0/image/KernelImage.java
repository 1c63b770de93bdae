package dev.zendo.dom0.image;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A kernel that the domain builder can load: its segments in the order of their addresses, without
 * overlaps, and what its notes ask for. Its bytes can be let go of and are read again when they are
 * needed. Thread-safe.
 */
public final class KernelImage {
  private static final Logger LOG = LoggerFactory.getLogger(KernelImage.class);

  private static final int CODE_PER_FRAME = 1024;
  private static final byte PUSH_RBP = 0x55;

  /** push rbp; mov rbp, rsp. */
  private static final int NEW_FRAME = 0xe5894855;

  private final String name;

  /** The entry point in its header. */
  private final long fileEntry;

  private final XenNotes notes;
  private final List<ElfFile.Segment> segments = new ArrayList<>();
  private final long start;
  private final long end;

  /** Where its bytes can be read again; null when they cannot. */
  private final KernelFile file;

  /** Its bytes; null when they were let go of. */
  private volatile ElfFile elf;

  private KernelImage(ElfFile elf, KernelFile file) {
    this.name = elf.name();
    this.fileEntry = elf.entry();
    this.file = file;
    this.elf = elf;
    this.notes = XenNotes.of(elf);
    for (ElfFile.Segment segment : elf.segments()) {
      if (segment.type() == ElfFile.PT_LOAD && segment.memorySize() > 0) {
        segments.add(segment);
      }
    }
    if (segments.isEmpty()) {
      throw new ImageException(name + ": an ELF file with nothing to load; link it again");
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
    KernelFile source = new KernelFile(file, limit);
    return new KernelImage(source.read(), source);
  }

  /**
   * The same for bytes in memory.
   *
   * @param name for messages
   */
  public static KernelImage of(String name, byte[] file, long limit) {
    return new KernelImage(unpack(name, file, limit), null);
  }

  /** The ELF file in an image. */
  static ElfFile unpack(String name, byte[] file, long limit) {
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
    return ElfFile.parse(name, ByteBuffer.wrap(kernel));
  }

  static ImageException notKernel(String name) {
    return new ImageException(
        name
            + ": not a kernel (tried ELF, bzImage, and ELF packed with "
            + Compression.labels()
            + "); name a Linux bzImage or an ELF file with Xen notes");
  }

  private void checkOverlaps() {
    for (int i = 1; i < segments.size(); i++) {
      ElfFile.Segment before = segments.get(i - 1);
      if (Long.compareUnsigned(
              before.physicalAddress() + before.memorySize(), segments.get(i).physicalAddress())
          > 0) {
        throw new ImageException(
            name
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
          name
              + ": its segments lie below PADDR_OFFSET 0x"
              + Long.toHexString(notes.paddrOffset())
              + "; correct the note or the linker script");
    }
    long base = notes.virtBase();
    long virtualEnd = base + end;
    if (Long.compareUnsigned(virtualEnd, base) < 0 && virtualEnd != 0) {
      throw new ImageException(name + ": does not fit above VIRT_BASE 0x" + Long.toHexString(base));
    }
    long entryOffset = entry() - base;
    if (entryOffset < start || entryOffset >= end) {
      throw new ImageException(
          name
              + ": its entry point 0x"
              + Long.toHexString(entry())
              + " is outside of its segments; the note ENTRY or VIRT_BASE is missing or wrong");
    }
    if (notes.hasHypercallPage()) {
      long page = notes.hypercallPage() - base;
      if ((page & 0xfff) != 0 || page < 0 || page >= end) {
        throw new ImageException(
            name
                + ": its hypercall page 0x"
                + Long.toHexString(notes.hypercallPage())
                + " is not a page of the kernel; correct the note HYPERCALL_PAGE");
      }
    }
  }

  /** Name of the file. */
  public String name() {
    return name;
  }

  /** What the kernel asks of the builder. */
  public XenNotes notes() {
    return notes;
  }

  /** Virtual address where the guest starts. */
  public long entry() {
    return notes.entry(fileEntry);
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

  /**
   * Lets go of its bytes, if they can be read again: an unpacked Linux is as large as the memory of
   * a small domain.
   */
  public void letGo() {
    if (file != null) {
      elf = null;
    }
  }

  /** Its bytes, which are not kept if they have to be read again. */
  private ElfFile bytes() {
    ElfFile kept = elf;
    return kept == null ? file.read() : kept;
  }

  /**
   * Bytes of a segment as the file holds them; all bytes are kept from then on.
   *
   * @throws ImageException when they were let go of and the file is not what it was
   */
  public ByteBuffer segmentData(int index) {
    ElfFile bytes = bytes();
    elf = bytes;
    return data(bytes, index);
  }

  private ByteBuffer data(ElfFile bytes, int index) {
    ElfFile.Segment segment = segments.get(index);
    return bytes.slice(segment.offset(), segment.fileSize());
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
   *
   * @throws ImageException when its bytes were let go of and the file is not what it was
   */
  public boolean keepsFramePointers() {
    ElfFile all = bytes();
    long code = 0;
    long frames = 0;
    for (int i = 0; i < segments.size(); i++) {
      if ((segments.get(i).flags() & 1) != 0) {
        ByteBuffer bytes = data(all, i);
        for (int at = 0; at + Integer.BYTES <= bytes.limit(); at++) {
          code += bytes.get(at) != 0 ? 1 : 0;
          frames += bytes.get(at) == PUSH_RBP && bytes.getInt(at) == NEW_FRAME ? 1 : 0;
        }
      }
    }
    return frames * CODE_PER_FRAME >= code && frames > 0;
  }

  /**
   * The symbols in the file, for backtraces; none when it was stripped, or when its bytes were let
   * go of and the file is not what it was.
   */
  public Symbols symbols() {
    try {
      return Symbols.of(bytes());
    } catch (ImageException e) {
      LOG.warn("no symbols: {}", e.getMessage());
      return Symbols.NONE;
    }
  }
}
