package dev.zendo.dom0.daemon;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.block.image.FrozenDisk;
import dev.zendo.dom0.config.DomainConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The images that clones write, beside the copies under them, in a folder for each snapshot. While
 * an image has a mark beside it, it goes with the last domain that has it as a disk; one without is
 * somebody else's as well, such as a file's in which the domain was saved, and stays. Thread-safe.
 */
final class Overlays {
  private static final String IMAGE = ".qcow2";
  private static final String MARK = ".clone";
  private static final String PARAMS = "qcow2:";

  /** What names of copies end with. */
  static final String COPY = ".raw";

  private final Path root;

  /** Folders of snapshots that there are: their copies stay. */
  private final Set<Path> open = new HashSet<>();

  /** Those in the folders of a folder. */
  Overlays(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /** The images among the disks of a domain. */
  List<Path> of(DomainConfig config) {
    return of(config.devices().get("disk"), config.folder());
  }

  /** The same of texts, as in a configuration. */
  List<Path> of(List<String> disks, Path base) {
    List<Path> images = new ArrayList<>();
    for (String text : disks) {
      String params = params(text, base);
      if (params.startsWith(PARAMS)) {
        Path image = Path.of(params.substring(PARAMS.length())).normalize();
        if (isImage(image) && image.startsWith(root) && depth(image) == depth(root) + 2) {
          images.add(image);
        }
      }
    }
    return images;
  }

  private static String params(String text, Path base) {
    try {
      return DiskSpec.parse(text, base).back().getOrDefault("params", "");
    } catch (ToolException e) {
      // No domain has such a disk, whatever a file says that was left.
      return "";
    }
  }

  private static int depth(Path path) {
    return path.getNameCount();
  }

  /** A snapshot gets a folder, which is made when it has disks. */
  synchronized Path open(String name) {
    Path folder = root.resolve(name);
    open.add(folder);
    return folder;
  }

  /** The snapshot is gone: the copies go as soon as there are no images on top of them. */
  synchronized void close(Path folder) {
    open.remove(folder);
    tidy(folder);
  }

  /**
   * Makes an image.
   *
   * @return what a disk's {@code params} say
   * @throws ToolException when it cannot be made
   */
  synchronized String make(Path folder, String name, Path copy) {
    Path image = folder.resolve(name + IMAGE);
    try {
      Files.createFile(mark(image));
      FrozenDisk.overlay(image, copy);
    } catch (IOException e) {
      delete(mark(image));
      throw failed(image, e);
    }
    return PARAMS + image;
  }

  private static Path mark(Path image) {
    return image.resolveSibling(image.getFileName() + MARK);
  }

  static ToolException failed(Path what, IOException e) {
    return new ToolException(what + ": cannot be written (" + IoReason.of(e) + ")", e);
  }

  /**
   * Images stay when the domains are gone that have them. This is durable, as what the images are
   * kept for may be.
   */
  synchronized void keep(Collection<Path> images) {
    for (Path image : images) {
      delete(mark(image));
      try (FileChannel folder = FileChannel.open(image.getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      } catch (IOException e) {
        throw failed(image, e);
      }
    }
  }

  /**
   * A domain is gone, or could not be made.
   *
   * @param images those that it had
   * @param used whether another domain has one
   */
  synchronized void release(Collection<Path> images, Predicate<Path> used) {
    for (Path image : images) {
      removeUnless(image, used);
      tidy(image.getParent());
    }
  }

  private static void removeUnless(Path image, Predicate<Path> used) {
    if (Files.exists(mark(image)) && !used.test(image)) {
      delete(image);
      delete(mark(image));
    }
  }

  /**
   * Removes what an earlier daemon has left.
   *
   * @param used whether a domain has an image, or had it
   */
  synchronized void removeLost(Predicate<Path> used) {
    for (Path folder : files(root)) {
      files(folder).stream().filter(Overlays::isImage).forEach(image -> removeUnless(image, used));
      tidy(folder);
    }
  }

  private static boolean isImage(Path file) {
    return file.toString().endsWith(IMAGE);
  }

  private void tidy(Path folder) {
    List<Path> files = files(folder);
    if (!open.contains(folder)
        && Files.isDirectory(folder)
        && files.stream().allMatch(Overlays::isBesideImages)) {
      files.forEach(Overlays::delete);
      delete(folder);
    }
  }

  private static boolean isBesideImages(Path file) {
    return file.toString().endsWith(COPY) || file.toString().endsWith(MARK);
  }

  /** What is in a folder; nothing if there is none. */
  private static List<Path> files(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }
}
