package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.fpu.XState;
import dev.zendo.hypervisor.engine.interpreter.Cpu;
import dev.zendo.hypervisor.engine.interpreter.OpTable;
import dev.zendo.hypervisor.engine.interpreter.Vector;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.machine.HostMemory;

/** Enters FXSAVE, FXRSTOR, XSAVE, XSAVEOPT, XRSTOR, XGETBV, LDMXCSR and STMXCSR. */
final class StateInstructions {
  private static final int OSXSAVE = 1 << 18;

  private final OpTable table;

  StateInstructions(OpTable table) {
    this.table = table;
  }

  void register() {
    add(Mnemonic.LDMXCSR, true, StateInstructions::ldmxcsr);
    add(
        Mnemonic.STMXCSR,
        true,
        (cpu, op) -> cpu.store(op.alignedAddress(cpu), 4, cpu.fpu.extended.mxcsr(), op));
    add(Mnemonic.FXSAVE, true, StateInstructions::fxsave);
    add(Mnemonic.FXRSTOR, true, StateInstructions::fxrstor);
    add(Mnemonic.XSAVE, false, StateInstructions::xsave);
    add(Mnemonic.XSAVEOPT, false, StateInstructions::xsave);
    add(Mnemonic.XRSTOR, false, StateInstructions::xrstor);
    add(Mnemonic.XGETBV, false, StateInstructions::xgetbv);
  }

  private void add(Mnemonic mnemonic, boolean usesFpu, ActionOp.Action action) {
    table.add((insn, rip) -> bind(insn, rip, action, usesFpu), mnemonic);
  }

  /** The immediate field tells whether pointers are 64 bits wide. */
  private static ActionOp bind(Insn insn, long rip, ActionOp.Action action, boolean usesFpu) {
    ActionOp op = FpuOp.bind(new ActionOp(action, usesFpu), insn, rip);
    op.immediate(insn.operandSize == 8 ? 1 : 0);
    return op;
  }

  private static boolean wide(ActionOp op) {
    return op.immediate() != 0;
  }

  /** XMM registers that instructions of the current mode save and restore. */
  private static int registers(Cpu cpu) {
    return HostMemory.getInt(cpu.state + CpuState.LONG_MODE) != 0 ? 16 : 8;
  }

  private static void ldmxcsr(Cpu cpu, ActionOp op) {
    int value = (int) cpu.load(op.alignedAddress(cpu), 4, op);
    if (!XState.validMxcsr(value)) {
      throw cpu.fault(op, Vector.GP);
    }
    cpu.fpu.extended.mxcsr(value);
  }

  /**
   * Linear address of a state area. Unlike other vector instructions these find an address that is
   * not canonical before one that is not aligned.
   */
  private static long areaAddress(Cpu cpu, ActionOp op) {
    long va = op.linear(cpu);
    if (!CpuState.isCanonical(va)) {
      cpu.load(va, 1, op);
    }
    return op.alignedAddress(cpu);
  }

  private static final int BOTH = XState.X87_COMPONENT | XState.SSE_COMPONENT;

  private static void fxsave(Cpu cpu, ActionOp op) {
    long va = areaAddress(cpu, op);
    long scratch = cpu.state + CpuState.FPU_SCRATCH;
    int bytes = XState.legacyBytes(registers(cpu));
    cpu.fpu.extended.save(scratch, BOTH, wide(op), registers(cpu));
    cpu.checkWritable(va, XState.HEADER, op);
    cpu.storeBytes(va, bytes, scratch, op);
  }

  private static void fxrstor(Cpu cpu, ActionOp op) {
    long va = areaAddress(cpu, op);
    long scratch = cpu.state + CpuState.FPU_SCRATCH;
    op.loadArea(cpu, va, XState.HEADER, scratch);
    int mxcsr = HostMemory.getInt(scratch + XState.MXCSR);
    if (!XState.validMxcsr(mxcsr)) {
      throw cpu.fault(op, Vector.GP);
    }
    cpu.fpu.extended.load(scratch, BOTH, wide(op), registers(cpu));
    cpu.fpu.extended.mxcsr(mxcsr);
  }

  /** Checks what all XSAVE instructions check first and returns the linear address. */
  private static long xsaveAddress(Cpu cpu, ActionOp op) {
    requireXsave(cpu, op);
    cpu.requireFpu(op);
    return areaAddress(cpu, op);
  }

  private static void requireXsave(Cpu cpu, ActionOp op) {
    if ((HostMemory.getInt(cpu.state + CpuState.CR4) & OSXSAVE) == 0) {
      throw cpu.fault(op, Vector.UD);
    }
  }

  /** The components that EDX:EAX asks for and XCR0 enables. */
  private static int components(Cpu cpu) {
    int asked = HostMemory.getInt(cpu.state + CpuState.GPR);
    return asked & HostMemory.getInt(cpu.state + CpuState.XCR0) & BOTH;
  }

  private static void xsave(Cpu cpu, ActionOp op) {
    long va = xsaveAddress(cpu, op);
    long scratch = cpu.state + CpuState.FPU_SCRATCH;
    int components = components(cpu);
    op.loadArea(cpu, va, XState.AREA, scratch);
    cpu.fpu.extended.save(scratch, components, wide(op), registers(cpu));
    XState.saveHeader(scratch, components);
    cpu.checkWritable(va, XState.AREA, op);
    int bytes = XState.legacyBytes(registers(cpu));
    cpu.storeBytes(va, bytes, scratch, op);
    cpu.storeBytes(va + XState.HEADER, 8, scratch + XState.HEADER, op);
  }

  private static void xrstor(Cpu cpu, ActionOp op) {
    long va = xsaveAddress(cpu, op);
    long scratch = cpu.state + CpuState.FPU_SCRATCH;
    int components = components(cpu);
    op.loadArea(cpu, va, XState.AREA, scratch);
    int mxcsr = HostMemory.getInt(scratch + XState.MXCSR);
    boolean sse = (components & XState.SSE_COMPONENT) != 0;
    if (!XState.validHeader(scratch, HostMemory.getLong(cpu.state + CpuState.XCR0))
        || (sse && !XState.validMxcsr(mxcsr))) {
      throw cpu.fault(op, Vector.GP);
    }
    int present = (int) HostMemory.getLong(scratch + XState.HEADER);
    cpu.fpu.extended.load(scratch, components & present, wide(op), registers(cpu));
    cpu.fpu.extended.initialise(components & ~present, registers(cpu));
    if (sse) {
      cpu.fpu.extended.mxcsr(mxcsr);
    }
  }

  private static void xgetbv(Cpu cpu, ActionOp op) {
    requireXsave(cpu, op);
    if (HostMemory.getInt(cpu.state + CpuState.GPR + 8 * CpuState.RCX) != 0) {
      throw cpu.fault(op, Vector.GP);
    }
    long value = HostMemory.getLong(cpu.state + CpuState.XCR0);
    FpuOp.putRegister(cpu, CpuState.GPR + 8 * CpuState.RAX, (int) value);
    FpuOp.putRegister(cpu, CpuState.GPR + 8 * CpuState.RDX, (int) (value >>> 32));
  }
}
