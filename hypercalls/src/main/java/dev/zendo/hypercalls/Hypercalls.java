package dev.zendo.hypercalls;

import dev.zendo.hypercalls.Argument.Kind;
import dev.zendo.hypercalls.Hypercall.CommandPlace;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of hypercalls: numbers as constants for callers and handlers, rows for dispatch, traces
 * and documentation. Immutable and thread-safe.
 */
public final class Hypercalls {
  public static final int SET_TRAP_TABLE = 0;
  public static final int MMU_UPDATE = 1;
  public static final int SET_GDT = 2;
  public static final int STACK_SWITCH = 3;
  public static final int SET_CALLBACKS = 4;
  public static final int FPU_TASKSWITCH = 5;
  public static final int SCHED_OP_COMPAT = 6;
  public static final int PLATFORM_OP = 7;
  public static final int SET_DEBUGREG = 8;
  public static final int GET_DEBUGREG = 9;
  public static final int UPDATE_DESCRIPTOR = 10;
  public static final int MEMORY_OP = 12;
  public static final int MULTICALL = 13;
  public static final int UPDATE_VA_MAPPING = 14;
  public static final int SET_TIMER_OP = 15;
  public static final int EVENT_CHANNEL_OP_COMPAT = 16;
  public static final int XEN_VERSION = 17;
  public static final int CONSOLE_IO = 18;
  public static final int PHYSDEV_OP_COMPAT = 19;
  public static final int GRANT_TABLE_OP = 20;
  public static final int VM_ASSIST = 21;
  public static final int UPDATE_VA_MAPPING_OTHERDOMAIN = 22;
  public static final int IRET = 23;
  public static final int VCPU_OP = 24;
  public static final int SET_SEGMENT_BASE = 25;
  public static final int MMUEXT_OP = 26;
  public static final int XSM_OP = 27;
  public static final int NMI_OP = 28;
  public static final int SCHED_OP = 29;
  public static final int CALLBACK_OP = 30;
  public static final int XENOPROF_OP = 31;
  public static final int EVENT_CHANNEL_OP = 32;
  public static final int PHYSDEV_OP = 33;
  public static final int HVM_OP = 34;
  public static final int SYSCTL = 35;
  public static final int DOMCTL = 36;
  public static final int KEXEC_OP = 37;
  public static final int TMEM_OP = 38;
  public static final int ARGO_OP = 39;
  public static final int XENPMU_OP = 40;
  public static final int DM_OP = 41;
  public static final int HYPFS_OP = 42;
  public static final int MCA = 48;

  /** One more than the highest number that the table may hold. */
  public static final int LIMIT = 64;

  private static final Hypercall[] TABLE = new Hypercall[LIMIT];

