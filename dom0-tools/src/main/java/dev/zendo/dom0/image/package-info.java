/**
 * Kernel images: from a file to what the domain builder needs.
 *
 * <p>{@link dev.zendo.dom0.image.KernelImage#read} is the way in. It takes apart a bzImage ({@link
 * dev.zendo.dom0.image.BzImage}), unpacks it ({@link dev.zendo.dom0.image.Compression}), reads the
 * ELF file ({@link dev.zendo.dom0.image.ElfFile}) and the Xen notes in it ({@link
 * dev.zendo.dom0.image.XenNotes}). Images are hostile input: every offset, count and size is
 * checked, memory is bounded, and every failure is an {@link dev.zendo.dom0.image.ImageException}
 * of one line.
 */
package dev.zendo.dom0.image;
