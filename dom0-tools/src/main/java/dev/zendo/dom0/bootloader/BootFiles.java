package dev.zendo.dom0.bootloader;

import java.nio.file.Path;

/**
 * Copies of what is to be booted.
 *
 * @param kernel its file
 * @param ramdisk its file, or null
 * @param commandLine of the kernel
 */
public record BootFiles(Path kernel, Path ramdisk, String commandLine) {}