  static {
    add(
        SET_TRAP_TABLE,
        "set_trap_table",
        "Registers exception handlers.",
        "traps:hex",
        Support.SUPPORTED);
    add(
        MMU_UPDATE,
        "mmu_update",
        "Updates page-table entries and the machine-to-phys table.",
        "ureqs:hex count:num pdone:hex foreigndom:dom",
        Support.SUPPORTED);
    add(
        SET_GDT,
        "set_gdt",
        "Installs the frames of the GDT.",
        "frames:hex entries:num",
        Support.SUPPORTED);
    add(
        STACK_SWITCH,
        "stack_switch",
        "Sets the kernel stack that user mode enters on.",
        "ss:hex sp:hex",
        Support.SUPPORTED);
    add(
        SET_CALLBACKS,
        "set_callbacks",
        "Registers the event, failsafe and syscall entry points.",
        "event:hex failsafe:hex syscall:hex",
        Support.SUPPORTED);
    add(
        FPU_TASKSWITCH,
        "fpu_taskswitch",
        "Sets or clears the task-switched flag.",
        "set:num",
        Support.SUPPORTED);
    add(
        SCHED_OP_COMPAT,
        "sched_op_compat",
        "Old form of sched_op: yield, block, shutdown.",
        "cmd:num arg:hex",
        Support.SUPPORTED);
    add(
        PLATFORM_OP,
        "platform_op",
        "Controls the machine.",
        "op:hex",
        CommandPlace.STRUCTURE,
        "XENPF_",
        SubOperations.platform(),
        Support.refused("-EPERM, -ENOSYS in domain 0"));
    add(
        SET_DEBUGREG,
        "set_debugreg",
        "Writes a debug register.",
        "reg:num value:hex",
        Support.SUPPORTED);
    add(GET_DEBUGREG, "get_debugreg", "Reads a debug register.", "reg:num", Support.SUPPORTED);
    add(
        UPDATE_DESCRIPTOR,
        "update_descriptor",
        "Writes one descriptor.",
        "maddr:hex desc:hex",
        Support.SUPPORTED);
    add(
        MEMORY_OP,
        "memory_op",
        "Allocates, frees and describes memory.",
        "cmd:cmd arg:hex",
        CommandPlace.ARGUMENT,
        "XENMEM_",
        SubOperations.memory(),
        Support.SUPPORTED);
    add(
        MULTICALL,
        "multicall",
        "Runs a list of hypercalls.",
        "calls:hex count:num",
        Support.SUPPORTED);
    add(
        UPDATE_VA_MAPPING,
        "update_va_mapping",
        "Writes the page-table entry that maps an address.",
        "va:hex pte:hex flags:hex",
        Support.SUPPORTED);
    add(
        SET_TIMER_OP,
        "set_timer_op",
        "Sets the one-shot timer of the vcpu.",
        "timeout:num",
        Support.SUPPORTED);
    add(
        EVENT_CHANNEL_OP_COMPAT,
        "event_channel_op_compat",
        "Old form of event_channel_op: one structure.",
        "op:hex",
        CommandPlace.STRUCTURE,
        "EVTCHNOP_",
        SubOperations.eventChannel(),
        Support.SUPPORTED);
    add(
        XEN_VERSION,
        "xen_version",
        "Describes the hypervisor.",
        "cmd:cmd arg:hex",
        CommandPlace.ARGUMENT,
        "XENVER_",
        SubOperations.version(),
        Support.SUPPORTED);
    add(
        CONSOLE_IO,
        "console_io",
        "Writes to or reads from the console of the hypervisor.",
        "cmd:cmd count:num buffer:hex",
        CommandPlace.ARGUMENT,
        "CONSOLEIO_",
        SubOperations.consoleIo(),
        Support.SUPPORTED);
    add(
        PHYSDEV_OP_COMPAT,
        "physdev_op_compat",
        "Old form of physdev_op: one structure.",
        "op:hex",
        CommandPlace.STRUCTURE,
        "PHYSDEVOP_",
        SubOperations.physdev(),
        Support.SUPPORTED);
    add(
        GRANT_TABLE_OP,
        "grant_table_op",
        "Shares frames with other domains.",
        "cmd:cmd uop:hex count:num",
        CommandPlace.ARGUMENT,
        "GNTTABOP_",
        SubOperations.grantTable(),
        Support.SUPPORTED);
    add(
        VM_ASSIST,
        "vm_assist",
        "Switches per-domain behaviours.",
        "cmd:cmd type:num",
        CommandPlace.ARGUMENT,
        "VMASST_CMD_",
        SubOperations.vmAssist(),
        Support.SUPPORTED);
    add(
        UPDATE_VA_MAPPING_OTHERDOMAIN,
        "update_va_mapping_otherdomain",
        "The same with frames of another domain.",
        "va:hex pte:hex flags:hex domid:dom",
        Support.SUPPORTED);
    add(IRET, "iret", "Returns from an exception, event or system call.", "", Support.SUPPORTED);
    add(
        VCPU_OP,
        "vcpu_op",
        "Controls vcpus of the own domain.",
        "cmd:cmd vcpuid:num arg:hex",
        CommandPlace.ARGUMENT,
        "VCPUOP_",
        SubOperations.vcpu(),
        Support.SUPPORTED);
    add(
        SET_SEGMENT_BASE,
        "set_segment_base",
        "Sets an FS or GS base.",
        "which:num base:hex",
        Support.SUPPORTED);
    add(
        MMUEXT_OP,
        "mmuext_op",
        "Pins tables, switches page tables, flushes TLBs.",
        "ops:hex count:num pdone:hex foreigndom:dom",
        CommandPlace.LIST,
        "MMUEXT_",
        SubOperations.mmuext(),
        Support.SUPPORTED);
    add(XSM_OP, "xsm_op", "Controls the security module.", "op:hex", Support.refused(Errno.ENOSYS));
    add(
        NMI_OP,
        "nmi_op",
        "Registers the handler of virtual NMIs.",
        "cmd:cmd arg:hex",
        CommandPlace.ARGUMENT,
        "XENNMI_",
        SubOperations.nmi(),
        Support.SUPPORTED);
    add(
        SCHED_OP,
        "sched_op",
        "Blocks, yields, polls, ends the domain.",
        "cmd:cmd arg:hex",
        CommandPlace.ARGUMENT,
        "SCHEDOP_",
        SubOperations.sched(),
        Support.SUPPORTED);
    add(
        CALLBACK_OP,
        "callback_op",
        "Registers entry points.",
        "cmd:cmd arg:hex",
        CommandPlace.ARGUMENT,
        "CALLBACKOP_",
        SubOperations.callback(),
        Support.SUPPORTED);
    add(
        XENOPROF_OP,
        "xenoprof_op",
        "Controls the profiler.",
        "op:num arg:hex",
        Support.refused("-ENODEV to init, -EPERM otherwise"));
    add(
        EVENT_CHANNEL_OP,
        "event_channel_op",
        "Binds, sends and closes event channels.",
        "cmd:cmd arg:hex",
        CommandPlace.ARGUMENT,
        "EVTCHNOP_",
        SubOperations.eventChannel(),
        Support.SUPPORTED);
    add(
        PHYSDEV_OP,
        "physdev_op",
        "Physical interrupts and I/O privileges.",
        "cmd:cmd arg:hex",
        CommandPlace.ARGUMENT,
        "PHYSDEVOP_",
        SubOperations.physdev(),
        Support.SUPPORTED);
    add(
        HVM_OP,
        "hvm_op",
        "Operations for HVM guests.",
        "cmd:num arg:hex",
        Support.refused("-EINVAL or -ENOSYS: there are no HVM guests"));
    add(
        SYSCTL,
        "sysctl",
        "Asks about and controls the hypervisor.",
        "op:hex",
        CommandPlace.STRUCTURE,
        "XEN_SYSCTL_",
        SubOperations.sysctl(),
        Support.SUPPORTED);
    add(
        DOMCTL,
        "domctl",
        "Creates and controls domains.",
        "op:hex",
        CommandPlace.STRUCTURE,
        "XEN_DOMCTL_",
        SubOperations.domctl(),
        Support.SUPPORTED);
    add(
        KEXEC_OP,
        "kexec_op",
        "Loads a crash kernel.",
        "op:num arg:hex",
        Support.refused(Errno.EPERM));
    add(
        TMEM_OP,
        "tmem_op",
        "Transcendent memory, gone from Xen.",
        "op:hex",
        Support.refused(Errno.ENOSYS));
    add(
        ARGO_OP,
        "argo_op",
        "Message passing between domains.",
        "cmd:num arg1:hex arg2:hex arg3:hex arg4:hex",
        Support.refused(Errno.ENOSYS));
    add(
        XENPMU_OP,
        "xenpmu_op",
        "Virtual performance counters.",
        "cmd:cmd arg:hex",
        CommandPlace.ARGUMENT,
        "XENPMU_",
        SubOperations.pmu(),
        Support.refused(Errno.EOPNOTSUPP));
    add(
        DM_OP,
        "dm_op",
        "Device models of HVM guests.",
        "domid:dom nr_bufs:num bufs:hex",
        Support.refused("-EINVAL: there are no HVM guests"));
    add(
        HYPFS_OP,
        "hypfs_op",
        "File system of hypervisor parameters.",
        "cmd:num arg1:hex arg2:hex arg3:hex arg4:hex",
        Support.refused(Errno.EPERM));
    add(MCA, "mca", "Machine checks.", "op:hex", Support.refused(Errno.EPERM));
  }

