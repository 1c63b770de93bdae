package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.LibC;
import java.util.Objects;

/**
 * Executable memory: one contiguous range of host addresses, backed lazily, so that a large reserve
 * costs nothing until code is written.
 *
 * <p>Where the host allows it, the same memory is mapped twice: executable and read-only where code
 * runs, writable elsewhere. No address is then both. All addresses given and taken are those where
 * code runs.
 *
 * <p>Code that another thread executes may change by {@link #patch} alone; everything else is
 * written before anybody can reach it. Calls on one area from several threads need a lock, except
 * patches of different places.
 */
final class CodeArea implements AutoCloseable {
  private static final long PAGE = 4096;

  private final long base;
  private final long writable;
  private long size;

  private CodeArea(long base, long writable, long size) {
    this.base = base;
    this.writable = writable;
    this.size = size;
  }

  /**
   * Maps at least {@code bytes} bytes, whole pages.
   *
   * @throws UnsupportedOperationException when the host allows no executable memory; the message is
   *     one line
   */
  static CodeArea map(long bytes) {
    try {
      return mapTwice(bytes);
    } catch (UnsupportedOperationException twice) {
      try {
        return mapOnce(bytes);
      } catch (UnsupportedOperationException once) {
        String reasons = twice.getMessage() + ", then " + once.getMessage();
        throw new UnsupportedOperationException("no executable memory: " + reasons, once);
      }
    }
  }

  /** A writable and an executable view of one memory file. */
  static CodeArea mapTwice(long bytes) {
    long size = wholePages(bytes);
    int file = LibC.memoryFile("zendo-code", size);
    try {
      long writable = mapShared(size, LibC.PROT_READ | LibC.PROT_WRITE, file);
      try {
        long base = mapShared(size, LibC.PROT_READ | LibC.PROT_EXEC, file);
        return new CodeArea(base, writable, size);
      } catch (UnsupportedOperationException e) {
        LibC.munmap(writable, size);
        throw e;
      }
    } finally {
      LibC.close(file);
    }
  }

  /** Memory that is writable and executable at once, as HotSpot's own code cache is. */
  static CodeArea mapOnce(long bytes) {
    long size = wholePages(bytes);
    int protection = LibC.PROT_READ | LibC.PROT_WRITE | LibC.PROT_EXEC;
    int flags = LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE;
    long base = LibC.mmap(size, protection, flags, -1);
    return new CodeArea(base, base, size);
  }

  private static long mapShared(long size, int protection, int file) {
    return LibC.mmap(size, protection, LibC.MAP_SHARED | LibC.MAP_NORESERVE, file);
  }

  private static long wholePages(long bytes) {
    return (bytes + PAGE - 1) & -PAGE;
  }

  /** Address of the first byte, where code executes. */
  long base() {
    return base;
  }

  /** Bytes; 0 once closed. */
  long size() {
    return size;
  }

  /** Copies the first {@code length} bytes of {@code code} to {@code address}. */
  void write(long address, byte[] code, int length) {
    HostMemory.copyFromArray(code, 0, alias(address, length), length);
  }

  /**
   * Stores four bytes at once, after everything that was written before. It is atomic for whoever
   * executes there if the place does not cross a cache line of 64 bytes: the caller's duty.
   */
  void patch(long address, int value) {
    HostMemory.putIntRelease(alias(address, Integer.BYTES), value);
  }

  private long alias(long address, int length) {
    return writable + Objects.checkFromIndexSize(address - base, length, size);
  }

  /**
   * Gives what backs some pages back to the host; they read as zero. Nobody may execute in them.
   *
   * @param from the first of them
   * @param bytes which must be in the area; a part of a page counts as a whole one
   */
  void discard(long from, long bytes) {
    long length = wholePages(bytes);
    long at = writable + Objects.checkFromIndexSize(from - base, length, size);
    if (writable == base) {
      LibC.discard(at, length);
    } else {
      LibC.punch(at, length);
    }
  }

  /** Gives the memory back; nobody may execute in it any more. */
  @Override
  public void close() {
    if (size == 0) {
      return;
    }
    LibC.munmap(base, size);
    if (writable != base) {
      LibC.munmap(writable, size);
    }
    size = 0;
  }
}
