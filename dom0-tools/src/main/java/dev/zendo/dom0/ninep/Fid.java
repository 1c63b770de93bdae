package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.Errno;

/** What a guest calls a file by: a path, and what it opened there, if it did. */
final class Fid implements AutoCloseable {
  private FilePath path;
  private HostFile file;
  private OpenDirectory directory;
  private AttributeValue attribute;

  Fid(FilePath path) {
    this.path = path;
  }

  FilePath path() {
    return path;
  }

  /** The file has another path now. */
  void path(FilePath moved) {
    path = moved;
  }

  boolean isOpen() {
    return file != null || directory != null || attribute != null;
  }

  void open(HostFile opened) {
    file = opened;
  }

  void open(OpenDirectory opened) {
    directory = opened;
  }

  void open(AttributeValue opened) {
    attribute = opened;
  }

  /** The extended attribute that the fid stands for; null if it stands for a file. */
  AttributeValue attribute() {
    return attribute;
  }

  /** The open regular file; null if the guest has not opened one. */
  HostFile file() {
    return file;
  }

  HostFile requireFile() throws HostError {
    if (file == null) {
      throw new HostError(Errno.EBADF);
    }
    return file;
  }

  OpenDirectory requireDirectory() throws HostError {
    if (directory == null) {
      throw new HostError(Errno.EBADF);
    }
    return directory;
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
    if (directory != null) {
      directory.close();
    }
  }
}
