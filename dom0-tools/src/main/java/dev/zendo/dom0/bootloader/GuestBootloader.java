package dev.zendo.dom0.bootloader;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.block.image.DiskImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Copies from a guest's disk what it would boot. Not thread-safe. */
public final class GuestBootloader {
  /** What kernels and ramdisks may have at most. */
  private static final long MAX_FILE_BYTES = 512L << 20;

  private static final String KERNEL = "-kernel";
  private static final String RAMDISK = "-ramdisk";
  private static final int MAX_MENU_BYTES = 1 << 20;

  /** Linux takes ramdisks behind each other when each begins at a multiple of this. */
  private static final int RAMDISK_ALIGNMENT = 4;

  /** Where menus are, in the order in which pygrub looks. */
  private static final List<Map.Entry<String, Function<String, BootMenu>>> MENUS =
      Stream.of(
              Stream.of(
                      "/boot/grub/grub.cfg",
                      "/grub/grub.cfg",
                      "/boot/grub2/grub.cfg",
                      "/grub2/grub.cfg")
                  .map(path -> menu(path, GrubMenu::modern)),
              Stream.of(
                      "/boot/isolinux/isolinux.cfg",
                      "/boot/extlinux/extlinux.conf",
                      "/boot/extlinux.conf",
                      "/extlinux/extlinux.conf",
                      "/extlinux.conf")
                  .map(path -> menu(path, text -> ExtlinuxMenu.parse(folder(path), text))),
              Stream.of(
                      "/boot/grub/menu.lst",
                      "/boot/grub/grub.conf",
                      "/grub/menu.lst",
                      "/grub/grub.conf")
                  .map(path -> menu(path, GrubMenu::legacy)))
          .flatMap(each -> each)
          .toList();

  private final BootRequest request;
  private final long most;

  private GuestBootloader(BootRequest request, long most) {
    this.request = request;
    this.most = most;
  }

  private static Map.Entry<String, Function<String, BootMenu>> menu(
      String path, Function<String, BootMenu> parser) {
    return Map.entry(path, parser);
  }

  private static String folder(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  /**
   * Copies kernel and ramdisk.
   *
   * @param name of the disk, for messages
   * @param folder where the copies go; it exists
   * @param prefix of their names
   * @param memory bytes that the guest has: no file can be larger
   * @throws ToolException one line that says why nothing can be booted
   */
  public static BootFiles copy(
      String name, DiskImage image, BootRequest request, Path folder, String prefix, long memory) {
    GuestBootloader loader = new GuestBootloader(request, Math.min(memory, MAX_FILE_BYTES));
    BadFilesystemException last = null;
    try {
      for (ImageBytes part : PartitionTable.of(ImageBytes.of(image))) {
        try {
          ExtFilesystem filesystem = new ExtFilesystem(part);
          ExtPaths paths = new ExtPaths(filesystem);
          MenuEntry entry = loader.find(filesystem, paths);
          if (entry != null) {
            return loader.copy(filesystem, paths, entry, folder, prefix);
          }
          last = new BadFilesystemException("its file systems have no " + loader.wanted());
        } catch (BadFilesystemException e) {
          last = better(last, e);
        }
      }
    } catch (IOException e) {
      throw new ToolException(name + ": cannot be booted from: " + e.getMessage(), e);
    }
    throw new ToolException(name + ": cannot be booted from: " + last.getMessage(), last);
  }

  /** Removes copies, if there are some. */
  public static void remove(Path folder, String prefix) {
    removeRamdisk(folder, prefix);
    remove(folder, prefix, KERNEL);
  }

  /** Removes the copy of the ramdisk, if there is one. */
  public static void removeRamdisk(Path folder, String prefix) {
    remove(folder, prefix, RAMDISK);
  }

  private static void remove(Path folder, String prefix, String file) {
    try {
      Files.deleteIfExists(folder.resolve(prefix + file));
    } catch (IOException e) {
      throw new ToolException(folder + ": cannot be cleared (" + IoReason.of(e) + ")", e);
    }
  }

  /** What partitions without a file system lack says less than what others do. */
  private static BadFilesystemException better(
      BadFilesystemException before, BadFilesystemException now) {
    return before == null || before.getMessage().startsWith("there is no ") ? now : before;
  }

  private String wanted() {
    return request.kernel() == null
        ? "boot menu (/boot/grub/grub.cfg, menu.lst or extlinux.conf)"
        : request.kernel();
  }

  /** What a file system would boot; null when it has neither the kernel nor a menu. */
  private MenuEntry find(ExtFilesystem filesystem, ExtPaths paths) throws IOException {
    if (request.kernel() != null) {
      MenuEntry entry = new MenuEntry(request.kernel(), "");
      entry.kernel(request.kernel());
      if (request.ramdisk() != null) {
        entry.ramdisks(request.ramdisk());
      }
      return paths.find(request.kernel()).filter(Inode::isFile).isPresent() ? entry : null;
    }
    for (Map.Entry<String, Function<String, BootMenu>> each : MENUS) {
      Optional<Inode> file = paths.find(each.getKey()).filter(Inode::isFile);
      if (file.isPresent()) {
        String text = new String(filesystem.contents(file.get(), MAX_MENU_BYTES), UTF_8);
        MenuEntry entry = each.getValue().apply(text).pick(request.entry());
        if (entry.kernel() == null) {
          throw new BadFilesystemException(
              "entry \"" + entry.title() + "\" of its boot menu has no Linux kernel");
        }
        return entry;
      }
    }
    return null;
  }

  private BootFiles copy(
      ExtFilesystem filesystem, ExtPaths paths, MenuEntry entry, Path folder, String prefix)
      throws IOException {
    Path kernel = folder.resolve(prefix + KERNEL);
    Path ramdisk = entry.ramdisks().isEmpty() ? null : folder.resolve(prefix + RAMDISK);
    BootFiles files =
        new BootFiles(kernel, ramdisk, (entry.arguments() + " " + request.arguments()).strip());
    boolean done = false;
    try {
      copy(filesystem, paths, List.of(entry.kernel()), kernel);
      if (ramdisk != null) {
        copy(filesystem, paths, entry.ramdisks(), ramdisk);
      }
      done = true;
      return files;
    } finally {
      if (!done) {
        remove(folder, prefix);
      }
    }
  }

  /** Copies files behind each other. */
  private void copy(ExtFilesystem filesystem, ExtPaths paths, List<String> sources, Path target)
      throws IOException {
    try (FileChannel out =
        FileChannel.open(
            target,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      long end = 0;
      for (String source : sources) {
        Inode file =
            paths
                .find(source)
                .filter(Inode::isFile)
                .orElseThrow(() -> new BadFilesystemException("it has no file " + source));
        long start = (end + RAMDISK_ALIGNMENT - 1) / RAMDISK_ALIGNMENT * RAMDISK_ALIGNMENT;
        end = start + file.size();
        filesystem.read(file, most - start, (at, bytes) -> write(out, start + at, bytes));
      }
      extend(out, end);
    }
  }

  private static void write(FileChannel out, long at, ByteBuffer bytes) throws IOException {
    for (long to = at; bytes.hasRemaining(); ) {
      to += out.write(bytes, to);
    }
  }

  /** Holes at the end have not been written. */
  private static void extend(FileChannel out, long end) throws IOException {
    if (out.size() < end) {
      write(out, end - 1, ByteBuffer.allocate(1));
    }
  }
}
