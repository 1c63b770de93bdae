package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Opens images. The format is never guessed from the contents, which a guest may have written: it
 * could make up a header that names any file of the host as its backing file.
 */
public final class DiskImages {
  /** Length of a chain of backing files at most; one that leads back to itself ends here. */
  private static final int MAX_CHAIN = 64;

  private DiskImages() {}

  /**
   * Opens an image and its backing files.
   *
   * @throws BadImageException when one of them cannot be used, in one line
   */
  public static DiskImage open(Path path, ImageFormat format, ImageAccess access)
      throws IOException {
    return open(path, format, access, MAX_CHAIN);
  }

  private static DiskImage open(Path path, ImageFormat format, ImageAccess access, int depth)
      throws IOException {
    if (format == ImageFormat.RAW) {
      return RawImage.open(path, access);
    }
    HostFile file = HostFile.open(path, access);
    DiskImage backing = null;
    boolean done = false;
    try {
      Qcow2Header header = Qcow2Header.read(file);
      if (header.backing() != null) {
        backing = openBacking(path, header, depth);
      }
      DiskImage image = new Qcow2Image(file, header, backing, !access.writes());
      done = true;
      return image;
    } finally {
      if (!done) {
        file.close();
        if (backing != null) {
          backing.close();
        }
      }
    }
  }

  private static DiskImage openBacking(Path path, Qcow2Header header, int depth)
      throws IOException {
    if (depth == 0) {
      throw new BadImageException(
          path.toString(), "has too many backing files, or is its own; see qemu-img info");
    }
    Path backing = backingPath(path, header.backing());
    ImageFormat format = backingFormat(path, backing, header.backingFormat());
    return open(backing, format, ImageAccess.READ, depth - 1);
  }

  private static Path backingPath(Path image, String name) throws IOException {
    String plain = name.startsWith("file:") ? name.substring("file:".length()) : name;
    if (plain.startsWith("json:") || plain.matches("[a-z0-9+]+:.*")) {
      throw new BadImageException(
          image.toString(), "has the backing file " + name + "; only files of the host can be");
    }
    try {
      return image.resolveSibling(FileSystems.getDefault().getPath(plain));
    } catch (InvalidPathException e) {
      throw new BadImageException(image.toString(), "has a backing file without a proper name");
    }
  }

  private static ImageFormat backingFormat(Path image, Path backing, String recorded)
      throws IOException {
    if (recorded == null) {
      requireRaw(image, backing);
      return ImageFormat.RAW;
    }
    switch (recorded) {
      case "raw":
      case "host_device":
      case "file":
        return ImageFormat.RAW;
      case "qcow2":
        return ImageFormat.QCOW2;
      default:
        throw new BadImageException(
            image.toString(),
            "has a backing file of format " + recorded + "; convert it with qemu-img convert");
    }
  }

  /** Without a recorded format it must be raw, and what looks different needs a decision. */
  private static void requireRaw(Path image, Path backing) throws IOException {
    try (HostFile file = HostFile.open(backing, ImageAccess.READ)) {
      ByteBuffer magic = ByteBuffer.allocate(4);
      file.read(magic, 0);
      if (magic.getInt(0) == Qcow2Header.MAGIC) {
        throw new BadImageException(
            image.toString(),
            "does not say the format of its backing file; record it with qemu-img rebase -u -F"
                + " qcow2 -b "
                + backing);
      }
    }
  }
}
