package dev.zendo.dom0.ninep;

import com.sun.jna.Memory;
import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.io.NinePMessage;
import dev.zendo.hypercalls.io.NinePValues;

/** Requests about one file: opening, content, attributes. One thread at a time. */
final class FileRequests {
  private static final int TIMESPEC_SIZE = 16;
  private static final long UTIME_NOW = (1 << 30) - 1;
  private static final long UTIME_OMIT = (1 << 30) - 2;

  private static final int ENTRY_SIZE = Qid.SIZE + Long.BYTES + 1 + Short.BYTES;

  private final SharedTree tree;
  private final FidTable fids;
  private Memory buffer = new Memory(NinePServer.MIN_MESSAGE);

  FileRequests(SharedTree tree, FidTable fids) {
    this.tree = tree;
    this.fids = fids;
  }

  /** Answers a request if it is one of these; false if it is not. */
  boolean answer(int type, MessageReader in, MessageWriter out) throws HostError {
    switch (type) {
      case NinePMessage.TLOPEN -> open(in, out);
      case NinePMessage.TLCREATE -> create(in, out);
      case NinePMessage.TREAD -> read(in, out);
      case NinePMessage.TWRITE -> write(in, out);
      case NinePMessage.TREADDIR -> readDirectory(in, out);
      case NinePMessage.TGETATTR -> getAttributes(in, out);
      case NinePMessage.TSETATTR -> setAttributes(in);
      case NinePMessage.TFSYNC -> sync(in);
      case NinePMessage.TSTATFS -> statFileSystem(in, out);
      case NinePMessage.TLOCK -> lock(in, out);
      case NinePMessage.TGETLOCK -> getLock(in, out);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void open(MessageReader in, MessageWriter out) throws HostError {
    Fid fid = fids.requireClosed(in.u32());
    int flags = in.u32();
    FileStatus status;
    try (HostFile file = tree.locate(fid.path())) {
      status = file.status();
    }
    if (status.isDirectory()) {
      if ((flags & NinePValues.OPEN_ACCESS_MASK) != LibC.O_RDONLY) {
        throw new HostError(Errno.EISDIR);
      }
      try (HostFile directory = tree.openDirectory(fid.path())) {
        fid.open(new OpenDirectory(directory, fid.path().isRoot()));
      }
    } else {
      fid.open(tree.open(fid.path(), flags));
    }
    fids.opened();
    out.qid(status.qid());
    out.u32(0); // the guest may choose how much it reads at once
  }

  private void create(MessageReader in, MessageWriter out) throws HostError {
    Fid fid = fids.requireClosed(in.u32());
    FilePath path = fid.path().child(in.string());
    int flags = in.u32();
    HostFile file = tree.create(path, flags, in.u32());
    fid.path(path);
    fid.open(file);
    fids.opened();
    out.qid(file.status().qid());
    out.u32(0);
  }

  private Memory buffer(int size) {
    if (size > buffer.size()) {
      buffer = new Memory(size);
    }
    return buffer;
  }

  private void read(MessageReader in, MessageWriter out) throws HostError {
    Fid fid = fids.require(in.u32());
    long offset = in.u64();
    long wanted = Integer.toUnsignedLong(in.u32());
    int most = (int) Math.min(wanted, out.room() - Integer.BYTES);
    int at = out.position() + Integer.BYTES;
    int count =
        fid.attribute() == null
            ? read(fid.requireFile(), offset, out.message(), at, most)
            : fid.attribute().copy(offset, out.message(), at, most);
    out.u32(count);
    out.position(at + count);
  }

  private int read(HostFile file, long offset, byte[] to, int at, int most) throws HostError {
    Memory bytes = buffer(most);
    int count = LibC.check(LibC.pread(file.descriptor(), bytes, most, offset));
    bytes.read(0, to, at, count);
    return count;
  }

  private void write(MessageReader in, MessageWriter out) throws HostError {
    Fid fid = fids.require(in.u32());
    long offset = in.u64();
    int count = in.u32();
    int from = in.bytes(count);
    if (fid.attribute() == null) {
      HostFile file = fid.requireFile();
      Memory bytes = buffer(count);
      bytes.write(0, in.message(), from, count);
      out.u32(tree.write(file, bytes, count, offset));
    } else {
      fid.attribute().fill(offset, in.message(), from, count);
      out.u32(count);
    }
  }

  private void readDirectory(MessageReader in, MessageWriter out) throws HostError {
    OpenDirectory directory = fids.require(in.u32()).requireDirectory();
    directory.seek(in.u64());
    long wanted = Integer.toUnsignedLong(in.u32());
    int counter = out.position();
    out.u32(0);
    int most = (int) Math.min(wanted, out.room());
    int start = out.position();
    while (true) {
      long before = directory.position();
      OpenDirectory.Entry entry = directory.next();
      if (entry == null) {
        break;
      }
      if (out.position() - start + ENTRY_SIZE + entry.name().length() > most) {
        directory.unread(entry, before);
        break;
      }
      out.qid(entry.qid());
      out.u64(entry.position());
      out.u8(entry.type());
      out.string(entry.name());
    }
    int end = out.position();
    out.position(counter);
    out.u32(end - start);
    out.position(end);
  }

  /**
   * What a fid opened, or what is at its path now; closed by {@code close} if it is not the fid's.
   */
  private HostFile locate(Fid fid) throws HostError {
    return fid.file() == null ? tree.locate(fid.path()) : fid.file();
  }

  private void close(Fid fid, HostFile file) {
    if (file != fid.file()) {
      file.close();
    }
  }

  private void getAttributes(MessageReader in, MessageWriter out) throws HostError {
    Fid fid = fids.require(in.u32());
    in.u64(); // which are wanted; all basic ones are given
    HostFile file = locate(fid);
    FileStatus status;
    try {
      status = file.status();
    } finally {
      close(fid, file);
    }
    out.u64(NinePValues.GETATTR_BASIC);
    out.qid(status.qid());
    out.u32(status.mode());
    out.u32(status.uid());
    out.u32(status.gid());
    out.u64(status.links());
    out.u64(status.rdev());
    out.u64(status.size());
    out.u64(status.blockSize());
    out.u64(status.blocks());
    out.time(status.accessed());
    out.time(status.modified());
    out.time(status.changed());
    for (int i = 0; i < 4; i++) {
      out.u64(0); // time of birth, generation and version of the content: not known
    }
  }

  private void setAttributes(MessageReader in) throws HostError {
    Fid fid = fids.require(in.u32());
    tree.checkChange();
    HostFile file = locate(fid);
    try {
      setAttributes(file, in);
    } finally {
      close(fid, file);
    }
  }

  /** Owners stay as they are: all files belong to the host's user. */
  private void setAttributes(HostFile file, MessageReader in) throws HostError {
    int valid = in.u32();
    int mode = in.u32();
    in.u32(); // owner
    in.u32(); // group
    long size = in.u64();
    Memory times = new Memory(2 * TIMESPEC_SIZE);
    time(in, times, 0, valid, NinePValues.SETATTR_ATIME, NinePValues.SETATTR_ATIME_SET);
    time(in, times, TIMESPEC_SIZE, valid, NinePValues.SETATTR_MTIME, NinePValues.SETATTR_MTIME_SET);
    if ((valid & NinePValues.SETATTR_SIZE) != 0) {
      tree.truncate(file, size);
    }
    if ((valid & NinePValues.SETATTR_MODE) != 0) {
      tree.changeMode(file, mode);
    }
    if ((valid & (NinePValues.SETATTR_ATIME | NinePValues.SETATTR_MTIME)) != 0) {
      tree.changeTimes(file, times);
    }
  }

  private static void time(MessageReader in, Memory times, int at, int valid, int change, int given)
      throws HostError {
    long seconds = in.u64();
    long nanoseconds = in.u64();
    if ((valid & change) == 0) {
      nanoseconds = UTIME_OMIT;
    } else if ((valid & given) == 0) {
      nanoseconds = UTIME_NOW;
    }
    times.setLong(at, seconds);
    times.setLong(at + Long.BYTES, nanoseconds);
  }

  private void sync(MessageReader in) throws HostError {
    Fid fid = fids.require(in.u32());
    boolean dataOnly = in.u32() != 0;
    if (fid.file() != null) {
      int descriptor = fid.file().descriptor();
      LibC.check(dataOnly ? LibC.fdatasync(descriptor) : LibC.fsync(descriptor));
    } else if (fid.isOpen()) {
      try (HostFile directory = tree.openDirectory(fid.path())) {
        LibC.check(LibC.fsync(directory.descriptor()));
      }
    }
  }

  private void statFileSystem(MessageReader in, MessageWriter out) throws HostError {
    tree.room(fids.require(in.u32()).path()).write(out);
  }

  /** One guest is alone with its connection: its kernel keeps its locks, the host has none. */
  private void lock(MessageReader in, MessageWriter out) throws HostError {
    fids.require(in.u32()).requireFile();
    out.u8(NinePValues.LOCK_SUCCESS);
  }

  private void getLock(MessageReader in, MessageWriter out) throws HostError {
    fids.require(in.u32()).requireFile();
    in.u8();
    final long start = in.u64();
    final long length = in.u64();
    final int process = in.u32();
    final String client = in.string();
    out.u8(NinePValues.LOCK_UNLOCKED);
    out.u64(start);
    out.u64(length);
    out.u32(process);
    out.string(client);
  }
}
