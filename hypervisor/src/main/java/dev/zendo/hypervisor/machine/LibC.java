package dev.zendo.hypervisor.machine;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The functions of the host's C library that memory and emitted code need, with Linux's numbers of
 * x86-64.
 *
 * <p>Every function throws {@link UnsupportedOperationException} with a one-line reason when the
 * host refuses. Slow (JNA): not for what guests do often. Thread-safe.
 */
public final class LibC {
  /** Of mmap, as the constants that follow. */
  public static final int PROT_READ = 1;

  public static final int PROT_WRITE = 2;
  public static final int PROT_EXEC = 4;

  public static final int MAP_SHARED = 0x1;
  public static final int MAP_PRIVATE = 0x2;
  public static final int MAP_ANONYMOUS = 0x20;
  public static final int MAP_FIXED = 0x10;
  public static final int MAP_NORESERVE = 0x4000;

  /** {@code struct sigaction}: the handler's address, 8 bytes. */
  public static final int SIGACTION_HANDLER = 0;

  /** {@code struct sigaction}: SA_ flags, 4 bytes. */
  public static final int SIGACTION_FLAGS = 136;

  public static final int SA_SIGINFO = 4;

  private static final int SIGACTION_SIZE = 152;
  private static final int MFD_CLOEXEC = 1;
  private static final int MADV_DONTNEED = 4;
  private static final int MADV_REMOVE = 9;
  private static final int MADV_HUGEPAGE = 14;
  private static final int FALLOC_FL_KEEP_SIZE = 1;
  private static final int FALLOC_FL_PUNCH_HOLE = 2;
  private static final int PR_SET_TIMERSLACK = 29;

  /** Those that were used, by name: JNA takes longer to find one than to call it. */
  private static final Map<String, Function> FUNCTIONS = new ConcurrentHashMap<>();

  private LibC() {}

  /** Maps {@code bytes} bytes wherever there is room; returns the address. */
  public static long mmap(long bytes, int protection, int flags, int file) {
    Object[] arguments = {0L, bytes, protection, flags, file, 0L};
    long address = function("mmap").invokeLong(arguments);
    if (address == -1) {
      throw refused("mmap");
    }
    return address;
  }

  /** Maps part of a file in place of what is there, copied where it is written. */
  static void mapPrivately(long address, long bytes, int file, long offset) {
    place(address, bytes, MAP_PRIVATE | MAP_NORESERVE, file, offset);
  }

  /** Puts memory that reads as zero in place of what is there. */
  static void mapZeros(long address, long bytes) {
    place(address, bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  }

  private static void place(long address, long bytes, int flags, int file, long offset) {
    Object[] arguments = {address, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, file, offset};
    if (function("mmap").invokeLong(arguments) != address) {
      throw refused("mmap");
    }
  }

  /** Has memory that belongs to no file read as zero again; the host gets what backed it. */
  public static void discard(long address, long bytes) {
    call("madvise", address, bytes, MADV_DONTNEED);
  }

  /**
   * Makes a hole in a file of memory where it is mapped for everybody: it reads as zero in all
   * mappings, and the host gets what backed it.
   */
  public static void punch(long address, long bytes) {
    call("madvise", address, bytes, MADV_REMOVE);
  }

  /** Gives the host what was freed and the C library keeps; some C libraries cannot. */
  public static void trim() {
    function("malloc_trim").invokeInt(new Object[] {0L});
  }

  /** Writes into a file; returns how many bytes, perhaps fewer than there are. */
  static long write(int file, long from, long bytes, long offset) {
    long written = function("pwrite").invokeLong(new Object[] {file, from, bytes, offset});
    if (written <= 0) {
      throw refused("pwrite");
    }
    return written;
  }

  /** Has part of a file read as zeros; the host gets what backed it. */
  static void punchHole(int file, long offset, long bytes) {
    call("fallocate", file, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, bytes);
  }

  /** Ends a mapping. */
  public static void munmap(long address, long bytes) {
    call("munmap", address, bytes);
  }

  /** A file of {@code bytes} bytes that exists in memory only; returns its descriptor. */
  public static int memoryFile(String name, long bytes) {
    int file = call("memfd_create", name, MFD_CLOEXEC);
    try {
      call("ftruncate", file, bytes);
    } catch (UnsupportedOperationException e) {
      close(file);
      throw e;
    }
    return file;
  }

  /** Closes a descriptor. */
  public static void close(int file) {
    call("close", file);
  }

  /** The action of a signal, as {@link #setAction} takes it. */
  public static Memory action(int signal) {
    Memory action = new Memory(SIGACTION_SIZE);
    call("sigaction", signal, null, action);
    return action;
  }

  /** Sets the action of a signal. */
  public static void setAction(int signal, Memory action) {
    call("sigaction", signal, action, null);
  }

  /** Lets the host wake the calling thread as exactly as it can; 50 microseconds late otherwise. */
  public static void exactWakeUps() {
    call("prctl", PR_SET_TIMERSLACK, 1L, 0L, 0L, 0L);
  }

  /** Asks for huge pages where the host gives them on demand; without any effect elsewhere. */
  public static void preferHugePages(long address, long bytes) {
    function("madvise").invokeInt(new Object[] {address, bytes, MADV_HUGEPAGE});
  }

  private static int call(String name, Object... arguments) {
    int result = function(name).invokeInt(arguments);
    if (result == -1) {
      throw refused(name);
    }
    return result;
  }

  private static Function function(String name) {
    return FUNCTIONS.computeIfAbsent(name, LibC::find);
  }

  private static Function find(String name) {
    try {
      return NativeLibrary.getProcess().getFunction(name);
    } catch (UnsatisfiedLinkError e) {
      throw new UnsupportedOperationException("the C library has no " + name, e);
    }
  }

  private static UnsupportedOperationException refused(String name) {
    return new UnsupportedOperationException(name + " refused with errno " + Native.getLastError());
  }
}
