package dev.zendo.dom0.ninep;

import com.sun.jna.Memory;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A file descriptor of the host that its owner closes. One thread at a time. */
final class HostFile implements AutoCloseable {
  private final boolean appends;
  private int descriptor;
  private Consumer<HostFile> beforeClose;

  /** Takes over the result of an open; throws its error if it is one. */
  HostFile(int descriptor) throws HostError {
    this(descriptor, false);
  }

  /** The same for a file whose writes all go to its end. */
  HostFile(int descriptor, boolean appends) throws HostError {
    this.descriptor = LibC.check(descriptor);
    this.appends = appends;
  }

  boolean appends() {
    return appends;
  }

  int descriptor() {
    return descriptor;
  }

  /** Has somebody look at the file just before it is closed. */
  void beforeClose(Consumer<HostFile> look) {
    beforeClose = look;
  }

  /** Gives the descriptor away: closing this does nothing any more. */
  int release() {
    int given = descriptor;
    descriptor = -1;
    return given;
  }

  /** A path of this very file, whatever its name is now. Leads there even for O_PATH. */
  byte[] itself() {
    return ("/proc/self/fd/" + descriptor + '\0').getBytes(StandardCharsets.US_ASCII);
  }

  /** What the host knows of the file. */
  FileStatus status() throws HostError {
    Memory buffer = new Memory(LibC.STATX_SIZE);
    LibC.check(LibC.statx(descriptor, new byte[1], LibC.AT_EMPTY_PATH, LibC.STATX_ALL, buffer));
    return FileStatus.of(buffer);
  }

  @Override
  public void close() {
    if (descriptor >= 0) {
      if (beforeClose != null) {
        beforeClose.accept(this);
      }
      LibC.close(release());
    }
  }
}
