package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CpuState;

/**
 * The debug registers of a vcpu (SDM volume 3, 17.2), consulted while any breakpoint is enabled.
 */
final class Watchpoints {
  private static final int DR6 = CpuState.DEBUG + 4 * 8;
  private static final int DR7 = CpuState.DEBUG + 5 * 8;
  private static final int ENABLES = 0xff;
  private static final int EXECUTE = 0;
  private static final int WRITE = 1;
  private static final int ACCESS = 3;

  private final CpuState registers;

  /** Bits B0..B3 of the breakpoints that the current instruction hit. */
  private int hits;

  Watchpoints(CpuState registers) {
    this.registers = registers;
  }

  /** Whether any breakpoint is enabled. */
  boolean armed() {
    return (registers.field(DR7) & ENABLES) != 0;
  }

  private boolean enabled(int i) {
    return (registers.field(DR7) >>> 2 * i & 3) != 0;
  }

  private int kind(int i) {
    return (int) (registers.field(DR7) >>> 16 + 4 * i) & 3;
  }

  private int size(int i) {
    int code = (int) (registers.field(DR7) >>> 18 + 4 * i) & 3;
    return code == 2 ? 8 : code + 1;
  }

  /** Notes the data breakpoints that an access touches. */
  void access(long va, int bytes, boolean write) {
    for (int i = 0; i < 4; i++) {
      int kind = kind(i);
      if (enabled(i) && (kind == ACCESS || kind == WRITE && write) && touches(i, va, bytes)) {
        hits |= 1 << i;
      }
    }
  }

  private boolean touches(int i, long va, int bytes) {
    long start = registers.field(CpuState.DEBUG + 8 * i) & -size(i);
    return va < start + size(i) && start < va + bytes;
  }

  /** Whether an instruction breakpoint is at the address; then DR6 says which. */
  boolean stopsAt(long rip) {
    int found = 0;
    for (int i = 0; i < 4; i++) {
      if (enabled(i) && kind(i) == EXECUTE && registers.field(CpuState.DEBUG + 8 * i) == rip) {
        found |= 1 << i;
      }
    }
    registers.field(DR6, registers.field(DR6) | found);
    return found != 0;
  }

  /** Forgets hits of an instruction that did not complete. */
  void forget() {
    hits = 0;
  }

  /** Whether the completed instruction hit data breakpoints; then DR6 says which. */
  boolean takeHits() {
    int found = hits;
    hits = 0;
    registers.field(DR6, registers.field(DR6) | found);
    return found != 0;
  }

  /** Notes a single step in DR6. */
  void noteStep() {
    registers.field(DR6, registers.field(DR6) | 0x4000);
  }
}