  private Hypercalls() {}

  /** The row of a hypercall, or null when no hypercall has this number. */
  public static Hypercall get(long number) {
    return number >= 0 && number < LIMIT ? TABLE[(int) number] : null;
  }

  /** All rows in the order of their numbers. */
  public static List<Hypercall> all() {
    List<Hypercall> rows = new ArrayList<>();
    for (Hypercall row : TABLE) {
      if (row != null) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static void add(
      int number, String name, String purpose, String arguments, Support support) {
    add(number, name, purpose, arguments, CommandPlace.NONE, "", List.of(), support);
  }

  private static void add(
      int number,
      String name,
      String purpose,
      String arguments,
      CommandPlace place,
      String prefix,
      List<SubOperation> operations,
      Support support) {
    TABLE[number] =
        new Hypercall(
            number, name, purpose, arguments(arguments), place, prefix, operations, support);
  }

  /** Reads a list such as {@code "cmd:cmd count:num buffer:hex"}. */
  private static List<Argument> arguments(String list) {
    List<Argument> arguments = new ArrayList<>();
    if (!list.isEmpty()) {
      for (String word : list.split(" ")) {
        int colon = word.indexOf(':');
        arguments.add(new Argument(word.substring(0, colon), kind(word.substring(colon + 1))));
      }
    }
    return List.copyOf(arguments);
  }

  private static Kind kind(String word) {
    return switch (word) {
      case "hex" -> Kind.HEX;
      case "num" -> Kind.NUMBER;
      case "dom" -> Kind.DOMAIN;
      case "cmd" -> Kind.COMMAND;
      default -> throw new IllegalArgumentException(word);
    };
  }
}
