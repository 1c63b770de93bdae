package dev.zendo.hypervisor.engine.direct;

import com.sun.jna.Memory;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.LibC;

/**
 * Catches SIGSEGV, SIGBUS, SIGFPE and SIGILL that emitted code raises.
 *
 * <p>The handler is emitted code itself: Java cannot run there. When RIP lies in a covered area, it
 * describes the fault in a record inside the state block, which R15 must point to then, sets RAX to
 * a marker and goes on at a recovery address. All other registers are as at the fault, the flags
 * but for TF, DF and AC as well; the x87 and vector state is untouched. Every other signal goes on
 * to the handler that was there before: HotSpot lives by such faults.
 *
 * <p>The handler runs on the thread's own stack, reads one table and writes only what belongs to
 * the thread, so threads may fault at the same time.
 */
final class FaultNet {
  /** Record: RIP of the instruction, 8 bytes. */
  static final int RECORD_RIP = 0;

  /** Record: the signal's number, 4 bytes. */
  static final int RECORD_SIGNAL = 8;

  /** Record: the processor's exception vector, 4 bytes. */
  static final int RECORD_VECTOR = 12;

  /** Record: CR2, 8 bytes; the address that failed if the vector is 14. */
  static final int RECORD_ADDRESS = 16;

  /** Record: RAX before it became the marker, 8 bytes. */
  static final int RECORD_RAX = 24;

  /** Bytes of a record. */
  static final int RECORD_SIZE = 32;

  static final int SIGILL = 4;
  static final int SIGBUS = 7;
  static final int SIGFPE = 8;
  static final int SIGSEGV = 11;

  /** Areas that can be covered at a time. */
  static final int SLOTS = 1024;

  private static final int[] SIGNALS = {SIGILL, SIGBUS, SIGFPE, SIGSEGV};
  private static final int SIGNAL_NUMBERS = 32;

  // A slot: the range in one word, so that the handler never sees half of it: number of the first
  // page, then the number of pages; 0 is free. The other words do not change while it is in use.
  private static final int SLOT_RANGE = 0;
  private static final int SLOT_RECOVERY = 8;
  private static final int SLOT_RECORD = 16;
  private static final int SLOT_MARKER = 24;
  private static final int SLOT_SIZE = 32;
  private static final int PAGE_SHIFT = 12;
  private static final int COUNT_BITS = 28;

  // Linux's siginfo_t and ucontext_t of x86-64.
  private static final int SIGINFO_CODE = 8;
  private static final int CONTEXT_R15 = 96;
  private static final int CONTEXT_RAX = 144;
  private static final int CONTEXT_RIP = 168;
  private static final int CONTEXT_RFLAGS = 176;
  private static final int CONTEXT_VECTOR = 200;
  private static final int CONTEXT_CR2 = 216;
  private static final int TF_DF_AC = 0x4_0500;

  private static FaultNet installed;

  private final long slots = HostMemory.allocate((long) SLOTS * SLOT_SIZE, 64);
  private final long formerHandlers = HostMemory.allocate(8L * SIGNAL_NUMBERS, 64);

  private FaultNet() {}

  /**
   * Covers an area until {@link #uncover}, which comes before the area is closed. The first call
   * installs the handler for the life of the JVM.
   *
   * @param recordOffset offset of the record in the state block
   * @param recovery where to go on after a fault
   * @param marker RAX at the recovery
   * @throws UnsupportedOperationException when the host does not allow it, or {@link #SLOTS} areas
   *     are covered
   */
  static synchronized void cover(CodeArea area, int recordOffset, long recovery, long marker) {
    if (installed == null) {
      installed = install();
    }
    long slot = installed.find(0);
    if (slot == 0) {
      throw new UnsupportedOperationException(SLOTS + " code areas are in use");
    }
    HostMemory.putLong(slot + SLOT_RECOVERY, recovery);
    HostMemory.putLong(slot + SLOT_RECORD, recordOffset);
    HostMemory.putLong(slot + SLOT_MARKER, marker);
    HostMemory.putLongRelease(slot + SLOT_RANGE, range(area));
  }

  /** Ends {@link #cover}; nobody executes in the area any more. */
  static synchronized void uncover(CodeArea area) {
    long slot = installed.find(range(area));
    if (slot == 0) {
      throw new IllegalStateException("area is not covered");
    }
    HostMemory.putLongRelease(slot + SLOT_RANGE, 0);
  }

  private static long range(CodeArea area) {
    return area.base() >>> PAGE_SHIFT << COUNT_BITS | area.size() >>> PAGE_SHIFT;
  }

  /** The slot of a range, 0 when there is none. */
  private long find(long range) {
    for (int i = 0; i < SLOTS; i++) {
      long slot = slots + (long) i * SLOT_SIZE;
      if (HostMemory.getLong(slot + SLOT_RANGE) == range) {
        return slot;
      }
    }
    return 0;
  }

  /** Tables and handler are never freed: signals come until the JVM ends. */
  private static FaultNet install() {
    Memory[] actions = new Memory[SIGNALS.length];
    for (int i = 0; i < SIGNALS.length; i++) {
      actions[i] = LibC.action(SIGNALS[i]);
      requireHandler(SIGNALS[i], actions[i]);
    }
    CodeArea area = CodeArea.map(1);
    FaultNet net = new FaultNet();
    net.emitHandler().writeTo(area, area.base());
    for (int i = 0; i < SIGNALS.length; i++) {
      long former = actions[i].getLong(LibC.SIGACTION_HANDLER);
      HostMemory.putLongRelease(net.formerHandlers + 8L * SIGNALS[i], former);
      actions[i].setLong(LibC.SIGACTION_HANDLER, area.base()); // HotSpot's flags and mask stay
      LibC.setAction(SIGNALS[i], actions[i]);
    }
    return net;
  }

