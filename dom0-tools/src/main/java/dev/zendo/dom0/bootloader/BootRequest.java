package dev.zendo.dom0.bootloader;

/**
 * What the configuration of a domain says about its boot, besides that its disk knows.
 *
 * @param kernel path of the kernel on the disk; null to look into the menu
 * @param ramdisk path of the ramdisk on the disk; only with a kernel, and null for none
 * @param entry number or title in the menu; null for the usual one
 * @param arguments for the kernel, behind those of the menu
 */
public record BootRequest(String kernel, String ramdisk, String entry, String arguments) {}
