package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.Disassembler;
import dev.zendo.hypervisor.engine.x86.Feature;
import dev.zendo.hypervisor.engine.x86.Flags;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.engine.x86.OperandKind;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects totals per mnemonic and describes differences so that they can be repeated by hand. */
final class Report {
  private static final String[] GPR = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15"
  };

  /** Totals of one mnemonic. */
  static final class Total {
    long instructions;
    long cases;
    long faults;
    long differences;
  }

  private final Map<String, Total> totals = new TreeMap<>();
  private final Map<String, List<String>> examples = new TreeMap<>();
  private final int examplesPerForm;
  private long joined;
  private long translated;
  private final Disassembler disassembler = new Disassembler();

  Report(int examplesPerForm) {
    this.examplesPerForm = examplesPerForm;
  }

  Total total(Insn insn) {
    return totals.computeIfAbsent(insn.mnemonic.name(), name -> new Total());
  }

  /** Totals by mnemonic. */
  Map<String, Total> totals() {
    return totals;
  }

  long cases() {
    return totals.values().stream().mapToLong(total -> total.cases).sum();
  }

  long differences() {
    return totals.values().stream().mapToLong(total -> total.differences).sum();
  }

  /** Remembers a difference; the first few of each table row and kind in full. */
  void add(Insn insn, byte[] code, String what, String mode, long input, long expected, long got) {
    String form = insn.row + ": " + what;
    List<String> list = examples.computeIfAbsent(form, f -> new ArrayList<>());
    if (list.size() < examplesPerForm) {
      list.add(describe(insn, code, mode, input, expected, got));
    } else {
      list.add("");
    }
  }

  /** Counts a case of a sequence of which the engine has joined ops before it. */
  void countJoined() {
    joined++;
  }

  long joined() {
    return joined;
  }

  /** Counts instructions that code emitted by an engine has executed. */
  void countTranslated(long instructions) {
    translated += instructions;
  }

  long translated() {
    return translated;
  }

  /** Counts a case of a sequence. */
  void countSequence(boolean different) {
    Total total = totals.computeIfAbsent("(sequences)", name -> new Total());
    total.cases++;
    total.differences += different ? 1 : 0;
  }

  /** Remembers a difference after a sequence; shows every register. */
  void addSequence(String text, String what, long input, long expected, long got) {
    List<String> list = examples.computeIfAbsent("sequence: " + what, f -> new ArrayList<>());
    StringBuilder s = new StringBuilder();
    if (list.size() < 4 * examplesPerForm) {
      s.append(text);
      state(s, null, input, expected, got);
    }
    list.add(s.toString());
  }

  private String describe(
      Insn insn, byte[] code, String mode, long input, long expected, long got) {
    StringBuilder s = new StringBuilder("  ");
    for (int i = 0; i < insn.length; i++) {
      s.append(String.format("%02x ", code[i]));
    }
    long rip = CaseBlock.field(input, CaseBlock.RIP);
    s.append("  ").append(disassembler.format(insn, rip));
    s.append("  at ").append(Long.toHexString(rip)).append(" by ").append(mode).append('\n');
    state(s, insn, input, expected, got);
    return s.toString();
  }

  private static void state(StringBuilder s, Insn insn, long input, long expected, long got) {
    for (int i = 0; i < 16; i++) {
      line(s, GPR[i], CaseBlock.GPR + 8 * i, usesRegister(insn, i), input, expected, got);
    }
    flags(s, input, expected, got);
    for (int i = 0; i < 8; i++) {
      extended(s, insn, i, input, expected, got);
    }
    for (int i = 0; i < 16; i++) {
      vector(s, insn, i, input, expected, got);
    }
    words(s, input, expected, got);
    outcome(s, "host", expected);
    outcome(s, "engine", got);
    memory(s, insn, input, expected, got);
  }

  private static boolean usesRegister(Insn insn, int register) {
    if (insn == null) {
      return true;
    }
    boolean used = register == insn.base || register == insn.index;
    for (int i = 0; i < insn.operandCount; i++) {
      boolean general = insn.kind[i] == OperandKind.GPR || insn.kind[i] == OperandKind.GPR8_HIGH;
      used |= general && insn.register[i] == register;
    }
    int mask = insn.row.implicitReads | insn.row.implicitWrites | (insn.repeat != 0 ? 2 : 0);
    return used || (mask >>> register & 1) != 0;
  }

  private static void line(
      StringBuilder s, String name, int offset, boolean used, long input, long expected, long got) {
    long a = CaseBlock.field(expected, offset);
    long b = CaseBlock.field(got, offset);
    if (used || a != b) {
      s.append(
          String.format(
              "    %-6s %016x -> host %016x, engine %016x%s%n",
              name, CaseBlock.field(input, offset), a, b, a == b ? "" : "  <=="));
    }
  }

  private static void flags(StringBuilder s, long input, long expected, long got) {
    s.append(
        String.format(
            "    flags  %s -> host %s, engine %s%n",
            flags(CaseBlock.field(input, CaseBlock.RFLAGS)),
            flags(CaseBlock.field(expected, CaseBlock.RFLAGS)),
            flags(CaseBlock.field(got, CaseBlock.RFLAGS))));
  }

  private static String flags(long value) {
    String names = "ODSZAPC";
    int[] bits = {Flags.OF, Flags.DF, Flags.SF, Flags.ZF, Flags.AF, Flags.PF, Flags.CF};
    StringBuilder s = new StringBuilder();
    for (int i = 0; i < bits.length; i++) {
      s.append((value & bits[i]) != 0 ? names.charAt(i) : '-');
    }
    return s.toString();
  }

  private static void extended(
      StringBuilder s, Insn insn, int i, long input, long expected, long got) {
    int at = CaseBlock.ST + 16 * i;
    String a = extended(expected + at);
    String b = extended(got + at);
    boolean x87 = insn != null && insn.row.feature == Feature.X87;
    if (!a.equals(b) || x87 && i < 2 || usesVector(insn, i, true)) {
      s.append(
          String.format(
              "    st%d    %s -> host %s, engine %s%s%n",
              i, extended(input + at), a, b, a.equals(b) ? "" : "  <=="));
    }
  }

  private static String extended(long at) {
    return String.format(
        "%04x:%016x", HostMemory.getShort(at + 8) & 0xffff, HostMemory.getLong(at));
  }

  private static boolean usesVector(Insn insn, int register, boolean mmx) {
    if (insn == null) {
      return false;
    }
    for (int i = 0; i < insn.operandCount; i++) {
      boolean kind =
          switch (insn.kind[i]) {
            case XMM -> !mmx;
            case MMX, ST -> mmx;
            default -> false;
          };
      if (kind && insn.register[i] == register) {
        return true;
      }
    }
    return false;
  }

  private static void vector(
      StringBuilder s, Insn insn, int i, long input, long expected, long got) {
    long at = CaseBlock.XMM + 16L * i;
    String a = vector(expected + at);
    String b = vector(got + at);
    if (!a.equals(b) || usesVector(insn, i, false)) {
      s.append(
          String.format(
              "    xmm%-2d  %s -> host %s, engine %s%s%n",
              i, vector(input + at), a, b, a.equals(b) ? "" : "  <=="));
    }
  }

  private static String vector(long at) {
    return String.format("%016x_%016x", HostMemory.getLong(at + 8), HostMemory.getLong(at));
  }

  private static void words(StringBuilder s, long input, long expected, long got) {
    s.append(
        String.format(
            "    fcw/fsw/tags/mxcsr %s -> host %s, engine %s%n",
            words(input), words(expected), words(got)));
  }

  private static String words(long block) {
    return String.format(
        "%04x/%04x/%02x/%04x",
        HostMemory.getShort(block + CaseBlock.FX),
        HostMemory.getShort(block + CaseBlock.FX + 2),
        HostMemory.getByte(block + CaseBlock.FX + 4),
        HostMemory.getInt(block + CaseBlock.MXCSR));
  }

  private static void outcome(StringBuilder s, String side, long block) {
    s.append(
        String.format(
            "    %-6s rip %x, vector %d, error %x, address %x%n",
            side,
            CaseBlock.field(block, CaseBlock.RIP),
            CaseBlock.vector(block),
            CaseBlock.field(block, CaseBlock.ERROR),
            CaseBlock.field(block, CaseBlock.FAULT_ADDRESS)));
  }

  private static void memory(StringBuilder s, Insn insn, long input, long expected, long got) {
    if (insn != null && insn.memoryOperand() >= 0) {
      long address = CaseGenerator.effectiveAddress(input, insn, Segmentation.LONG);
      s.append(String.format("    operand at %x", address));
      if (address >= AddressMap.WINDOW && address <= AddressMap.WINDOW_END - 16) {
        long at = CaseBlock.MEMORY + address - AddressMap.WINDOW;
        s.append(
            String.format(
                ": %s -> host %s, engine %s",
                vector(input + at), vector(expected + at), vector(got + at)));
      }
      s.append('\n');
    }
    int shown = 0;
    for (int i = CaseBlock.MEMORY; i < CaseBlock.SIZE && shown < 8; i += 8) {
      if (CaseBlock.field(expected, i) != CaseBlock.field(got, i)) {
        line(
            s,
            Long.toHexString(AddressMap.WINDOW + i - CaseBlock.MEMORY),
            i,
            false,
            input,
            expected,
            got);
        shown++;
      }
    }
  }

  /** The differences, most frequent forms first. */
  String text(int forms) {
    StringBuilder s = new StringBuilder();
    examples.entrySet().stream()
        .sorted((a, b) -> b.getValue().size() - a.getValue().size())
        .limit(forms)
        .forEach(
            e -> {
              s.append(e.getValue().size()).append(" x ").append(e.getKey()).append('\n');
              e.getValue().forEach(s::append);
            });
    if (examples.size() > forms) {
      s.append(examples.size() - forms).append(" more forms differ\n");
    }
    return s.toString();
  }
}
