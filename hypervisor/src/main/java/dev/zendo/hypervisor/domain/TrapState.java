package dev.zendo.hypervisor.domain;

/**
 * What a guest kernel registered for its own entry, and the virtual state that belongs to entries:
 * trap table, callbacks, kernel stack, the GS base of the mode that is not running, I/O privilege.
 *
 * <p>Belongs to the thread that runs the vcpu, or to the one that changes it while it is down.
 */
public final class TrapState {
  /** Vectors of the trap table. */
  public static final int VECTORS = 256;

  /** Callback kinds, numbered as CALLBACKTYPE in callback.h. */
  public static final int EVENT = 0;

  /** Entered when a segment register cannot be loaded. */
  public static final int FAILSAFE = 1;

  /** 64-bit SYSCALL from user mode. */
  public static final int SYSCALL = 2;

  /** Non-maskable interrupt; kept in the trap table. */
  public static final int NMI = 4;

  /** SYSENTER. */
  public static final int SYSENTER = 5;

  /** SYSCALL from compatibility mode. */
  public static final int SYSCALL32 = 7;

  private static final int CALLBACKS = 8;

  private final long[] handlers = new long[VECTORS];
  private final byte[] flags = new byte[VECTORS];
  private final short[] selectors = new short[VECTORS];
  private final long[] callbacks = new long[CALLBACKS];
  private final boolean[] masking = new boolean[CALLBACKS];
  private int kernelSs;
  private long kernelSp;
  private long otherGsBase;
  private int iopl;
  private long ioBitmap;
  private int ioBitmapPorts;
  private volatile boolean nmiPending;
  private boolean nmiBlocked;
  private int ioBreakpoints;
  private long cr2;
  private long knownDescriptors = -1;
  private final int[] words = new int[4];

  /** No handlers. */
  TrapState() {}

  /** Back to the state after construction. */
  public void reset() {
    for (int vector = 0; vector < VECTORS; vector++) {
      set(vector, 0, 0, 0);
    }
    for (int type = 0; type < CALLBACKS; type++) {
      callback(type, 0, false);
    }
    kernelStack(0, 0);
    otherGsBase = 0;
    iopl = 0;
    ioBitmap(0, 0);
    nmiPending = false;
    nmiBlocked = false;
    ioBreakpoints = 0;
    cr2 = 0;
    knownDescriptors = -1;
  }

  /** {@link Domain#descriptorChanges} when the segment registers were loaded last; -1: never. */
  public long knownDescriptors() {
    return knownDescriptors;
  }

  /** Sets {@link #knownDescriptors()}. */
  public void knownDescriptors(long changes) {
    knownDescriptors = changes;
  }

  /** Address of the handler of a vector (0..255); 0 when none. */
  public long handler(int vector) {
    return handlers[vector];
  }

  /** Flags of a vector as in trap_info: bits 0-1 DPL, bit 2 mask events on entry. */
  public int flags(int vector) {
    return flags[vector];
  }

  /** Whether entry through the vector masks events. */
  public boolean masks(int vector) {
    return (flags[vector] & 4) != 0;
  }

  /** Privilege (0..3) that software needs to raise the vector. */
  public int privilege(int vector) {
    return flags[vector] & 3;
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

  /** Address of a callback ({@link #EVENT} ..); 0 when none. */
  public long callback(int type) {
    return callbacks[type];
  }

  /** Whether entry through a callback masks events. */
  public boolean callbackMasks(int type) {
    return masking[type];
  }

  /** Sets a callback. */
  public void callback(int type, long address, boolean masksEvents) {
    callbacks[type] = address;
    masking[type] = masksEvents;
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

  /** Virtual I/O privilege level, 0..3. */
  public int iopl() {
    return iopl;
  }

  /** Sets the virtual I/O privilege level, 0..3. */
  public void iopl(int level) {
    iopl = level;
  }

  /** Guest address of the I/O permission bitmap. */
  public long ioBitmap() {
    return ioBitmap;
  }

  /** Number of ports the bitmap covers. */
  public int ioBitmapPorts() {
    return ioBitmapPorts;
  }

  /** Sets the I/O permission bitmap. */
  public void ioBitmap(long address, int ports) {
    ioBitmap = address;
    ioBitmapPorts = ports;
  }

  /** Four words for the passing use of the thread that runs the vcpu. */
  public int[] words() {
    return words;
  }

  /** CR2 as MOV reads it. */
  public long cr2() {
    return cr2;
  }

  /** Sets CR2. */
  public void cr2(long address) {
    cr2 = address;
  }

  /** Enable bits of DR7 that belong to I/O breakpoints, which the hypervisor emulates. */
  public int ioBreakpoints() {
    return ioBreakpoints;
  }

  /** Sets {@link #ioBreakpoints()}. */
  public void ioBreakpoints(int enableBits) {
    ioBreakpoints = enableBits;
  }

  /** Whether a non-maskable interrupt waits. */
  public boolean nmiPending() {
    return nmiPending;
  }

  /** Posts or takes back a non-maskable interrupt; any thread. */
  public void nmiPending(boolean pending) {
    nmiPending = pending;
  }

  /** Whether an earlier non-maskable interrupt has not returned yet. */
  public boolean nmiBlocked() {
    return nmiBlocked;
  }

  /** Blocks or admits non-maskable interrupts. */
  public void nmiBlocked(boolean blocked) {
    nmiBlocked = blocked;
  }
}
