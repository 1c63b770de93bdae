package dev.zendo.fuzz;

import static dev.zendo.hypercalls.Hypercalls.CALLBACK_OP;
import static dev.zendo.hypercalls.Hypercalls.CONSOLE_IO;
import static dev.zendo.hypercalls.Hypercalls.DOMCTL;
import static dev.zendo.hypercalls.Hypercalls.EVENT_CHANNEL_OP;
import static dev.zendo.hypercalls.Hypercalls.FPU_TASKSWITCH;
import static dev.zendo.hypercalls.Hypercalls.GET_DEBUGREG;
import static dev.zendo.hypercalls.Hypercalls.GRANT_TABLE_OP;
import static dev.zendo.hypercalls.Hypercalls.IRET;
import static dev.zendo.hypercalls.Hypercalls.MEMORY_OP;
import static dev.zendo.hypercalls.Hypercalls.MMUEXT_OP;
import static dev.zendo.hypercalls.Hypercalls.MMU_UPDATE;
import static dev.zendo.hypercalls.Hypercalls.MULTICALL;
import static dev.zendo.hypercalls.Hypercalls.NMI_OP;
import static dev.zendo.hypercalls.Hypercalls.PHYSDEV_OP;
import static dev.zendo.hypercalls.Hypercalls.PLATFORM_OP;
import static dev.zendo.hypercalls.Hypercalls.SCHED_OP;
import static dev.zendo.hypercalls.Hypercalls.SET_DEBUGREG;
import static dev.zendo.hypercalls.Hypercalls.SET_GDT;
import static dev.zendo.hypercalls.Hypercalls.SET_SEGMENT_BASE;
import static dev.zendo.hypercalls.Hypercalls.SET_TIMER_OP;
import static dev.zendo.hypercalls.Hypercalls.SET_TRAP_TABLE;
import static dev.zendo.hypercalls.Hypercalls.STACK_SWITCH;
import static dev.zendo.hypercalls.Hypercalls.SYSCTL;
import static dev.zendo.hypercalls.Hypercalls.UPDATE_DESCRIPTOR;
import static dev.zendo.hypercalls.Hypercalls.UPDATE_VA_MAPPING;
import static dev.zendo.hypercalls.Hypercalls.UPDATE_VA_MAPPING_OTHERDOMAIN;
import static dev.zendo.hypercalls.Hypercalls.VCPU_OP;
import static dev.zendo.hypercalls.Hypercalls.VM_ASSIST;
import static dev.zendo.hypercalls.Hypercalls.XEN_VERSION;

import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypercalls.mmu.MmuextCommand;
import dev.zendo.hypercalls.mmu.MmuextOp;
import dev.zendo.hypercalls.mmu.MulticallEntry;
import dev.zendo.hypercalls.mmu.VaFlags;
import dev.zendo.hypercalls.sched.SchedOp;
import dev.zendo.hypercalls.vcpu.VcpuOp;
import java.util.List;

/** Writes random programs: every call that a guest can make, most of them nearly right. */
final class Grammar {
  /** Offset of the structures of a call's arguments; those of a multicall lie one after another. */
  private static final int AREA = 0x100;

  private static final int NEXT_AREA = 0x800;

  /** The list of a multicall. */
  private static final int BATCH = 0x2800;

  /** Calls after which a domain may be unable to go on: only once in so many. */
  private static final int RARE = 1000;

  private final Program program = new Program();
  private final Values values;
  private final Structures structures;

  /** Offset of the argument structure. */
  private int at = AREA;

  /** A call: number and arguments, and the structures that it filled, whose results are kept. */
  private record Call(int number, Layout layout, long... arguments) {}

  private Grammar(Values values) {
    this.values = values;
    this.structures = new Structures(program, values);
  }

  /** A program of about so many steps. */
  static Program program(Values values, int steps) {
    Grammar grammar = new Grammar(values);
    for (int i = 0; i < steps; i++) {
      if (i % 50 == 0) {
        grammar.program.repair();
      }
      grammar.step();
    }
    return grammar.program;
  }

  private void step() {
    switch (values.below(24)) {
      case 0 -> stores();
      case 1 -> grantEntry();
      case 2 -> multicall();
      case 3 -> processor();
      case 4 -> program.exchange(tableAddress(), values.entry(), values.entry());
      default -> issue(call());
    }
  }

  private void issue(Call call) {
    long[] arguments = call.arguments;
    program.call(values.oneIn(4000) ? values.wild() : Operand.number(call.number), arguments);
    if (call.layout != null) {
      structures.keep(call.layout, at);
    }
  }

  private long tableAddress() {
    int role = values.oneIn(4) ? Operand.LIVE : Operand.TABLE;
    return Operand.address(role, values.below(12), 8 * values.index(role));
  }

