package dev.zendo.hypervisor.domain;

/**
 * What a guest kernel registered for its own entry: trap table, callbacks, kernel stack, segment
 * bases of the mode that is not running. Belongs to the thread that runs the vcpu.
 */
public final class TrapState {
  /** Vectors of the trap table. */
  public static final int VECTORS = 256;

  final long[] handlers = new long[VECTORS];
  final byte[] flags = new byte[VECTORS];
  final short[] selectors = new short[VECTORS];
  private int kernelSs;
  private long kernelSp;
  private long otherGsBase;

  /** No handlers. */
  TrapState() {}

  /** Address of the handler of a vector (0..255); 0 when none. */
  public long handler(int vector) {
    return handlers[vector];
  }

  /** Flags of a vector as in trap_info: bits 0-1 DPL, bit 2 mask events on entry. */
  public int flags(int vector) {
    return flags[vector];
  }

  /** Code selector of a vector as the guest gave it. */
  public int selector(int vector) {
    return selectors[vector] & 0xffff;
  }

  /** Sets the entry of a vector. */
  public void set(int vector, int entryFlags, int selector, long handler) {
    flags[vector] = (byte) entryFlags;
    selectors[vector] = (short) selector;
    handlers[vector] = handler;
  }

  /** Stack selector loaded on entry from the guest's user mode. */
  public int kernelSs() {
    return kernelSs;
  }

  /** Stack pointer loaded on entry from the guest's user mode. */
  public long kernelSp() {
    return kernelSp;
  }

  /** Sets the stack of the guest's kernel mode. */
  public void kernelStack(int ss, long sp) {
    kernelSs = ss;
    kernelSp = sp;
  }

  /** GS base of the mode (kernel or user) that is not running. */
  public long otherGsBase() {
    return otherGsBase;
  }

  /** Sets the GS base of the mode that is not running. */
  public void otherGsBase(long base) {
    otherGsBase = base;
  }
}
