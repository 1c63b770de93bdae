package dev.zendo.hypervisor.domain;

/**
 * Reads and writes memory of a guest through pointers that the guest passed. A pointer is any
 * 64-bit value: implementations check it and never fail in another way than by returning false.
 *
 * <p>For an ordinary domain pointers are virtual addresses of the current page tables, with the
 * guest kernel's rights; for a translated domain they are guest-physical addresses. Called on the
 * thread that executes the vcpu's hypercall. The host range must lie in memory the caller owns.
 */
public interface GuestAccess {
  /**
   * Copies from the guest to host memory.
   *
   * @return false when a part of the range cannot be read; then the host range is undefined
   */
  boolean read(long guestPointer, long hostAddress, int bytes);

  /**
   * Copies from host memory to the guest.
   *
   * @return false when a part of the range cannot be written; a prefix may have been written
   */
  boolean write(long guestPointer, long hostAddress, int bytes);

  /**
   * Copies from the guest to host memory so that the guest cannot tell: not even accessed bits
   * change. For tools that watch; any address is safe.
   *
   * @param kernelMode which of the guest's two page tables to use
   * @return false when a part of the range cannot be read, or lies in another page than its start
   */
  default boolean peek(boolean kernelMode, long guestPointer, long hostAddress, int bytes) {
    return false;
  }
}