  /** What a guest does to memory itself: also to tables, and under the feet of its other vcpu. */
  private void stores() {
    for (int i = 0; i < 3; i++) {
      int size = 1 << values.below(4);
      switch (values.below(6)) {
        case 0 -> program.store(values.pointer(values.below(0x1000)), size, values.wild());
        case 1 -> program.load(values.window(), size);
        case 2 -> program.store(values.window(), size, values.wild());
        case 3 -> {
          long target =
              Operand.address(Operand.DATA, 12 + values.below(2), AREA + 8 * values.below(64));
          program.store(target, 8, values.oneIn(2) ? values.frame() : values.entry());
        }
        default -> program.store(tableAddress(), values.oneIn(3) ? size : 8, values.entry());
      }
    }
  }

  /** An entry of the grant table, in either format. */
  private void grantEntry() {
    int reference = values.below(24);
    if (values.oneIn(4)) {
      long entry = Operand.address(Operand.GRANT, 0, 16 * reference);
      program.store(entry, 4, Operand.number(values.below(32)));
      program.store(Operand.address(Operand.GRANT, 0, 16 * reference + 8), 8, values.frame());
      return;
    }
    program.store(Operand.address(Operand.GRANT, 0, 8 * reference + 2), 2, values.domain());
    program.store(Operand.address(Operand.GRANT, 0, 8 * reference + 4), 4, values.frame());
    int flags = values.oneIn(6) ? 2 : values.oneIn(8) ? values.below(0x400) : 1;
    flags |= values.oneIn(4) ? 4 : 0;
    program.store(Operand.address(Operand.GRANT, 0, 8 * reference), 2, Operand.number(flags));
  }

  private void multicall() {
    int count = 1 + values.below(4);
    int entry = BATCH;
    for (int i = 0; i < count; i++, entry += MulticallEntry.LAYOUT.size()) {
      at = AREA + NEXT_AREA * i;
      Call call = call();
      program.set(entry + MulticallEntry.OP.offset(), 8, Operand.number(call.number));
      for (int a = 0; a < call.arguments.length; a++) {
        program.set(entry + MulticallEntry.ARGS.offset() + 8 * a, 8, call.arguments[a]);
      }
    }
    at = AREA;
    long list = values.oneIn(RARE) ? values.pointer(BATCH) : Operand.argument(BATCH);
    program.call(Operand.number(MULTICALL), list, Operand.number(count));
  }

  private void processor() {
    switch (values.below(12)) {
      case 0 -> {
        long flags = Operand.number(values.oneIn(3) ? 0x100 : 0);
        long rip = values.oneIn(RARE) ? values.wild() : Operand.number(0);
        long rsp = values.oneIn(RARE) ? values.wild() : Operand.number(0);
        long cs = values.oneIn(RARE) ? values.wild() : Operand.number(0xe030);
        long ss = values.oneIn(20) ? values.wild() : Operand.number(0xe02b);
        long rflags = values.oneIn(10) ? values.wild() : Operand.number(0x202);
        program.iret(rip, cs, rflags, rsp, ss, flags);
      }
      case 1 -> program.selector(values.below(3), values.oneIn(2) ? values.wild() : selector());
      case 2 -> program.sleep(values.below(100));
      case 3 -> {
        boolean wild = values.oneIn(RARE);
        program.jump(wild ? values.wild() : Operand.address(Operand.WINDOW, 12, 0x100000));
      }
      default -> privileged();
    }
  }

  private long selector() {
    return Operand.number(values.below(16) * 8 | values.below(8));
  }

  /** Numbers are those of {@code privileged} in the guest's raw.S. */
  private void privileged() {
    int which = values.below(32);
    boolean root = which == 5;
    if (root && !values.oneIn(20)) {
      return;
    }
    boolean msr = which == 15 || which == 16;
    long a = root ? values.slot(0) : values.wild();
    long b = msr && values.oneIn(2) ? Operand.number(msr()) : values.wild();
    program.privileged(which, a, b);
  }

  private long msr() {
    long[] known = {
      0x10,
      0x1b,
      0x8b,
      0x174,
      0x1a0,
      0x277,
      0xc0000080L,
      0xc0000081L,
      0xc0000082L,
      0xc0000100L,
      0xc0000102L,
      0xc0000103L,
      0x40000000L,
      0x40000001L
    };
    return known[values.below(known.length)];
  }

  private Call call() {
    return switch (values.below(24)) {
      case 0, 1, 2, 3 -> mmuUpdate();
      case 4, 5, 6, 7 -> mmuext();
      case 8, 9 -> mapping();
      case 10, 11, 12, 13 -> grant();
      case 14, 15, 16 -> event();
      case 17, 18 -> memory();
      case 19 -> vcpu();
      case 20 -> sched();
      case 21 -> registers();
      default -> other();
    };
  }

