/**
 * Disk images as guests see them: a range of bytes that can be read, written, flushed and
 * discarded.
 *
 * <ul>
 *   <li>{@link dev.zendo.dom0.block.image.DiskImages} opens one with its chain of backing files
 *   <li>{@link dev.zendo.dom0.block.image.RawImage}: the bytes of a file or block device
 *   <li>{@link dev.zendo.dom0.block.image.Qcow2Image}: QEMU's format. Its parts: {@code
 *       Qcow2Header} (numbers and their validation), {@code L2Tables} (where the data is), {@code
 *       Refcounts} (what is free), {@code CompressedClusters}
 *   <li>{@code Storage}: the file beneath, which tests replace by one that loses power; {@code
 *       ImageLock} keeps a second writer away
 * </ul>
 *
 * <p>Images are hostile: every number of a header or a table is checked before it is used.
 */
package dev.zendo.dom0.block.image;
