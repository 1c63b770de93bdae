package dev.zendo.hypervisor.engine.x86;

import java.util.List;
import java.util.function.Predicate;

/** Where objdump and processors disagree, or where both spell the same thing differently. */
final class KnownDifferences {
  /** One instruction on which the texts differ; {@code insn} is null when ours is #UD. */
  record Case(Bytes bytes, Insn insn, String ours, String theirs) {}

  /** The bytes after the prefixes, and what stood among the prefixes. */
  record Bytes(
      int opcode, int second, boolean lock, boolean rexNotLast, boolean mandatory, int repeats) {}

  private record Rule(String reason, Predicate<Case> applies) {}

  private static final List<Rule> RULES =
      List.of(
          new Rule(
              "VEX, EVEX and XOP instructions are not offered",
              c -> List.of(0xc4, 0xc5, 0x62, 0x8f).contains(c.bytes.opcode)),
          new Rule("3DNow! is not offered", c -> after0f(c, 0x0e) || after0f(c, 0x0f)),
          new Rule("objdump accepts LOCK everywhere", c -> c.insn == null && c.bytes.lock),
          new Rule(
              "objdump shows a REX prefix before another prefix as an instruction of its own",
              c -> c.bytes.rexNotLast),
          new Rule("objdump does not know SALC", c -> c.bytes.opcode == 0xd6),
          new Rule(
              "test registers, CR1, CR5..7, CR9..15, DR8..15 and loads of CS are #UD",
              c ->
                  c.insn == null
                      && c.theirs.matches("mov .*%(tr|cr|db|cs).*|mov %(tr|cr|db).*|mov .*%\\?.*")),
          new Rule("MPX is not offered: hint space", c -> c.theirs.startsWith("bnd")),
          new Rule(
              "the register forms of 0F 0D are hints",
              c -> after0f(c, 0x0d) && c.theirs.contains("(bad)")),
          new Rule(
              "objdump ignores 66, F2 and F3 where they make an opcode #UD",
              c -> c.insn == null && c.bytes.mandatory && c.bytes.opcode == 0x0f),
          new Rule(
              "objdump rejects idle F2 and 66 that processors ignore",
              c -> c.theirs.equals("(bad)") && c.bytes.mandatory && c.bytes.opcode == 0x0f),
          new Rule(
              "objdump knows one encoding of each x87 instruction and fence",
              c ->
                  c.theirs.equals("(bad)")
                      && ((c.bytes.opcode & 0xf8) == 0xd8 || after0f(c, 0xae))),
          new Rule(
              "a branch with 66 in compatibility mode goes to a 16-bit address",
              c -> c.insn != null && !c.insn.longMode && c.insn.kind[0] == OperandKind.REL),
          new Rule("objdump joins FWAIT with what follows", c -> c.bytes.opcode == 0x9b),
          new Rule(
              "objdump shows the first of two repeat prefixes, the last one counts",
              c -> c.bytes.repeats > 1),
          new Rule(
              "objdump names the wrong register file",
              c -> c.theirs.matches("movdq2q.*|movq2dq.*")),
          new Rule(
              "objdump shows implied operands",
              c -> c.theirs.matches("(monitorx?|mwaitx?|invlpga) .*")),
          new Rule("objdump spells the 64-bit NOP as XCHG", c -> c.theirs.endsWith("%rax,%rax")),
          new Rule(
              "NOTRACK is a hint that looks like a DS override",
              c -> c.ours.replaceAll("%[dfg]s:", "").equals(c.theirs)),
          new Rule("PREFETCHIT is not offered: hint space", c -> c.theirs.startsWith("prefetchit")),
          new Rule("obsolete no-operations of the 8087", c -> c.theirs.matches("f(neni|ndisi).*")),
          new Rule(
              "not offered",
              c ->
                  c.insn == null
                      && c.theirs.matches(
                          "(xcrypt|xsha|xstore|montmul|wrmsrns|frstpm|hreset|pbndkb|seam|tdcall"
                              + "|clui|stui|testui|uiret|senduipi|fred|erets|eretu).*")),
          new Rule(
              "SWAPGS exists in 64-bit mode only",
              c -> c.insn == null && c.theirs.equals("swapgs")),
          new Rule("obsolete no-operation of the 287", c -> c.theirs.startsWith("fnsetpm")),
          new Rule(
              "objdump prints a negative absolute address as a displacement",
              c -> c.theirs.contains("-0x") && c.ours.startsWith(c.theirs.split("-0x")[0])),
          new Rule("AMD's INVLPGB, TLBSYNC and RMPADJUST are not offered", c -> amdOnly(c)),
          new Rule(
              "objdump heeds 66 where REX.W or the instruction fixes the size",
              c ->
                  c.theirs.startsWith("umonitor")
                      || c.theirs.matches("(rd|wr)[fg]sbase .*")
                      || c.theirs.matches("(fnsave|frstor|fnstenv|fldenv)s .*")),
          new Rule("AADD and its kin are not offered", c -> after0f38(c, 0xfc)));

  private KnownDifferences() {}

  static boolean explains(byte[] code, int at, Insn insn, String ours, String theirs) {
    Case c = new Case(scan(code, at), insn, ours, theirs);
    return RULES.stream().anyMatch(rule -> rule.applies.test(c));
  }

  private static boolean after0f(Case c, int second) {
    return c.bytes.opcode == 0x0f && c.bytes.second == second;
  }

  private static boolean amdOnly(Case c) {
    return c.insn == null && c.theirs.matches("(invlpgb|tlbsync|rmp[a-z]*|pvalidate|psmash).*");
  }

  private static boolean after0f38(Case c, int third) {
    return after0f(c, 0x38) && c.theirs.matches("a(add|and|or|xor) .*") && third == 0xfc;
  }

  private static Bytes scan(byte[] code, int at) {
    boolean lock = false;
    boolean rexNotLast = false;
    boolean mandatory = false;
    int repeats = 0;
    boolean rex = false;
    for (int i = at; ; i++) {
      int b = code[i] & 0xff;
      boolean legacy =
          switch (b) {
            case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3 -> true;
            default -> false;
          };
      boolean isRex = (b & 0xf0) == 0x40;
      if (!legacy && !isRex || i == at + 14) {
        return new Bytes(b, code[i + 1] & 0xff, lock, rexNotLast, mandatory, repeats);
      }
      rexNotLast |= rex;
      rex = isRex;
      lock |= b == 0xf0;
      repeats += b == 0xf2 || b == 0xf3 ? 1 : 0;
      mandatory |= b == 0x66 || b == 0xf2 || b == 0xf3;
    }
  }
}
