/**
 * What {@code bootloader = "pygrub"} of xl's configurations does: finds the kernel that a guest's
 * own disk would boot. {@code GuestBootloader} is the way in; {@code PartitionTable} and {@code
 * ExtFilesystem} read the disk, {@code GrubMenu} and {@code ExtlinuxMenu} its menus. Guests write
 * all of it: whatever is not as it should be is a {@code BadFilesystemException}, and all reads
 * together are bounded.
 */
package dev.zendo.dom0.bootloader;