  private Call plain(int number, long... arguments) {
    return new Call(number, null, arguments);
  }

  private Call mmuUpdate() {
    int count = 1 + values.below(3);
    for (int i = 0; i < count; i++) {
      int marks = values.oneIn(10) ? values.below(8) : values.oneIn(3) ? 2 : 0;
      program.set(at + 16 * i, 8, values.slot(marks));
      program.set(at + 16 * i + 8, 8, values.entry());
    }
    long done = values.oneIn(2) ? Operand.number(0) : values.pointer(at + 0x200);
    long owner = values.oneIn(4) ? values.domain() : Operand.number(0x7ff0);
    return plain(MMU_UPDATE, values.pointer(at), values.small(count + 1), done, owner);
  }

  private Call mmuext() {
    int size = MmuextOp.LAYOUT.size();
    int count = 1 + values.below(3);
    for (int i = 0; i < count; i++) {
      int command = values.oneIn(2) ? values.below(5) : values.below(20);
      boolean root =
          command == MmuextCommand.NEW_BASEPTR || command == MmuextCommand.NEW_USER_BASEPTR;
      if (command == MmuextCommand.NEW_BASEPTR && !values.oneIn(RARE / 10)) {
        command = MmuextCommand.UNPIN_TABLE;
      }
      long target =
          root && values.oneIn(2)
              ? Operand.frame(Operand.LIVE, 0)
              : values.oneIn(4) ? values.pointer(0) : values.frame();
      if (command == MmuextCommand.SET_LDT) {
        target = Operand.address(Operand.DESCRIPTORS, values.below(3), 0);
      }
      program.set(at + size * i, 4, Operand.number(command));
      program.set(at + size * i + 8, 8, target);
      program.set(at + size * i + 16, 8, values.oneIn(3) ? values.pointer(0x90) : values.frame());
    }
    long done = values.oneIn(2) ? Operand.number(0) : values.pointer(at + 0x200);
    long owner = values.oneIn(6) ? values.domain() : Operand.number(0x7ff0);
    return plain(MMUEXT_OP, values.pointer(at), values.small(count + 1), done, owner);
  }

  private Call mapping() {
    long flags =
        values.oneIn(4)
            ? values.pointer(at)
            : Operand.number(values.below(3) | (values.oneIn(2) ? VaFlags.ALL : 0));
    long address = values.oneIn(20) ? tableAddress() : values.window();
    return values.oneIn(6)
        ? plain(UPDATE_VA_MAPPING_OTHERDOMAIN, address, values.entry(), flags, values.domain())
        : plain(UPDATE_VA_MAPPING, address, values.entry(), flags);
  }

  private Call grant() {
    boolean common = values.oneIn(2);
    Ops.Op op =
        common ? Ops.GRANTS.get(values.below(2)) : Ops.GRANTS.get(values.below(Ops.GRANTS.size()));
    if (op.number() == GrantOp.SET_VERSION && !values.oneIn(10)) {
      op = Ops.GRANTS.get(0);
    }
    int count = values.oneIn(3) ? 1 + values.below(3) : 1;
    for (int i = 0; i < count; i++) {
      structures.fill(op.layout(), at + i * op.layout().size());
    }
    if (op.number() == GrantOp.MAP_GRANT_REF && !values.oneIn(4)) {
      int flags = 2 | (values.oneIn(4) ? 1 : 0) | (values.oneIn(3) ? 4 : 0);
      boolean contained = values.oneIn(4);
      program.set(at, 8, contained ? values.slot(0) : values.window());
      program.set(at + 8, 4, Operand.number(flags | (contained ? 0x10 : 0)));
    }
    long number = Operand.number(op.number());
    long arguments = values.pointer(at);
    return new Call(GRANT_TABLE_OP, op.layout(), number, arguments, values.small(count + 1));
  }

  private Call event() {
    return structured(EVENT_CHANNEL_OP, Ops.EVENTS);
  }

  /** A call with a command and a pointer to its structure. */
  private Call structured(int number, List<Ops.Op> ops) {
    Ops.Op op = ops.get(values.below(ops.size()));
    if (op.rare() && !values.oneIn(RARE)) {
      op = ops.get(0);
    }
    structures.fill(op.layout(), at);
    long command = values.oneIn(100) ? values.small(64) : Operand.number(op.number());
    return new Call(number, op.layout(), command, values.pointer(at));
  }

