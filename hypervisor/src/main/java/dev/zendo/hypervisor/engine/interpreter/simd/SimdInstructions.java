package dev.zendo.hypervisor.engine.interpreter.simd;

import dev.zendo.hypervisor.engine.fpu.LaneFunction;
import dev.zendo.hypervisor.engine.fpu.SimdFunction;
import dev.zendo.hypervisor.engine.fpu.SimdHorizontal;
import dev.zendo.hypervisor.engine.fpu.SimdLanes;
import dev.zendo.hypervisor.engine.fpu.SimdProducts;
import dev.zendo.hypervisor.engine.fpu.SimdShifts;
import dev.zendo.hypervisor.engine.fpu.SimdShuffles;
import dev.zendo.hypervisor.engine.interpreter.OpTable;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.engine.x86.OperandKind;

/**
 * Enters all floating-point and vector instructions into the op table; the packed integer ones are
 * listed here, the others in the classes it calls.
 */
public final class SimdInstructions {
  private final OpTable table;

  private SimdInstructions(OpTable table) {
    this.table = table;
  }

  /** Enters x87, MMX, SSE to SSE4.2, FXSAVE and XSAVE instructions. */
  public static void addTo(OpTable table) {
    new X87Instructions(table).register();
    new StateInstructions(table).register();
    new MoveInstructions(table).register();
    new TransferInstructions(table).register();
    new FloatInstructions(table).register();
    SimdInstructions packed = new SimdInstructions(table);
    packed.sums();
    packed.saturatingSums();
    packed.logic();
    packed.comparisons();
    packed.extremes();
    packed.products();
    packed.shifts();
    packed.unpacks();
    packed.packs();
    packed.shuffles();
    packed.blends();
    packed.widenings();
  }

  static boolean isMmx(Insn insn) {
    return insn.kind[0] == OperandKind.MMX;
  }

  private void lanes(Mnemonic mnemonic, LaneFunction function) {
    PerFunction xmm = new PerFunction(LanesOp.class, function);
    table.add(
        (insn, rip) ->
            FpuOp.bind(isMmx(insn) ? new MmxOps.Lanes(function) : xmm.create(), insn, rip),
        mnemonic);
  }

  private void packed(Mnemonic mnemonic, SimdFunction xmm) {
    packed(mnemonic, xmm, xmm);
  }

  private void packed(Mnemonic mnemonic, SimdFunction xmm, SimdFunction mmx) {
    PerFunction ops = new PerFunction(PackedOp.class, xmm);
    table.add(
        (insn, rip) ->
            FpuOp.bind(isMmx(insn) ? new MmxOps.Packed(mmx, true) : ops.create(), insn, rip),
        mnemonic);
  }

  private void shift(Mnemonic mnemonic, SimdShifts.Shift function) {
    PerFunction xmm = new PerFunction(VectorShiftOp.class, function);
    table.add(
        (insn, rip) ->
            FpuOp.bind(isMmx(insn) ? new MmxOps.Shift(function) : xmm.create(), insn, rip),
        mnemonic);
  }

  private void sums() {
    lanes(Mnemonic.PADDB, SimdLanes::paddb);
    lanes(Mnemonic.PADDW, SimdLanes::paddw);
    lanes(Mnemonic.PADDD, SimdLanes::paddd);
    lanes(Mnemonic.PADDQ, SimdLanes::paddq);
    lanes(Mnemonic.PSUBB, SimdLanes::psubb);
    lanes(Mnemonic.PSUBW, SimdLanes::psubw);
    lanes(Mnemonic.PSUBD, SimdLanes::psubd);
    lanes(Mnemonic.PSUBQ, SimdLanes::psubq);
    lanes(Mnemonic.PAVGB, SimdLanes::pavgb);
    lanes(Mnemonic.PAVGW, SimdLanes::pavgw);
    lanes(Mnemonic.PSADBW, SimdProducts::psadbw);
    lanes(Mnemonic.PABSB, SimdProducts::pabsb);
    lanes(Mnemonic.PABSW, SimdProducts::pabsw);
    lanes(Mnemonic.PABSD, SimdProducts::pabsd);
    lanes(Mnemonic.PSIGNB, SimdProducts::psignb);
    lanes(Mnemonic.PSIGNW, SimdProducts::psignw);
    lanes(Mnemonic.PSIGND, SimdProducts::psignd);
  }

  private void saturatingSums() {
    lanes(Mnemonic.PADDSB, SimdLanes::paddsb);
    lanes(Mnemonic.PADDSW, SimdLanes::paddsw);
    lanes(Mnemonic.PADDUSB, SimdLanes::paddusb);
    lanes(Mnemonic.PADDUSW, SimdLanes::paddusw);
    lanes(Mnemonic.PSUBSB, SimdLanes::psubsb);
    lanes(Mnemonic.PSUBSW, SimdLanes::psubsw);
    lanes(Mnemonic.PSUBUSB, SimdLanes::psubusb);
    lanes(Mnemonic.PSUBUSW, SimdLanes::psubusw);
  }

