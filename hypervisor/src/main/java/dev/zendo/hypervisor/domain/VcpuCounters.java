package dev.zendo.hypervisor.domain;

import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.GuestMmu;

/**
 * What a vcpu needed of the hypervisor. Only the thread that runs the vcpu counts; others read
 * numbers that may be a little old while the vcpu runs, and exact ones once it is paused.
 */
public final class VcpuCounters {
  /** Numbers of hypercalls that are told apart; further ones count as the last. */
  public static final int HYPERCALLS = 64;

  /** Vectors that are told apart: the processor's exceptions. */
  public static final int VECTORS = 32;

  private final long[] exits = new long[ExitReason.CPUID + 1];
  private final long[] hypercalls = new long[HYPERCALLS];
  private final long[] exceptions = new long[VECTORS];
  private final long[] walks = new long[GuestMmu.EXECUTE + 1];
  private long refused;
  private long events;
  private long interrupts;
  private long modeSwitches;

  /** Everything zero. */
  public VcpuCounters() {}

  /** The executor came back. */
  public void exit(int reason) {
    exits[reason]++;
  }

  /** A hypercall, also inside a multicall. */
  public void hypercall(long number) {
    hypercalls[number >= 0 && number < HYPERCALLS ? (int) number : HYPERCALLS - 1]++;
  }

  /** The executor met an exception. */
  public void exception(int vector) {
    exceptions[vector & VECTORS - 1]++;
  }

  /** The executor needed a translation, which it got ({@code result} not negative) or not. */
  public void walk(int access, long result) {
    walks[access]++;
    refused += result >>> Long.SIZE - 1;
  }

  /** The guest's event callback was entered. */
  public void event() {
    events++;
  }

  /** A non-maskable interrupt was delivered. */
  public void interrupt() {
    interrupts++;
  }

  /** The guest changed between its kernel and its user mode. */
  public void modeSwitch() {
    modeSwitches++;
  }

  /** Exits for a reason of {@link ExitReason}. */
  public long exits(int reason) {
    return exits[reason];
  }

  /** Hypercalls of a number below {@link #HYPERCALLS}. */
  public long hypercalls(int number) {
    return hypercalls[number];
  }

  /**
   * Exceptions of a vector below {@link #VECTORS}, also those that were an emulated instruction.
   */
  public long exceptions(int vector) {
    return exceptions[vector];
  }

  /** Page-table walks to fill a translation buffer, for an access of {@link GuestMmu}. */
  public long walks(int access) {
    return walks[access];
  }

  /** Walks among them that ended in a page fault or an emulated store. */
  public long refused() {
    return refused;
  }

  /** Entries of the event callback. */
  public long events() {
    return events;
  }

  /** Non-maskable interrupts delivered. */
  public long interrupts() {
    return interrupts;
  }

  /** Changes between kernel and user mode. */
  public long modeSwitches() {
    return modeSwitches;
  }
}
