package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.fpu.SimdFunction;
import dev.zendo.hypervisor.engine.fpu.SseArithmetic;
import dev.zendo.hypervisor.engine.fpu.SseConvert;
import dev.zendo.hypervisor.engine.fpu.SseFunction;
import dev.zendo.hypervisor.engine.interpreter.OpTable;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;

/** Enters SSE floating-point arithmetic and the conversions between vector registers. */
final class FloatInstructions {
  private final OpTable table;

  FloatInstructions(OpTable table) {
    this.table = table;
  }

  void register() {
    arithmetic();
    horizontal();
    comparisons();
    rounding();
    estimates();
    conversions();
    mmxConversions();
  }

  private void floating(Mnemonic mnemonic, SseFunction function) {
    PerFunction ops = new PerFunction(FloatingOp.class, function);
    table.add((insn, rip) -> FpuOp.bind(ops.create(), insn, rip), mnemonic);
  }

  private void packed(Mnemonic mnemonic, SimdFunction function) {
    PerFunction ops = new PerFunction(PackedOp.class, function);
    table.add((insn, rip) -> FpuOp.bind(ops.create(), insn, rip), mnemonic);
  }

  private void arithmetic(int operation, Mnemonic ps, Mnemonic pd, Mnemonic ss, Mnemonic sd) {
    floating(ps, SseArithmetic.packedSingle(operation));
    floating(pd, SseArithmetic.packedDouble(operation));
    floating(ss, SseArithmetic.scalarSingle(operation));
    floating(sd, SseArithmetic.scalarDouble(operation));
  }

  private void arithmetic() {
    arithmetic(SseArithmetic.ADD, Mnemonic.ADDPS, Mnemonic.ADDPD, Mnemonic.ADDSS, Mnemonic.ADDSD);
    arithmetic(
        SseArithmetic.SUBTRACT, Mnemonic.SUBPS, Mnemonic.SUBPD, Mnemonic.SUBSS, Mnemonic.SUBSD);
    arithmetic(
        SseArithmetic.MULTIPLY, Mnemonic.MULPS, Mnemonic.MULPD, Mnemonic.MULSS, Mnemonic.MULSD);
    arithmetic(
        SseArithmetic.DIVIDE, Mnemonic.DIVPS, Mnemonic.DIVPD, Mnemonic.DIVSS, Mnemonic.DIVSD);
    arithmetic(
        SseArithmetic.MINIMUM, Mnemonic.MINPS, Mnemonic.MINPD, Mnemonic.MINSS, Mnemonic.MINSD);
    arithmetic(
        SseArithmetic.MAXIMUM, Mnemonic.MAXPS, Mnemonic.MAXPD, Mnemonic.MAXSS, Mnemonic.MAXSD);
    arithmetic(
        SseArithmetic.ROOT, Mnemonic.SQRTPS, Mnemonic.SQRTPD, Mnemonic.SQRTSS, Mnemonic.SQRTSD);
  }

  private void horizontal() {
    floating(Mnemonic.ADDSUBPS, SseArithmetic::addsubps);
    floating(Mnemonic.ADDSUBPD, SseArithmetic::addsubpd);
    floating(Mnemonic.HADDPS, SseArithmetic.horizontalSingle(SseArithmetic.ADD));
    floating(Mnemonic.HADDPD, SseArithmetic.horizontalDouble(SseArithmetic.ADD));
    floating(Mnemonic.HSUBPS, SseArithmetic.horizontalSingle(SseArithmetic.SUBTRACT));
    floating(Mnemonic.HSUBPD, SseArithmetic.horizontalDouble(SseArithmetic.SUBTRACT));
    floating(Mnemonic.DPPS, SseArithmetic::dpps);
    floating(Mnemonic.DPPD, SseArithmetic::dppd);
  }

  private void comparisons() {
    floating(Mnemonic.CMPPS, SseArithmetic::cmpps);
    floating(Mnemonic.CMPPD, SseArithmetic::cmppd);
    floating(Mnemonic.CMPSS, SseArithmetic::cmpss);
    floating(Mnemonic.CMPSD, SseArithmetic::cmpsd);
  }

  private void rounding() {
    floating(Mnemonic.ROUNDPS, SseConvert::roundps);
    floating(Mnemonic.ROUNDPD, SseConvert::roundpd);
    floating(Mnemonic.ROUNDSS, SseConvert::roundss);
    floating(Mnemonic.ROUNDSD, SseConvert::roundsd);
  }

  private void estimates() {
    packed(Mnemonic.RCPPS, SseConvert::rcpps);
    packed(Mnemonic.RCPSS, SseConvert::rcpss);
    packed(Mnemonic.RSQRTPS, SseConvert::rsqrtps);
    packed(Mnemonic.RSQRTSS, SseConvert::rsqrtss);
  }

  private void conversions() {
    floating(Mnemonic.CVTPS2PD, SseConvert::cvtps2pd);
    floating(Mnemonic.CVTPD2PS, SseConvert::cvtpd2ps);
    floating(Mnemonic.CVTSS2SD, SseConvert::cvtss2sd);
    floating(Mnemonic.CVTSD2SS, SseConvert::cvtsd2ss);
    floating(Mnemonic.CVTDQ2PS, SseConvert::cvtdq2ps);
    packed(Mnemonic.CVTDQ2PD, SseConvert::cvtdq2pd);
    floating(Mnemonic.CVTPS2DQ, SseConvert.singlesToIntegers(false));
    floating(Mnemonic.CVTTPS2DQ, SseConvert.singlesToIntegers(true));
    floating(Mnemonic.CVTPD2DQ, SseConvert.doublesToIntegers(false));
    floating(Mnemonic.CVTTPD2DQ, SseConvert.doublesToIntegers(true));
  }

  private void mmxConversions() {
    mmxTarget(Mnemonic.CVTPS2PI, SseConvert.singlesToMmx(false));
    mmxTarget(Mnemonic.CVTTPS2PI, SseConvert.singlesToMmx(true));
    mmxTarget(Mnemonic.CVTPD2PI, SseConvert.doublesToMmx(false));
    mmxTarget(Mnemonic.CVTTPD2PI, SseConvert.doublesToMmx(true));
    PerFunction single = new PerFunction(FloatingOp.class, (SseFunction) SseConvert::cvtpi2ps);
    PerFunction both = new PerFunction(PackedOp.class, (SimdFunction) SseConvert::cvtdq2pd);
    // Only the register forms of these two touch the x87 state.
    table.add(
        (insn, rip) ->
            FpuOp.bind(
                insn.kind[1] == OperandKind.MMX
                    ? new MmxOps.Floating(SseConvert::cvtpi2ps, false)
                    : single.create(),
                insn,
                rip),
        Mnemonic.CVTPI2PS);
    table.add(
        (insn, rip) ->
            FpuOp.bind(
                insn.kind[1] == OperandKind.MMX
                    ? new MmxOps.Packed(SseConvert::cvtdq2pd, false)
                    : both.create(),
                insn,
                rip),
        Mnemonic.CVTPI2PD);
  }

  private void mmxTarget(Mnemonic mnemonic, SseFunction function) {
    table.add((insn, rip) -> FpuOp.bind(new MmxOps.Floating(function, true), insn, rip), mnemonic);
  }
}
