package dev.zendo.dom0.image;

/**
 * The Linux x86 boot image: a real-mode header that says where the packed kernel lies
 * (Documentation/arch/x86/boot.rst, fields since protocol 2.08).
 */
final class BzImage {
  private static final int SETUP_SECTORS = 0x1f1;
  private static final int HEADER = 0x202;
  private static final int MAGIC = 0x53726448; // "HdrS"
  private static final int VERSION = 0x206;
  private static final int PAYLOAD_OFFSET = 0x248;
  private static final int PAYLOAD_LENGTH = 0x24c;
  private static final int HEADER_END = 0x250;
  private static final int PAYLOAD_PROTOCOL = 0x208;
  private static final int SECTOR = 512;

  /** Every packed payload but gzip's is followed by its unpacked size; gzip ends with it. */
  private static final int SIZE_BYTES = 4;

  private BzImage() {}

  static boolean matches(byte[] file) {
    return file.length >= HEADER_END && LittleEndian.getInt(file, HEADER) == MAGIC;
  }

  /**
   * Unpacks the kernel.
   *
   * @param name of the file, for messages
   * @param limit largest size of the kernel
   * @return the ELF file in it
   */
  static byte[] unpack(String name, byte[] file, long limit) {
    int version = LittleEndian.getShort(file, VERSION);
    if (version < PAYLOAD_PROTOCOL) {
      throw new ImageException(
          name
              + ": bzImage with boot protocol "
              + (version >> 8)
              + "."
              + (version & 0xff)
              + " does not say where its kernel is; use Linux 2.6.24 or newer");
    }
    int sectors = file[SETUP_SECTORS] & 0xff;
    long start =
        (sectors == 0 ? 5L : sectors + 1L) * SECTOR
            + (LittleEndian.getInt(file, PAYLOAD_OFFSET) & 0xffffffffL);
    long length = LittleEndian.getInt(file, PAYLOAD_LENGTH) & 0xffffffffL;
    if (length <= SIZE_BYTES || start + length > file.length) {
      throw new ImageException(
          name
              + ": truncated bzImage: the kernel in it ends at byte "
              + (start + length)
              + ", the file at "
              + file.length
              + "; fetch or build the image again");
    }
    int from = (int) start;
    int bytes = (int) length;
    if (ElfFile.matches(file, from, bytes)) {
      return java.util.Arrays.copyOfRange(file, from, from + bytes);
    }
    Compression compression = Compression.of(file, from, bytes);
    if (compression == null) {
      throw new ImageException(
          name
              + ": bzImage with an unknown payload (tried "
              + Compression.labels()
              + ", ELF); fetch or build the image again");
    }
    long expected = LittleEndian.getInt(file, from + bytes - SIZE_BYTES) & 0xffffffffL;
    int packed = compression == Compression.GZIP ? bytes : bytes - SIZE_BYTES;
    byte[] kernel = compression.unpack(name, file, from, packed, expected, limit);
    if (kernel.length != expected) {
      throw new ImageException(
          name
              + ": the "
              + compression.label()
              + " data in it is corrupt: it unpacks to "
              + kernel.length
              + " bytes and not "
              + expected
              + "; fetch or build the image again");
    }
    return kernel;
  }
}