  private void logic() {
    lanes(Mnemonic.PAND, SimdLanes::pand);
    lanes(Mnemonic.PANDN, SimdLanes::pandn);
    lanes(Mnemonic.POR, SimdLanes::por);
    lanes(Mnemonic.PXOR, SimdLanes::pxor);
    lanes(Mnemonic.ANDPS, SimdLanes::pand);
    lanes(Mnemonic.ANDPD, SimdLanes::pand);
    lanes(Mnemonic.ANDNPS, SimdLanes::pandn);
    lanes(Mnemonic.ANDNPD, SimdLanes::pandn);
    lanes(Mnemonic.ORPS, SimdLanes::por);
    lanes(Mnemonic.ORPD, SimdLanes::por);
    lanes(Mnemonic.XORPS, SimdLanes::pxor);
    lanes(Mnemonic.XORPD, SimdLanes::pxor);
  }

  private void comparisons() {
    lanes(Mnemonic.PCMPEQB, SimdLanes::pcmpeqb);
    lanes(Mnemonic.PCMPEQW, SimdLanes::pcmpeqw);
    lanes(Mnemonic.PCMPEQD, SimdLanes::pcmpeqd);
    lanes(Mnemonic.PCMPEQQ, SimdLanes::pcmpeqq);
    lanes(Mnemonic.PCMPGTB, SimdLanes::pcmpgtb);
    lanes(Mnemonic.PCMPGTW, SimdLanes::pcmpgtw);
    lanes(Mnemonic.PCMPGTD, SimdLanes::pcmpgtd);
    lanes(Mnemonic.PCMPGTQ, SimdLanes::pcmpgtq);
  }

  private void extremes() {
    lanes(Mnemonic.PMINUB, SimdLanes::pminub);
    lanes(Mnemonic.PMINUW, SimdLanes::pminuw);
    lanes(Mnemonic.PMINUD, SimdLanes::pminud);
    lanes(Mnemonic.PMINSB, SimdLanes::pminsb);
    lanes(Mnemonic.PMINSW, SimdLanes::pminsw);
    lanes(Mnemonic.PMINSD, SimdLanes::pminsd);
    lanes(Mnemonic.PMAXUB, SimdLanes::pmaxub);
    lanes(Mnemonic.PMAXUW, SimdLanes::pmaxuw);
    lanes(Mnemonic.PMAXUD, SimdLanes::pmaxud);
    lanes(Mnemonic.PMAXSB, SimdLanes::pmaxsb);
    lanes(Mnemonic.PMAXSW, SimdLanes::pmaxsw);
    lanes(Mnemonic.PMAXSD, SimdLanes::pmaxsd);
    packed(Mnemonic.PHMINPOSUW, SimdHorizontal::phminposuw);
  }

  private void products() {
    lanes(Mnemonic.PMULLW, SimdProducts::pmullw);
    lanes(Mnemonic.PMULHW, SimdProducts::pmulhw);
    lanes(Mnemonic.PMULHUW, SimdProducts::pmulhuw);
    lanes(Mnemonic.PMULHRSW, SimdProducts::pmulhrsw);
    lanes(Mnemonic.PMULUDQ, SimdProducts::pmuludq);
    lanes(Mnemonic.PMULDQ, SimdProducts::pmuldq);
    lanes(Mnemonic.PMULLD, SimdProducts::pmulld);
    lanes(Mnemonic.PMADDWD, SimdProducts::pmaddwd);
    lanes(Mnemonic.PMADDUBSW, SimdProducts::pmaddubsw);
    packed(Mnemonic.MPSADBW, SimdHorizontal::mpsadbw);
  }

  private void shifts() {
    shift(Mnemonic.PSLLW, SimdShifts::psllw);
    shift(Mnemonic.PSLLD, SimdShifts::pslld);
    shift(Mnemonic.PSLLQ, SimdShifts::psllq);
    shift(Mnemonic.PSRLW, SimdShifts::psrlw);
    shift(Mnemonic.PSRLD, SimdShifts::psrld);
    shift(Mnemonic.PSRLQ, SimdShifts::psrlq);
    shift(Mnemonic.PSRAW, SimdShifts::psraw);
    shift(Mnemonic.PSRAD, SimdShifts::psrad);
    packed(Mnemonic.PSLLDQ, SimdShifts::pslldq);
    packed(Mnemonic.PSRLDQ, SimdShifts::psrldq);
  }

  private void unpack(Mnemonic low, Mnemonic high, int width) {
    packed(low, SimdShuffles.unpackLow(width), SimdShuffles.unpackLowMmx(width));
    packed(high, SimdShuffles.unpackHigh(width), SimdShuffles.unpackHighMmx(width));
  }

