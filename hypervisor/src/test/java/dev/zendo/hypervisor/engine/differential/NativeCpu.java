package dev.zendo.hypervisor.engine.differential;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.Locale;

/**
 * The host's processor as the oracle: runs one instruction on many {@link CaseBlock}s.
 *
 * <p>A thunk loads the whole register file from a block, jumps to the instruction and stores
 * everything back. Exceptions become signals; our handler (emitted code as well) writes them into
 * the block and resumes at the storing end of the thunk, whatever RIP has become. Signals outside
 * of tests go on to the JVM's handler. Signals are taken on a stack of their own, because RSP may
 * hold anything.
 *
 * <p>One instance per process and one thread at a time; {@link #close} gives the signals back.
 */
final class NativeCpu implements AutoCloseable {
  private static final int SIGILL = 4;
  private static final int SIGTRAP = 5;
  private static final int SIGBUS = 7;
  private static final int SIGFPE = 8;
  private static final int SIGSEGV = 11;
  private static final int[] SIGNALS = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV};

  // Variables of the thunk.
  private static final long HOST_RSP = AddressMap.DATA;
  private static final long BLOCK = AddressMap.DATA + 8;
  private static final long COUNT = AddressMap.DATA + 16;
  private static final long TARGET = AddressMap.DATA + 24;
  private static final long NEXT_RIP = AddressMap.DATA + 32;
  private static final long SAVED_RAX = AddressMap.DATA + 40;
  private static final long SAVED_RCX = AddressMap.DATA + 48;
  private static final long UNDER_TEST = AddressMap.DATA + 56;
  private static final long NEW_STACK = AddressMap.DATA + 64;
  private static final long OLD_STACK = AddressMap.DATA + 96;
  private static final long FAR_TARGET = AddressMap.DATA + 120;
  private static final long OLD_HANDLERS = AddressMap.DATA + 128;
  private static final long HOST_FX = AddressMap.DATA + 1024;

  // Linux ucontext_t of x86-64: the general registers begin at 40.
  private static final int CONTEXT_RIP = 168;
  private static final int CONTEXT_CS = 184;
  private static final int CONTEXT_SS = 190;
  private static final int CONTEXT_ERROR = 192;
  private static final int CONTEXT_VECTOR = 200;
  private static final int CONTEXT_CR2 = 216;

  private static final int SIGACTION_SIZE = 152;
  private static final int SIGACTION_FLAGS = 136;
  private static final int SA_SIGINFO_ONSTACK_NODEFER = 0x4800_0004;
  private static final int SYS_SIGALTSTACK = 131;
  private static final int SYS_MODIFY_LDT = 154;
  private static final int SYS_ARCH_PRCTL = 158;
  private static final int ARCH_SET_GS = 0x1001;

  private static final int CODE64_SELECTOR = 0x33;
  private static final int STACK_SELECTOR = 0x2b;

  /** ES, SS, DS and GS with the second byte of MOV from EAX. */
  private static final int[][] LOADED = {
    {CpuState.ES, 0xc0}, {CpuState.SS, 0xd0}, {CpuState.DS, 0xd8}, {CpuState.GS, 0xe8}
  };

  private static final int RAX = 0;
  private static final int RCX = 1;
  private static final int RBX = 3;
  private static final int RSP = 4;

  /** Most bytes of harness code behind an instruction. */
  static final int LONGEST_END = 8;

  private final NativeLibrary c = NativeLibrary.getInstance("c");
  private final Function entry;
  private final Segmentation segments;
  private final Memory[] oldActions = new Memory[SIGNALS.length];
  private long stubOk;
  private long stubFault;
  private long handler;

  /** Whether this host can be the oracle. */
  static boolean supported() {
    String architecture = System.getProperty("os.arch");
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    return (architecture.equals("amd64") || architecture.equals("x86_64"))
        && system.equals("linux");
  }

  /** Cases run in 64-bit mode. */
  NativeCpu() {
    this(Segmentation.LONG);
  }

  /** Cases run in the given segments. */
  NativeCpu(Segmentation segments) {
    this.segments = segments;
    map(AddressMap.DATA, AddressMap.THUNK_SIZE + 0x1000);
    map(AddressMap.CODE, AddressMap.CODE_SIZE);
    map(AddressMap.SCRATCH, AddressMap.SCRATCH_SIZE);
    map(AddressMap.SIGNAL_STACK, AddressMap.SIGNAL_STACK_SIZE);
    HostMemory.fill(AddressMap.CODE, AddressMap.CODE_SIZE, (byte) 0xcc);
    HostMemory.putLong(NEW_STACK, AddressMap.SIGNAL_STACK);
    HostMemory.putLong(NEW_STACK + 16, AddressMap.SIGNAL_STACK_SIZE);
    fillLocalTable();
    entry = Function.getFunction(new Pointer(emit()));
    for (int i = 0; i < SIGNALS.length; i++) {
      oldActions[i] = new Memory(SIGACTION_SIZE);
      Memory action = new Memory(SIGACTION_SIZE);
      action.clear();
      action.setLong(0, handler);
      action.setInt(SIGACTION_FLAGS, SA_SIGINFO_ONSTACK_NODEFER);
      call("sigaction", SIGNALS[i], null, oldActions[i]);
      HostMemory.putLong(OLD_HANDLERS + 8L * SIGNALS[i], oldActions[i].getLong(0));
      call("sigaction", SIGNALS[i], action, null);
    }
    call("syscall", SYS_ARCH_PRCTL, ARCH_SET_GS, AddressMap.GS_BASE);
  }

  /** Gives signals, GS and memory back. */
  @Override
  public void close() {
    call("syscall", SYS_ARCH_PRCTL, ARCH_SET_GS, 0L);
    for (int i = 0; i < SIGNALS.length; i++) {
      call("sigaction", SIGNALS[i], oldActions[i], null);
    }
    call("munmap", AddressMap.DATA, (long) AddressMap.THUNK_SIZE + 0x1000);
    call("munmap", AddressMap.CODE, (long) AddressMap.CODE_SIZE);
    call("munmap", AddressMap.SCRATCH, (long) AddressMap.SCRATCH_SIZE);
    call("munmap", AddressMap.SIGNAL_STACK, (long) AddressMap.SIGNAL_STACK_SIZE);
  }

  private void map(long address, int size) {
    int readWriteExecute = 7;
    int privateAnonymousFixedNoReplace = 0x10_0022;
    long result =
        c.getFunction("mmap")
            .invokeLong(
                new Object[] {
                  address, (long) size, readWriteExecute, privateAnonymousFixedNoReplace, -1, 0L
                });
    if (result != address) {
      throw new IllegalStateException("no executable memory at " + Long.toHexString(address));
    }
  }

  private void fillLocalTable() {
    Memory descriptor = new Memory(16);
    for (int entry = 0; entry < Segmentation.ENTRIES; entry++) {
      descriptor.write(0, Segmentation.userDescriptor(entry), 0, 4);
      // Writes an entry in the new format.
      call("syscall", SYS_MODIFY_LDT, 0x11, descriptor, descriptor.size());
    }
  }

  private void call(String function, Object... arguments) {
    if (c.getFunction(function).invokeInt(arguments) != 0) {
      throw new IllegalStateException(function + " failed");
    }
  }

  /**
   * Runs the instruction at {@code address} on {@code count} blocks in turn.
   *
   * @param address in the code area; the bytes are written there first
   */
  void run(long address, byte[] code, int length, long blocks, int count) {
    HostMemory.copyFromArray(code, 0, address, length);
    long end = address + length;
    long base = segments.base(CpuState.CS);
    int tail = end(end);
    HostMemory.putLong(TARGET, address);
    HostMemory.putInt(FAR_TARGET, (int) (address - base));
    HostMemory.putShort(FAR_TARGET + 4, (short) segments.selector(CpuState.CS));
    HostMemory.putLong(NEXT_RIP, end - base);
    entry.invokeVoid(new Object[] {blocks, (long) count});
    HostMemory.fill(address, (long) length + tail, (byte) 0xcc);
  }

  /** Writes the jump behind an instruction; returns its length. */
  private int end(long at) {
    if (segments == Segmentation.LONG) {
      HostMemory.putByte(at, (byte) 0xe9);
      HostMemory.putInt(at + 1, (int) (stubOk - at - 5));
      return 5;
    }
    int prefix = 0;
    if (segments == Segmentation.SHORT) {
      HostMemory.putByte(at, (byte) 0x66);
      prefix = 1;
    }
    HostMemory.putByte(at + prefix, (byte) 0xea);
    HostMemory.putInt(at + prefix + 1, (int) stubOk);
    HostMemory.putShort(at + prefix + 5, (short) CODE64_SELECTOR);
    return prefix + 7;
  }

  private void jump(Emitter e) {
    if (segments == Segmentation.LONG) {
      e.bytes(0xff, 0x24, 0x25).int32(TARGET); // jmp [TARGET]
    } else {
      e.bytes(0xff, 0x2c, 0x25).int32(FAR_TARGET); // jmp far [FAR_TARGET]
    }
  }

  /** Loads segment registers for cases, or with zero those of a 64-bit program. */
  private void loadSegments(Emitter e, boolean forCases) {
    if (segments == Segmentation.LONG) {
      return;
    }
    for (int[] load : LOADED) {
      int plain = load[0] == CpuState.SS ? STACK_SELECTOR : 0;
      e.constant(RAX, forCases ? segments.selector(load[0]) : plain).bytes(0x8e, load[1]);
    }
  }

  private long emit() {
    Emitter e = new Emitter(AddressMap.THUNK, AddressMap.THUNK_SIZE);
    long start = e.here();
    e.bytes(0x53, 0x55, 0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57); // push callee-saved
    e.store(HOST_RSP, RSP).store(BLOCK, 7).store(COUNT, 6);
    e.bytes(0x48, 0x0f, 0xae, 0x04, 0x25).int32(HOST_FX); // fxsave64
    switchSignalStack(e, NEW_STACK, OLD_STACK);
    long loop = e.here();
    loadSegments(e, true);
    loadState(e);
    jump(e);
    stubOk = e.here();
    e.store(SAVED_RAX, RAX).store(SAVED_RCX, RCX).load(RCX, BLOCK).load(RAX, NEXT_RIP);
    e.store(RCX, CaseBlock.RIP, RAX);
    e.load(RCX, SAVED_RCX).load(RAX, SAVED_RAX);
    stubFault = e.here();
    storeState(e);
    e.bytes(0x48, 0x81, 0x04, 0x25).int32(BLOCK).int32(CaseBlock.SIZE); // add [BLOCK], SIZE
    e.bytes(0x48, 0xff, 0x0c, 0x25).int32(COUNT); // dec [COUNT]
    e.jump(loop, 0x0f, 0x85); // jnz
    e.bytes(0x48, 0x0f, 0xae, 0x0c, 0x25).int32(HOST_FX); // fxrstor64
    loadSegments(e, false);
    switchSignalStack(e, OLD_STACK, 0);
    e.bytes(0x41, 0x5f, 0x41, 0x5e, 0x41, 0x5d, 0x41, 0x5c, 0x5d, 0x5b, 0xc3); // pop, ret
    emitHandler(e);
    return start;
  }

  private static void switchSignalStack(Emitter e, long to, long old) {
    e.constant(7, to).constant(6, old).constant(RAX, SYS_SIGALTSTACK).bytes(0x0f, 0x05);
  }

  private static void loadState(Emitter e) {
    e.bytes(0x48, 0xc7, 0x04, 0x25).int32(UNDER_TEST).int32(1); // mov [UNDER_TEST], 1
    e.load(RBX, BLOCK).lea(6, RBX, CaseBlock.MEMORY).constant(7, AddressMap.WINDOW);
    e.constant(RCX, CaseBlock.MEMORY_SIZE / 8).bytes(0xf3, 0x48, 0xa5); // rep movsq
    e.bytes(0x48, 0x0f, 0xae, 0x8b).int32(CaseBlock.FX); // fxrstor64 [rbx+FX]
    e.bytes(0xff, 0xb3).int32(CaseBlock.RFLAGS).bytes(0x9d); // push; popfq
    for (int register = 0; register < 16; register++) {
      if (register != RBX) {
        e.load(register, RBX, CaseBlock.GPR + 8 * register);
      }
    }
    e.load(RBX, RBX, CaseBlock.GPR + 8 * RBX);
  }

  private static void storeState(Emitter e) {
    e.store(SAVED_RAX, RAX).load(RAX, BLOCK);
    for (int register = 1; register < 16; register++) {
      e.store(RAX, CaseBlock.GPR + 8 * register, register);
    }
    e.bytes(0x48, 0xc7, 0x04, 0x25).int32(UNDER_TEST).int32(0); // mov [UNDER_TEST], 0
    e.load(RSP, HOST_RSP).bytes(0x9c, 0x8f, 0x80).int32(CaseBlock.RFLAGS); // pushfq; pop
    e.bytes(0xfc).load(RCX, SAVED_RAX).store(RAX, CaseBlock.GPR, RCX); // cld
    e.bytes(0x48, 0x0f, 0xae, 0x80).int32(CaseBlock.FX); // fxsave64 [rax+FX]
    e.lea(7, RAX, CaseBlock.MEMORY).constant(6, AddressMap.WINDOW);
    e.constant(RCX, CaseBlock.MEMORY_SIZE / 8).bytes(0xf3, 0x48, 0xa5); // rep movsq
  }

  /** The handler: RDI signal, RSI siginfo, RDX ucontext. */
  private void emitHandler(Emitter e) {
    handler = e.here();
    e.bytes(0x48, 0x83, 0x3c, 0x25).int32(UNDER_TEST).bytes(0); // cmp [UNDER_TEST], 0
    e.jump(0, 0x0f, 0x84); // je
    long foreign = e.here();
    e.load(RAX, 2, CONTEXT_RIP);
    e.load(RCX, BLOCK).store(RCX, CaseBlock.SIGNAL, 7).store(RCX, CaseBlock.RIP, RAX);
    e.load(RAX, 2, CONTEXT_VECTOR).store(RCX, CaseBlock.VECTOR, RAX);
    e.load(RAX, 2, CONTEXT_ERROR).store(RCX, CaseBlock.ERROR, RAX);
    e.load(RAX, 2, CONTEXT_CR2).store(RCX, CaseBlock.FAULT_ADDRESS, RAX);
    e.constant(RAX, CODE64_SELECTOR).bytes(0x66, 0x89, 0x82).int32(CONTEXT_CS); // mov [rdx+..],ax
    e.constant(RAX, STACK_SELECTOR).bytes(0x66, 0x89, 0x82).int32(CONTEXT_SS);
    e.constant(RAX, stubFault).store(2, CONTEXT_RIP, RAX).bytes(0xc3);
    e.patch(foreign);
    e.bytes(0x89, 0xf8, 0xff, 0x24, 0xc5).int32(OLD_HANDLERS); // mov eax,edi; jmp [8*rax+...]
  }
}
