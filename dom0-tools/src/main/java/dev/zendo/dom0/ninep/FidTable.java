package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.Errno;
import java.util.HashMap;
import java.util.Map;

/** The fids of one connection, of which there can be only so many. One thread at a time. */
final class FidTable {
  /** Fids cost a little heap; open ones a descriptor of the host as well. */
  static final int MAX_FIDS = 16384;

  static final int MAX_OPEN = 512;

  private final Map<Integer, Fid> fids = new HashMap<>();
  private int open;

  Fid require(int number) throws HostError {
    Fid fid = fids.get(number);
    if (fid == null) {
      throw new HostError(Errno.EBADF);
    }
    return fid;
  }

  /** Whether a number stands for a fid. */
  boolean isSame(int number, Fid fid) {
    return fids.get(number) == fid;
  }

  /** Refuses numbers that are in use, and one fid too many. */
  void checkFree(int number) throws HostError {
    if (fids.containsKey(number)) {
      throw new HostError(Errno.EINVAL);
    }
    if (fids.size() >= MAX_FIDS) {
      throw new HostError(Errno.ENFILE);
    }
  }

  /** Adds what {@link #checkFree} allowed. */
  void add(int number, FilePath path) {
    fids.put(number, new Fid(path));
  }

  /** Refuses to open what is open, and one file too many. */
  Fid requireClosed(int number) throws HostError {
    Fid fid = require(number);
    if (fid.isOpen()) {
      throw new HostError(Errno.EINVAL);
    }
    checkOpen();
    return fid;
  }

  /** Refuses to open one file too many. */
  void checkOpen() throws HostError {
    if (open >= MAX_OPEN) {
      throw new HostError(Errno.EMFILE);
    }
  }

  /** Counts a fid that has just been opened. */
  void opened() {
    open++;
  }

  /** Forgets a fid and closes what it had open. */
  void remove(int number) throws HostError {
    Fid fid = require(number);
    fids.remove(number);
    if (fid.isOpen()) {
      open--;
    }
    fid.close();
  }

  /** Files have been renamed: fids keep meaning the same files. */
  void moved(FilePath from, FilePath to) {
    for (Fid fid : fids.values()) {
      fid.path(fid.path().moved(from, to));
    }
  }

  /** Forgets all. */
  void clear() {
    fids.values().forEach(Fid::close);
    fids.clear();
    open = 0;
  }

  int size() {
    return fids.size();
  }

  int open() {
    return open;
  }
}
