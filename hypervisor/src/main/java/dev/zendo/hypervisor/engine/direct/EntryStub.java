package dev.zendo.hypervisor.engine.direct;

/**
 * The code between {@link NativeEntry#enter} and emitted blocks.
 *
 * <p>{@code enter} saves what belongs to the host and jumps to the address in a field of the state
 * block. What emitted code finds there and has to keep:
 *
 * <ul>
 *   <li>R15 is the state base, the argument of {@code enter}. All other general registers, the
 *       flags and vector registers are free.
 *   <li>RSP is the thread's stack, aligned to 16 bytes; {@link #SCRATCH_BYTES} bytes from RSP up
 *       are scratch. At {@code exit} RSP is as it was. Signal handlers run below it at any time.
 *   <li>At {@code exit} RAX is the result; MXCSR, the x87 control word and DF may be anything. The
 *       x87 stack is empty and no x87 exception is pending (the JVM computes remainders there). TF
 *       and AC are clear.
 *   <li>Java destroys all vector registers until the next {@code enter}.
 * </ul>
 */
final class EntryStub {
  /** Bytes at RSP that emitted code may use as it likes. */
  static final int SCRATCH_BYTES = 64;

  // The frame: scratch, then these; with six pushed registers and the return address the size
  // keeps RSP aligned.
  private static final int MXCSR = SCRATCH_BYTES;
  private static final int CONTROL_WORD = SCRATCH_BYTES + 4;
  private static final int FRAME = SCRATCH_BYTES + 8;

  private static EntryStub installed;

  private final int continueOffset;
  private final long enterAddress;
  private final long exitAddress;

  private EntryStub(CodeArea area, int continueOffset) {
    CodeBuffer code = new CodeBuffer();
    emitEnter(code, continueOffset);
    this.continueOffset = continueOffset;
    enterAddress = area.base();
    exitAddress = area.base() + code.length();
    emitExit(code);
    code.writeTo(area, enterAddress);
  }

  /**
   * The stub of this JVM, bound to {@link NativeEntry#enter}. The first call makes it.
   *
   * @param continueOffset offset in the state block of the 8-byte address where {@code enter} goes
   *     on; the same in all calls
   * @throws UnsupportedOperationException when the host does not allow it
   */
  static synchronized EntryStub install(int continueOffset) {
    if (installed == null) {
      installed = bind(continueOffset);
    }
    if (installed.continueOffset != continueOffset) {
      throw new IllegalStateException("the stub continues at another field");
    }
    return installed;
  }

  /** The area is kept for the life of the JVM, because the native method is. */
  private static EntryStub bind(int continueOffset) {
    CodeArea area = CodeArea.map(1);
    try {
      EntryStub stub = new EntryStub(area, continueOffset);
      NativeEntry.bind(stub.enterAddress);
      return stub;
    } catch (UnsupportedOperationException e) {
      area.close();
      throw e;
    }
  }

  /** Where {@link NativeEntry#enter} begins: the state base in RDX. */
  long enterAddress() {
    return enterAddress;
  }

  /** Where emitted code jumps to return RAX to Java. */
  long exitAddress() {
    return exitAddress;
  }

  private static void emitEnter(CodeBuffer code, int continueOffset) {
    code.bytes(0x53, 0x55, 0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57); // push callee-saved
    code.bytes(0x48, 0x83, 0xec, FRAME); // sub rsp, FRAME
    code.bytes(0x0f, 0xae, 0x5c, 0x24, MXCSR); // stmxcsr [rsp + MXCSR]
    code.bytes(0xd9, 0x7c, 0x24, CONTROL_WORD); // fnstcw [rsp + CONTROL_WORD]
    code.bytes(0x49, 0x89, 0xd7); // mov r15, rdx
    code.bytes(0x41, 0xff, 0xa7).int32(continueOffset); // jmp [r15 + continueOffset]
  }

  /** Position-independent: an area too far away for near jumps can have an exit of its own. */
  static void emitExit(CodeBuffer code) {
    code.bytes(0x0f, 0xae, 0x54, 0x24, MXCSR); // ldmxcsr [rsp + MXCSR]
    code.bytes(0xd9, 0x6c, 0x24, CONTROL_WORD); // fldcw [rsp + CONTROL_WORD]
    code.bytes(0xfc); // cld
    code.bytes(0x48, 0x83, 0xc4, FRAME); // add rsp, FRAME
    code.bytes(0x41, 0x5f, 0x41, 0x5e, 0x41, 0x5d, 0x41, 0x5c, 0x5d, 0x5b); // pop callee-saved
    code.bytes(0xc3); // ret
  }
}
