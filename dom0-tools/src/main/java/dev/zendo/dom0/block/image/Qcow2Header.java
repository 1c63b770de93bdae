package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The header of a qcow2 image, checked: after {@link #read} every number is one that can be worked
 * with. Source: docs/interop/qcow2.txt of QEMU.
 *
 * @param version 2 or 3
 * @param clusterBits binary logarithm of the size of a cluster
 * @param size bytes of the disk as the header says
 * @param l1Size entries of the level 1 table
 * @param l1Offset where it starts
 * @param tableOffset where the table of reference counts starts
 * @param tableClusters its clusters
 * @param snapshots number of internal snapshots
 * @param incompatible flags that one has to understand
 * @param autoclear flags that whoever writes without understanding them must clear
 * @param refcountOrder binary logarithm of the bits of a reference count
 * @param zstd whether compressed clusters are zstd's, otherwise deflate's
 * @param backing name of the backing file, null for none
 * @param backingFormat its format, null when the image does not say
 */
record Qcow2Header(
    int version,
    int clusterBits,
    long size,
    int l1Size,
    long l1Offset,
    long tableOffset,
    int tableClusters,
    int snapshots,
    long incompatible,
    long autoclear,
    int refcountOrder,
    boolean zstd,
    String backing,
    String backingFormat) {

  /** "QFI\xfb". */
  static final int MAGIC = 0x514649fb;

  static final long DIRTY = 1;
  static final long CORRUPT = 1 << 1;
  private static final long EXTERNAL_DATA = 1 << 2;
  private static final long COMPRESSION_TYPE = 1 << 3;
  private static final long EXTENDED_L2 = 1 << 4;

  /** Where some members stand that are written later. */
  static final int AT_SIZE = 24;

  static final int AT_L1_SIZE = 36;
  static final int AT_TABLE_OFFSET = 48;
  static final int AT_AUTOCLEAR = 88;
  private static final int AT_COMPRESSION = 104;

  private static final int LENGTH_V2 = 72;
  private static final int MIN_LENGTH_V3 = 104;
  private static final int MIN_CLUSTER_BITS = 9;
  private static final int MAX_CLUSTER_BITS = 21;
  private static final int MAX_REFCOUNT_ORDER = 6;
  private static final int MAX_BACKING_NAME = 1023;

  /** Bytes of a level 1 table at most, as in QEMU. */
  static final int MAX_L1_BYTES = 32 << 20;

  /** Bytes of a table of reference counts at most, as in QEMU. */
  static final int MAX_TABLE_BYTES = 8 << 20;

  /** Extension of the header that says the format of the backing file. */
  static final int EXTENSION_BACKING_FORMAT = 0xe2792aca;

  /** Bytes of a cluster. */
  int clusterSize() {
    return 1 << clusterBits;
  }

  /** Binary logarithm of the entries of a level 2 table. */
  int l2Bits() {
    return clusterBits - 3;
  }

  /** Entries that a level 1 table needs for a disk of so many bytes. */
  static long l1Needed(long bytes, int clusterBits) {
    int shift = 2 * clusterBits - 3;
    return (bytes >>> shift) + ((bytes & (1L << shift) - 1) == 0 ? 0 : 1);
  }

  /** Reads and checks the header of an image. */
  static Qcow2Header read(Storage storage) throws IOException {
    return new Parser(storage).parse();
  }

  /** The file's first cluster, being read. */
  private static final class Parser {
    private final Storage storage;
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << MAX_CLUSTER_BITS);
    private int version;
    private int clusterBits;

    Parser(Storage storage) {
      this.storage = storage;
    }

    private BadImageException bad(String why) {
      return new BadImageException(storage.name(), why);
    }

    private BadImageException corrupt(String what) {
      return bad("is corrupt: " + what + "; see qemu-img check");
    }

    Qcow2Header parse() throws IOException {
      // The rest of the first cluster is read when its size is known.
      readTo(512);
      if (bytes.getInt(0) != MAGIC) {
        throw bad("is no qcow2 image; perhaps format=raw");
      }
      version = bytes.getInt(4);
      if (version != 2 && version != 3) {
        throw bad("has version " + version + " of qcow2; convert it with qemu-img convert");
      }
      clusterBits = bytes.getInt(20);
      if (clusterBits < MIN_CLUSTER_BITS || clusterBits > MAX_CLUSTER_BITS) {
        throw corrupt("clusters of 2^" + Integer.toUnsignedString(clusterBits) + " bytes");
      }
      readTo(1 << clusterBits);
      if (bytes.getInt(32) != 0) {
        throw bad("is encrypted; convert it with qemu-img convert");
      }
      long incompatible = version == 3 ? bytes.getLong(72) : 0;
      int headerLength = headerLength();
      boolean zstd = zstd(incompatible, headerLength);
      requireKnown(incompatible);
      int order = version == 3 ? bytes.getInt(96) : 4;
      if (order < 0 || order > MAX_REFCOUNT_ORDER) {
        throw corrupt("reference counts of 2^" + Integer.toUnsignedString(order) + " bits");
      }
      return new Qcow2Header(
          version,
          clusterBits,
          size(),
          l1Size(),
          l1Offset(),
          tableOffset(),
          tableClusters(),
          bytes.getInt(60),
          incompatible,
          version == 3 ? bytes.getLong(AT_AUTOCLEAR) : 0,
          order,
          zstd,
          backing(),
          backingFormat(headerLength));
    }

    private void readTo(int count) throws IOException {
      bytes.clear().limit(count);
      storage.read(bytes, 0);
    }

    private int headerLength() throws IOException {
      if (version == 2) {
        return LENGTH_V2;
      }
      int length = bytes.getInt(100);
      if (length < MIN_LENGTH_V3 || length % 8 != 0 || length > 1 << clusterBits) {
        throw corrupt("a header of " + Integer.toUnsignedString(length) + " bytes");
      }
      return length;
    }

    private boolean zstd(long incompatible, int headerLength) throws IOException {
      int type = headerLength > AT_COMPRESSION ? bytes.get(AT_COMPRESSION) : 0;
      boolean flag = (incompatible & COMPRESSION_TYPE) != 0;
      if (type < 0 || type > 1) {
        throw bad("has an unknown compression; convert it with qemu-img convert");
      }
      if (flag != (type != 0)) {
        throw corrupt("the compression differs from the flag that announces it");
      }
      return type == 1;
    }

    private void requireKnown(long incompatible) throws IOException {
      String convert = "; convert it with qemu-img convert";
      if ((incompatible & EXTERNAL_DATA) != 0) {
        throw bad("keeps its data in another file" + convert);
      }
      if ((incompatible & EXTENDED_L2) != 0) {
        throw bad("has subclusters (extended_l2)" + convert);
      }
      long unknown = incompatible & ~(DIRTY | CORRUPT | COMPRESSION_TYPE);
      if (unknown != 0) {
        throw bad("needs unknown features (bits 0x" + Long.toHexString(unknown) + ")" + convert);
      }
    }

    private long size() throws IOException {
      long size = bytes.getLong(AT_SIZE);
      if (size < 0 || l1Needed(size, clusterBits) * 8 > MAX_L1_BYTES) {
        throw corrupt("a disk of " + Long.toUnsignedString(size) + " bytes in such clusters");
      }
      return size;
    }

    private int l1Size() throws IOException {
      int entries = bytes.getInt(AT_L1_SIZE);
      if (entries < 0 || entries > MAX_L1_BYTES / 8) {
        throw corrupt("a level 1 table of " + Integer.toUnsignedString(entries) + " entries");
      }
      if (entries < l1Needed(size(), clusterBits)) {
        throw corrupt("the level 1 table is too small for the disk");
      }
      return entries;
    }

    private long l1Offset() throws IOException {
      long offset = bytes.getLong(40);
      requireTable("level 1 table", offset, 8L * l1Size());
      return offset;
    }

    private int tableClusters() throws IOException {
      int clusters = bytes.getInt(56);
      if (clusters <= 0 || (long) clusters << clusterBits > MAX_TABLE_BYTES) {
        throw corrupt("a refcount table of " + Integer.toUnsignedString(clusters) + " clusters");
      }
      return clusters;
    }

    private long tableOffset() throws IOException {
      long offset = bytes.getLong(AT_TABLE_OFFSET);
      requireTable("refcount table", offset, (long) tableClusters() << clusterBits);
      return offset;
    }

    private void requireTable(String what, long offset, long length) throws IOException {
      long cluster = 1L << clusterBits;
      boolean inside = offset >= cluster && offset <= (storage.size() | cluster - 1) + 1 - length;
      if (length > 0 && (!inside || (offset & cluster - 1) != 0)) {
        throw corrupt("the " + what + " is not inside the file");
      }
    }

    private String backing() throws IOException {
      long offset = bytes.getLong(8);
      if (offset == 0) {
        return null;
      }
      int length = bytes.getInt(16);
      if (length <= 0
          || length > MAX_BACKING_NAME
          || offset < 0
          || offset > (1 << clusterBits) - length) {
        throw corrupt("the name of the backing file is not inside the header");
      }
      return text((int) offset, length);
    }

    private String text(int at, int length) {
      return new String(bytes.array(), at, length, StandardCharsets.UTF_8);
    }

    private String backingFormat(int headerLength) throws IOException {
      int end = 1 << clusterBits;
      int at = headerLength;
      while (at <= end - 8) {
        int type = bytes.getInt(at);
        int length = bytes.getInt(at + 4);
        if (type == 0) {
          return null;
        }
        if (length < 0 || length > end - at - 8) {
          throw corrupt("an extension leaves the header");
        }
        if (type == EXTENSION_BACKING_FORMAT) {
          return text(at + 8, length);
        }
        at += 8 + (length + 7 & -8);
      }
      return null;
    }
  }
}
