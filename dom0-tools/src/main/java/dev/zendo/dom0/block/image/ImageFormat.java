package dev.zendo.dom0.block.image;

/** How the bytes of a disk are kept in a file. */
public enum ImageFormat {
  /** The file is the disk. */
  RAW,
  /** QEMU's format. */
  QCOW2
}
