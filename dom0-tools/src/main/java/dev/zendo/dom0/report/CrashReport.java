package dev.zendo.dom0.report;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.dom0.image.Symbols;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.trap.CpuUserRegs;
import dev.zendo.hypercalls.vcpu.ContextFlags;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** What a crashed guest was doing: registers, backtrace and stack of each vcpu. */
public final class CrashReport {
  private static final int MAX_FRAMES = 32;
  private static final int STACK_WORDS = 512;
  private static final int SHOWN_WORDS = 16;

  private static final U64[] GENERAL = {
    CpuUserRegs.RAX, CpuUserRegs.RBX, CpuUserRegs.RCX, CpuUserRegs.RDX,
    CpuUserRegs.RSI, CpuUserRegs.RDI, CpuUserRegs.RBP, CpuUserRegs.RSP,
    CpuUserRegs.R8, CpuUserRegs.R9, CpuUserRegs.R10, CpuUserRegs.R11,
    CpuUserRegs.R12, CpuUserRegs.R13, CpuUserRegs.R14, CpuUserRegs.R15,
  };

  private final ControlDomain control;
  private final Guest guest;
  private final Symbols symbols;
  private final StringBuilder out = new StringBuilder();
  private boolean withMemory;

  /**
   * A report about a guest that has stopped and is not destroyed yet.
   *
   * @param symbols of its kernel; may be empty
   */
  public CrashReport(ControlDomain control, Guest guest, Symbols symbols) {
    this.control = control;
    this.guest = guest;
    this.symbols = symbols;
  }

  /** The same with the memory that registers point to. */
  public String textWithMemory() {
    withMemory = true;
    return text();
  }

  /** The report, several lines. */
  public String text() {
    for (int vcpu = 0; vcpu < guest.spec().vcpus(); vcpu++) {
      try {
        describe(vcpu);
      } catch (HypercallFailure e) {
        line("vcpu %d: never started", vcpu);
      }
    }
    return out.toString();
  }

  private void line(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void describe(int vcpu) {
    PhysicalMemory memory = control.vcpuStates().memory();
    long[] state = new long[5];
    long[] pointers = new long[GENERAL.length];
    control
        .vcpuStates()
        .readContext(
            guest.id(),
            vcpu,
            at -> {
              long regs = VcpuGuestContext.USER_REGS.at(at);
              int flags = (int) VcpuGuestContext.FLAGS.get(memory, at);
              boolean kernel = (flags & ContextFlags.IN_KERNEL) != 0;
              registers(vcpu, memory, at, regs, kernel);
              for (int i = 0; i < GENERAL.length; i++) {
                pointers[i] = GENERAL[i].get(memory, regs);
              }
              state[0] = CpuUserRegs.RIP.get(memory, regs);
              state[1] = CpuUserRegs.RSP.get(memory, regs);
              state[2] = CpuUserRegs.RBP.get(memory, regs);
              int root = kernel ? 3 : 1;
              state[3] = VcpuGuestContext.CTRLREG.get(memory, at, root) & ~0xfffL;
              state[4] = (flags & ContextFlags.ONLINE) != 0 ? 1 : 0;
            });
    if (state[4] == 0) {
      return;
    }
    try (GuestVirtualMemory guestMemory =
        new GuestVirtualMemory(control.memory(), guest.id(), state[3])) {
      backtrace(guestMemory, state[0], state[1], state[2]);
      words(guestMemory, "stack", state[1]);
      if (withMemory) {
        words(guestMemory, "rip", state[0]);
        for (int i = 0; i < GENERAL.length; i++) {
          words(guestMemory, GENERAL[i].name(), pointers[i]);
        }
      }
    }
  }

  private void registers(int vcpu, PhysicalMemory memory, long at, long regs, boolean kernel) {
    long rip = CpuUserRegs.RIP.get(memory, regs);
    String where = symbols.name(rip);
    boolean online = (VcpuGuestContext.FLAGS.get(memory, at) & ContextFlags.ONLINE) != 0;
    line(
        "vcpu %d, %s mode%s, at %04x:%016x%s",
        vcpu,
        kernel ? "kernel" : "user",
        online ? "" : " (down)",
        CpuUserRegs.CS.get(memory, regs),
        rip,
        where == null ? "" : " " + where);
    for (int i = 0; i < GENERAL.length; i++) {
      out.append(
          String.format(
              Locale.ROOT, "  %-3s %016x", GENERAL[i].name(), GENERAL[i].get(memory, regs)));
      out.append((i & 3) == 3 ? "\n" : "");
    }
    line(
        "  rflags %08x  ss %04x  ds %04x  es %04x  fs %04x  gs %04x  cr2 %016x  cr3 %016x",
        CpuUserRegs.RFLAGS.get(memory, regs),
        CpuUserRegs.SS.get(memory, regs),
        CpuUserRegs.DS.get(memory, regs),
        CpuUserRegs.ES.get(memory, regs),
        CpuUserRegs.FS.get(memory, regs),
        CpuUserRegs.GS.get(memory, regs),
        VcpuGuestContext.CTRLREG.get(memory, at, 2),
        VcpuGuestContext.CTRLREG.get(memory, at, 3));
  }

  /** Frames found by frame pointers first, then what else on the stack looks like code. */
  private void backtrace(GuestVirtualMemory memory, long rip, long rsp, long rbp) {
    line("  backtrace:");
    frame(rip, "");
    Set<Long> certain = new LinkedHashSet<>();
    long frame = rbp;
    while (certain.size() < MAX_FRAMES && (frame & 7) == 0) {
      Long next = memory.read(frame);
      Long back = memory.read(frame + 8);
      if (next == null || back == null || !isCode(back)) {
        break;
      }
      certain.add(back);
      frame(back, "");
      if (Long.compareUnsigned(next, frame) <= 0) {
        break;
      }
      frame = next;
    }
    int shown = certain.size();
    for (int i = 0; i < STACK_WORDS && shown < MAX_FRAMES; i++) {
      Long word = memory.read((rsp & ~7L) + 8L * i);
      if (word == null) {
        break;
      }
      if (!certain.contains(word) && isCode(word)) {
        frame(word, " ?");
        shown++;
      }
    }
  }

  private boolean isCode(long address) {
    KernelImage kernel = guest.spec().kernel();
    boolean code = kernel != null && kernel.isCode(address);
    return code && (symbols.isEmpty() || name(address) != null);
  }

  /** A call that never returns may end its function: its return address lies just behind. */
  private String name(long address) {
    String name = symbols.name(address);
    return name == null ? symbols.name(address - 1) : name;
  }

  private void frame(long address, String doubt) {
    String name = name(address);
    line("    %016x%s%s", address, name == null ? "" : " " + name, doubt);
  }

  /** What is at an address, if anything is. */
  private void words(GuestVirtualMemory memory, String what, long address) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < SHOWN_WORDS; i++) {
      Long word = memory.read((address & ~7L) + 8L * i);
      if (word == null) {
        break;
      }
      words.append(i % 4 == 0 ? "\n   " : "").append(String.format(Locale.ROOT, " %016x", word));
    }
    if (words.length() > 0) {
      line("  %s:%s", what, words);
    }
  }
}