  private void unpacks() {
    unpack(Mnemonic.PUNPCKLBW, Mnemonic.PUNPCKHBW, 1);
    unpack(Mnemonic.PUNPCKLWD, Mnemonic.PUNPCKHWD, 2);
    unpack(Mnemonic.PUNPCKLDQ, Mnemonic.PUNPCKHDQ, 4);
    unpack(Mnemonic.PUNPCKLQDQ, Mnemonic.PUNPCKHQDQ, 8);
    unpack(Mnemonic.UNPCKLPS, Mnemonic.UNPCKHPS, 4);
    unpack(Mnemonic.UNPCKLPD, Mnemonic.UNPCKHPD, 8);
  }

  private void pack(Mnemonic mnemonic, int operation) {
    packed(mnemonic, SimdHorizontal.pack(operation), SimdHorizontal.packMmx(operation));
  }

  private void horizontal(Mnemonic mnemonic, int operation) {
    packed(mnemonic, SimdHorizontal.horizontal(operation), SimdHorizontal.horizontalMmx(operation));
  }

  private void packs() {
    pack(Mnemonic.PACKSSWB, SimdHorizontal.PACKSSWB);
    pack(Mnemonic.PACKUSWB, SimdHorizontal.PACKUSWB);
    pack(Mnemonic.PACKSSDW, SimdHorizontal.PACKSSDW);
    pack(Mnemonic.PACKUSDW, SimdHorizontal.PACKUSDW);
    horizontal(Mnemonic.PHADDW, SimdHorizontal.PHADDW);
    horizontal(Mnemonic.PHADDD, SimdHorizontal.PHADDD);
    horizontal(Mnemonic.PHADDSW, SimdHorizontal.PHADDSW);
    horizontal(Mnemonic.PHSUBW, SimdHorizontal.PHSUBW);
    horizontal(Mnemonic.PHSUBD, SimdHorizontal.PHSUBD);
    horizontal(Mnemonic.PHSUBSW, SimdHorizontal.PHSUBSW);
  }

  private void shuffles() {
    packed(Mnemonic.PSHUFB, SimdShuffles::pshufb, SimdShuffles::pshufbMmx);
    packed(Mnemonic.PSHUFW, SimdShuffles::pshufw);
    packed(Mnemonic.PSHUFD, SimdShuffles::pshufd);
    packed(Mnemonic.PSHUFLW, SimdShuffles::pshuflw);
    packed(Mnemonic.PSHUFHW, SimdShuffles::pshufhw);
    packed(Mnemonic.SHUFPS, SimdShuffles::shufps);
    packed(Mnemonic.SHUFPD, SimdShuffles::shufpd);
    packed(Mnemonic.PALIGNR, SimdShuffles::palignr, SimdShuffles::palignrMmx);
    packed(Mnemonic.MOVSLDUP, SimdShuffles::movsldup);
    packed(Mnemonic.MOVSHDUP, SimdShuffles::movshdup);
    packed(Mnemonic.MOVDDUP, SimdShuffles::movddup);
    PerFunction insertRegister =
        new PerFunction(PackedOp.class, (SimdFunction) SimdShuffles::insertps);
    PerFunction insertMemory =
        new PerFunction(PackedOp.class, (SimdFunction) SimdShuffles::insertpsMemory);
    table.add(
        (insn, rip) -> {
          PerFunction ops = insn.memoryOperand() >= 0 ? insertMemory : insertRegister;
          return FpuOp.bind(ops.create(), insn, rip);
        },
        Mnemonic.INSERTPS);
  }

  private void blends() {
    packed(Mnemonic.PBLENDW, SimdShuffles.blend(2));
    packed(Mnemonic.BLENDPS, SimdShuffles.blend(4));
    packed(Mnemonic.BLENDPD, SimdShuffles.blend(8));
  }

  private void widening(Mnemonic signed, Mnemonic unsigned, int narrow, int wide) {
    packed(signed, SimdShuffles.widen(narrow, wide, true));
    packed(unsigned, SimdShuffles.widen(narrow, wide, false));
  }

  private void widenings() {
    widening(Mnemonic.PMOVSXBW, Mnemonic.PMOVZXBW, 1, 2);
    widening(Mnemonic.PMOVSXBD, Mnemonic.PMOVZXBD, 1, 4);
    widening(Mnemonic.PMOVSXBQ, Mnemonic.PMOVZXBQ, 1, 8);
    widening(Mnemonic.PMOVSXWD, Mnemonic.PMOVZXWD, 2, 4);
    widening(Mnemonic.PMOVSXWQ, Mnemonic.PMOVZXWQ, 2, 8);
    widening(Mnemonic.PMOVSXDQ, Mnemonic.PMOVZXDQ, 4, 8);
  }
}