  private Call memory() {
    if (values.oneIn(6)) {
      int command = values.below(30);
      return plain(MEMORY_OP, Operand.number(command), values.pointer(at));
    }
    Call call = structured(MEMORY_OP, Ops.MEMORY);
    // Lists in which frames come back: they may be granted, mapped or given away later.
    if (call.arguments[0] == Operand.number(MemoryOp.INCREASE_RESERVATION)
        || call.arguments[0] == Operand.number(MemoryOp.POPULATE_PHYSMAP)) {
      issue(call);
      program.keep(at + 0x400, 8, Operand.FRAME);
    }
    return call;
  }

  private Call vcpu() {
    Ops.Op op = Ops.VCPUS.get(values.below(Ops.VCPUS.size()));
    if (op.rare() && !values.oneIn(RARE)) {
      op = Ops.VCPUS.get(0);
    }
    if (op.layout() != null) {
      structures.fill(op.layout(), at);
    }
    if (op.number() == VcpuOp.INITIALISE) {
      for (int i = 0; i < 20; i++) {
        program.set(at + 8 * values.below(600), 8, values.wild());
      }
    }
    long vcpu = values.small(3);
    return plain(VCPU_OP, Operand.number(op.number()), vcpu, values.pointer(at));
  }

  private Call sched() {
    Ops.Op op = Ops.SCHEDULES.get(values.below(Ops.SCHEDULES.size()));
    if (op.rare() && !values.oneIn(RARE)) {
      op = Ops.SCHEDULES.get(0);
    }
    if (op.number() == SchedOp.POLL) {
      program.set(at + 0x400, 4, values.port());
      program.set(at, 8, Operand.argument(at + 0x400));
      program.set(at + 8, 4, values.small(3));
      program.set(at + 16, 8, Operand.time(values.below(50_000)));
    } else if (op.layout() != null) {
      structures.fill(op.layout(), at);
    }
    return plain(SCHED_OP, Operand.number(op.number()), values.pointer(at));
  }

  private Call registers() {
    return switch (values.below(10)) {
      case 0 -> {
        program.set(at, 8, Operand.frame(values.oneIn(2) ? Operand.DESCRIPTORS : values.role(), 1));
        program.set(at + 8, 8, values.frame());
        yield plain(SET_GDT, values.pointer(at), values.small(1025));
      }
      case 1 -> {
        int role = values.oneIn(4) ? values.role() : Operand.DESCRIPTORS;
        long where = Operand.machine(role, values.below(3), 8 * values.below(32));
        long descriptor = values.oneIn(2) ? Operand.number(0x00affb000000ffffL) : values.wild();
        yield plain(UPDATE_DESCRIPTOR, where, descriptor);
      }
      case 2 -> plain(SET_DEBUGREG, values.small(9), values.wild());
      case 3 -> plain(GET_DEBUGREG, values.small(9));
      case 4 -> plain(FPU_TASKSWITCH, values.small(2));
      case 5 -> plain(SET_SEGMENT_BASE, Operand.number(values.oneIn(RARE) ? 2 : 1), values.wild());
      case 6 -> plain(SET_SEGMENT_BASE, Operand.number(values.below(2)), values.wild());
      case 7 -> plain(SET_TIMER_OP, Operand.time(values.below(200_000) - 1000));
      case 8 ->
          values.oneIn(RARE)
              ? plain(STACK_SWITCH, values.wild(), values.wild())
              : plain(VM_ASSIST, values.small(2), values.small(40));
      default ->
          values.oneIn(RARE)
              ? plain(SET_TRAP_TABLE, values.pointer(at))
              : plain(SET_TRAP_TABLE, Operand.number(0x800000000000L));
    };
  }

  private Call other() {
    return switch (values.below(12)) {
      case 0 -> plain(XEN_VERSION, values.small(12), values.pointer(at));
      case 1 -> plain(CONSOLE_IO, values.small(3), values.small(64), values.pointer(at));
      case 2 -> structured(PHYSDEV_OP, Ops.PHYSDEV);
      case 3 -> plain(NMI_OP, values.small(3), values.pointer(at));
      case 4 -> values.oneIn(RARE) ? structured(CALLBACK_OP, Ops.CALLBACKS) : event();
      case 5 -> {
        structures.fill(Domctl.LAYOUT, at);
        program.set(at, 4, values.small(90));
        program.set(at + 4, 4, Operand.number(0x15));
        yield plain(values.oneIn(2) ? DOMCTL : SYSCTL, values.pointer(at));
      }
      case 6 -> plain(PLATFORM_OP, values.pointer(at));
      case 7 -> {
        int number = 2 + values.below(62);
        boolean harmless =
            number != SCHED_OP && number != SET_GDT && number != STACK_SWITCH && number != IRET;
        yield plain(
            harmless && number != 4 && number != 0 ? number : 63,
            values.wild(),
            values.wild(),
            values.wild(),
            values.wild(),
            values.wild());
      }
      default -> grant();
    };
  }
}
