package dev.zendo.hypervisor.engine.direct;

/** The floating-point state that Java finds in the processor on the current thread. */
public final class HostFpu {
  /** x87 tags when all eight registers are empty. */
  public static final int EMPTY = 0xffff;

  private HostFpu() {}

  /** The x87 tag word: two bits for each register. */
  public static int x87Tags() {
    return environment(8);
  }

  /** The x87 control word. */
  public static int x87Control() {
    return environment(0);
  }

  /** 16 bits of the environment that FNSTENV stores. */
  private static int environment(int offset) {
    CodeBuffer code = new CodeBuffer();
    code.bytes(0xd9, 0x34, 0x24, 0xd9, 0x24, 0x24); // fnstenv [rsp]; fldenv [rsp]
    code.bytes(0x0f, 0xb7, 0x44, 0x24, offset); // movzx eax, word [rsp + offset]
    return (int) HostProbe.run(code, Fields.CONTINUE);
  }

  /** MXCSR. */
  public static int mxcsr() {
    CodeBuffer code = new CodeBuffer();
    code.bytes(0x0f, 0xae, 0x1c, 0x24, 0x8b, 0x04, 0x24); // stmxcsr [rsp]; mov eax, [rsp]
    return (int) HostProbe.run(code, Fields.CONTINUE);
  }
}