  /** The handler passes signals on by a jump, so there must be a function of three arguments. */
  private static void requireHandler(int signal, Memory action) {
    if ((action.getInt(LibC.SIGACTION_FLAGS) & LibC.SA_SIGINFO) == 0) {
      throw new UnsupportedOperationException("the JVM does not handle signal " + signal);
    }
  }

  /** RDI is the signal, RSI its siginfo, RDX the ucontext. */
  private CodeBuffer emitHandler() {
    CodeBuffer code = new CodeBuffer();
    code.bytes(0x83, 0x7e, SIGINFO_CODE, 0); // cmp dword [rsi + SIGINFO_CODE], 0
    int sentByProcess = code.shortJump(0x7e); // jle
    int covered = emitSearch(code);
    code.land(sentByProcess);
    code.bytes(0x89, 0xf8); // mov eax, edi
    code.bytes(0x48, 0xb9).int64(formerHandlers); // mov rcx, formerHandlers
    code.bytes(0xff, 0x24, 0xc1); // jmp [rcx + 8 * rax]
    code.land(covered);
    emitRecovery(code);
    return code;
  }

  /** Finds the slot of the area where RIP lies; returns the jump that is taken with it in RCX. */
  private int emitSearch(CodeBuffer code) {
    code.bytes(0x48, 0x8b, 0x82).int32(CONTEXT_RIP); // mov rax, [rdx + CONTEXT_RIP]
    code.bytes(0x48, 0xc1, 0xe8, PAGE_SHIFT); // shr rax, PAGE_SHIFT
    code.bytes(0x48, 0xb9).int64(slots); // mov rcx, slots
    code.bytes(0x4c, 0x8d, 0x81).int32(SLOTS * SLOT_SIZE); // lea r8, [rcx + SLOTS * SLOT_SIZE]
    int next = code.length();
    code.bytes(0x4c, 0x8b, 0x49, SLOT_RANGE); // mov r9, [rcx + SLOT_RANGE]
    code.bytes(0x4d, 0x89, 0xca); // mov r10, r9
    code.bytes(0x49, 0xc1, 0xea, COUNT_BITS); // shr r10, COUNT_BITS
    code.bytes(0x41, 0x81, 0xe1).int32((1 << COUNT_BITS) - 1); // and r9d, count
    code.bytes(0x49, 0x89, 0xc3); // mov r11, rax
    code.bytes(0x4d, 0x29, 0xd3); // sub r11, r10
    code.bytes(0x4d, 0x39, 0xcb); // cmp r11, r9
    int covered = code.shortJump(0x72); // jb
    code.bytes(0x48, 0x83, 0xc1, SLOT_SIZE); // add rcx, SLOT_SIZE
    code.bytes(0x4c, 0x39, 0xc1); // cmp rcx, r8
    code.shortJump(0x75, next); // jne
    return covered;
  }

  /** Writes the record and makes the signal return to the recovery of the slot in RCX. */
  private static void emitRecovery(CodeBuffer code) {
    code.bytes(0x48, 0x8b, 0x42, CONTEXT_R15); // mov rax, [rdx + CONTEXT_R15]
    code.bytes(0x48, 0x03, 0x41, SLOT_RECORD); // add rax, [rcx + SLOT_RECORD]
    code.bytes(0x4c, 0x8b, 0x82).int32(CONTEXT_RIP); // mov r8, [rdx + CONTEXT_RIP]
    code.bytes(0x4c, 0x89, 0x40, RECORD_RIP); // mov [rax + RECORD_RIP], r8
    code.bytes(0x89, 0x78, RECORD_SIGNAL); // mov [rax + RECORD_SIGNAL], edi
    code.bytes(0x44, 0x8b, 0x82).int32(CONTEXT_VECTOR); // mov r8d, [rdx + CONTEXT_VECTOR]
    code.bytes(0x44, 0x89, 0x40, RECORD_VECTOR); // mov [rax + RECORD_VECTOR], r8d
    code.bytes(0x4c, 0x8b, 0x82).int32(CONTEXT_CR2); // mov r8, [rdx + CONTEXT_CR2]
    code.bytes(0x4c, 0x89, 0x40, RECORD_ADDRESS); // mov [rax + RECORD_ADDRESS], r8
    code.bytes(0x4c, 0x8b, 0x82).int32(CONTEXT_RAX); // mov r8, [rdx + CONTEXT_RAX]
    code.bytes(0x4c, 0x89, 0x40, RECORD_RAX); // mov [rax + RECORD_RAX], r8
    code.bytes(0x4c, 0x8b, 0x41, SLOT_MARKER); // mov r8, [rcx + SLOT_MARKER]
    code.bytes(0x4c, 0x89, 0x82).int32(CONTEXT_RAX); // mov [rdx + CONTEXT_RAX], r8
    code.bytes(0x4c, 0x8b, 0x41, SLOT_RECOVERY); // mov r8, [rcx + SLOT_RECOVERY]
    code.bytes(0x4c, 0x89, 0x82).int32(CONTEXT_RIP); // mov [rdx + CONTEXT_RIP], r8
    code.bytes(0x81, 0xa2).int32(CONTEXT_RFLAGS).int32(~TF_DF_AC); // and [rdx + CONTEXT_RFLAGS]
    code.bytes(0xc3); // ret
  }
}
