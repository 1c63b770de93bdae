package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.ExitReason;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;

/** Factories for the stack, near control transfers and the instructions that leave the engine. */
final class TransferOps {
  private TransferOps() {}

  static void addTo(OpTable table) {
    addStack(table);
    addJumps(table);
    table.add(TransferOps::systemCall, Mnemonic.SYSCALL);
    table.add((insn, rip) -> new ControlOps.Exit(ExitReason.SYSENTER), Mnemonic.SYSENTER);
    table.add((insn, rip) -> new ControlOps.Exit(ExitReason.CPUID), Mnemonic.CPUID);
    table.add((insn, rip) -> new ControlOps.Trap(Vector.BP, false), Mnemonic.INT3);
    table.add((insn, rip) -> new ControlOps.Trap(Vector.DB, false), Mnemonic.ICEBP);
    table.add((insn, rip) -> new ControlOps.Trap(Vector.OF, true), Mnemonic.INTO);
    table.add((insn, rip) -> interrupt((int) insn.immediate & 0xff), Mnemonic.INT);
  }

  /** SYSCALL, which Intel's processors have in 64-bit mode only. */
  private static Op systemCall(Insn insn, long rip) {
    return insn.longMode ? new ControlOps.Syscall() : new ControlOps.Fault(Vector.UD, 0);
  }

  /** INT n: only the gates of #BP and #OF are open to ring 3. */
  private static Op interrupt(int vector) {
    return vector == Vector.BP || vector == Vector.OF
        ? new ControlOps.Trap(vector, false)
        : new ControlOps.Fault(Vector.GP, vector << 3 | 2);
  }

  private static void addStack(OpTable table) {
    table.add(TransferOps::push, Mnemonic.PUSH);
    table.add(TransferOps::pop, Mnemonic.POP);
    table.add((insn, rip) -> new StackOps.PushFlags(insn.operandSize), Mnemonic.PUSHF);
    table.add((insn, rip) -> new StackOps.PopFlags(insn.operandSize), Mnemonic.POPF);
    table.add((insn, rip) -> new StackOps.Leave(insn.operandSize), Mnemonic.LEAVE);
    table.add(
        (insn, rip) ->
            Operands.fill(new StackOps.Enter(insn.operandSize, (int) insn.immediate2), insn, rip),
        Mnemonic.ENTER);
    table.add((insn, rip) -> new StackOps.All(true, insn.operandSize), Mnemonic.PUSHA);
    table.add((insn, rip) -> new StackOps.All(false, insn.operandSize), Mnemonic.POPA);
  }

  private static Op push(Insn insn, long rip) {
    int size = insn.operandSize;
    OperandOp op;
    if (insn.kind[0] == OperandKind.SREG) {
      op = new StackOps.PushSegment(size);
    } else if (insn.kind[0] == OperandKind.GPR && size == 8) {
      op = new StackOps.PushRegister();
    } else {
      op = new StackOps.Push(Math.min(Operands.kind(insn, 0), AluOp.MEMORY), size);
    }
    return Operands.fill(op, insn, rip);
  }

  private static Op pop(Insn insn, long rip) {
    if (insn.kind[0] == OperandKind.SREG) {
      return SegmentOps.pop(insn, rip);
    }
    int size = insn.operandSize;
    OperandOp op =
        insn.kind[0] == OperandKind.GPR && size == 8
            ? new StackOps.PopRegister()
            : new StackOps.Pop(Operands.isMemory(insn, 0), size);
    return Operands.fill(op, insn, rip);
  }

  private static void addJumps(OpTable table) {
    table.add((insn, rip) -> conditional(insn, rip, false), Mnemonic.JCC);
    table.add(
        (insn, rip) ->
            insn.kind[0] == OperandKind.REL
                ? branch(new ControlOps.Jump(), insn, rip)
                : indirect(false, insn, rip),
        Mnemonic.JMP);
    table.add(
        (insn, rip) ->
            insn.kind[0] == OperandKind.REL
                ? branch(new ControlOps.Call(insn.operandSize), insn, rip)
                : indirect(true, insn, rip),
        Mnemonic.CALL);
    table.add(
        (insn, rip) -> Operands.fill(new ControlOps.Return(insn.operandSize), insn, rip),
        Mnemonic.RET);
    table.add((insn, rip) -> loop(ControlOps.Loop.LOOPNE, insn, rip), Mnemonic.LOOPNE);
    table.add((insn, rip) -> loop(ControlOps.Loop.LOOPE, insn, rip), Mnemonic.LOOPE);
    table.add((insn, rip) -> loop(ControlOps.Loop.LOOP, insn, rip), Mnemonic.LOOP);
    table.add((insn, rip) -> loop(ControlOps.Loop.JCXZ, insn, rip), Mnemonic.JCXZ);
  }

  private static BranchOp branch(BranchOp op, Insn insn, long rip) {
    op.takenRip = target(insn, rip);
    return op;
  }

  /** Where a branch with a relative operand leads. */
  static long target(Insn insn, long rip) {
    return Width.zeroExtend(rip + insn.length + insn.immediate, insn.operandSize);
  }

  /** A conditional jump; {@code inner} when the block goes on behind it. */
  static BranchOp conditional(Insn insn, long rip, boolean inner) {
    return branch(Templates.jcc(insn.condition, inner), insn, rip);
  }

  private static Op loop(int kind, Insn insn, long rip) {
    return branch(new ControlOps.Loop(kind, insn.addressSize), insn, rip);
  }

  private static Op indirect(boolean call, Insn insn, long rip) {
    int kind = Math.min(Operands.kind(insn, 0), AluOp.MEMORY);
    return Operands.fill(new ControlOps.Indirect(kind, insn.operandSize, call), insn, rip);
  }
}
