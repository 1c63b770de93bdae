package dev.zendo.hypervisor.engine.direct;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * The functions of the host's C library that emitted code needs, with Linux's numbers of x86-64.
 *
 * <p>Every function throws {@link UnsupportedOperationException} with a one-line reason when the
 * host refuses. Slow (JNA): for start and end only.
 */
final class LibC {
  static final int PROT_READ = 1;
  static final int PROT_WRITE = 2;
  static final int PROT_EXEC = 4;

  static final int MAP_SHARED = 0x1;
  static final int MAP_PRIVATE = 0x2;
  static final int MAP_ANONYMOUS = 0x20;
  static final int MAP_NORESERVE = 0x4000;

  /** {@code struct sigaction}: the handler's address, 8 bytes. */
  static final int SIGACTION_HANDLER = 0;

  /** {@code struct sigaction}: SA_ flags, 4 bytes. */
  static final int SIGACTION_FLAGS = 136;

  static final int SA_SIGINFO = 4;

  private static final int SIGACTION_SIZE = 152;
  private static final int MFD_CLOEXEC = 1;
  private static final int MADV_HUGEPAGE = 14;
  private static final int PR_SET_TIMERSLACK = 29;

  private LibC() {}

  /** Maps {@code bytes} bytes wherever there is room; returns the address. */
  static long mmap(long bytes, int protection, int flags, int file) {
    Object[] arguments = {0L, bytes, protection, flags, file, 0L};
    long address = function("mmap").invokeLong(arguments);
    if (address == -1) {
      throw refused("mmap");
    }
    return address;
  }

  static void munmap(long address, long bytes) {
    call("munmap", address, bytes);
  }

  /** A file of {@code bytes} bytes that exists in memory only; returns its descriptor. */
  static int memoryFile(String name, long bytes) {
    int file = call("memfd_create", name, MFD_CLOEXEC);
    try {
      call("ftruncate", file, bytes);
    } catch (UnsupportedOperationException e) {
      close(file);
      throw e;
    }
    return file;
  }

  static void close(int file) {
    call("close", file);
  }

  /** The action of a signal, as {@link #setAction} takes it. */
  static Memory action(int signal) {
    Memory action = new Memory(SIGACTION_SIZE);
    call("sigaction", signal, null, action);
    return action;
  }

  static void setAction(int signal, Memory action) {
    call("sigaction", signal, action, null);
  }

  /** Lets the host wake the calling thread as exactly as it can; 50 microseconds late otherwise. */
  static void exactWakeUps() {
    call("prctl", PR_SET_TIMERSLACK, 1L, 0L, 0L, 0L);
  }

  /** Asks for huge pages where the host gives them on demand; without any effect elsewhere. */
  static void preferHugePages(long address, long bytes) {
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
