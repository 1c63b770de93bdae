package dev.zendo.dom0.bootloader;

import java.nio.ByteBuffer;

/**
 * What a file is.
 *
 * @param mode type and permissions
 * @param size bytes
 * @param flags {@code i_flags}
 * @param blocks the 60 bytes of {@code i_block}
 */
record Inode(int mode, long size, int flags, ByteBuffer blocks) {
  /** Bytes of {@code i_block}. */
  static final int BLOCK_BYTES = 60;

  private static final int ENCRYPTED = 0x800;
  private static final int EXTENTS = 0x8_0000;
  private static final int INLINE = 0x1000_0000;

  private boolean is(int type) {
    return (mode & 0xf000) == type;
  }

  boolean isDirectory() {
    return is(0x4000);
  }

  boolean isFile() {
    return is(0x8000);
  }

  boolean isLink() {
    return is(0xa000);
  }

  boolean isEncrypted() {
    return (flags & ENCRYPTED) != 0;
  }

  boolean hasExtents() {
    return (flags & EXTENTS) != 0;
  }

  /** Whether its contents stand where others have their blocks. */
  boolean holdsItself() {
    return (flags & INLINE) != 0 || isLink() && size < BLOCK_BYTES && !hasExtents();
  }
}
