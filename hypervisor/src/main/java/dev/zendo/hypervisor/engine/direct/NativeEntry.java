package dev.zendo.hypervisor.engine.direct;

import com.sun.jna.Function;
import com.sun.jna.JNIEnv;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;

/**
 * The way from Java into emitted code: a native method whose body is emitted code, without any
 * library of our own. A call costs what a call of any native method costs; the thread counts as
 * being in native code, so the garbage collector does not wait for it.
 */
final class NativeEntry {
  /** Index of RegisterNatives in the table of JNI functions (JNI specification, chapter 4). */
  private static final int REGISTER_NATIVES = 215;

  private static final Map<String, ?> OBJECTS_ALLOWED =
      Collections.singletonMap(Library.OPTION_ALLOW_OBJECTS, Boolean.TRUE);

  private static long bound;

  private NativeEntry() {}

  /**
   * Runs the bound stub, which gets JNIEnv* in RDI, the class in RSI and {@code state} in RDX.
   *
   * @return what the stub returns in RAX
   */
  static native long enter(long state);

  /**
   * Makes the code at {@code stub} the body of {@link #enter}, once per JVM. The code stays there
   * for the life of the JVM.
   *
   * @throws IllegalStateException when another stub is bound
   * @throws UnsupportedOperationException when the host does not allow it
   */
  static synchronized void bind(long stub) {
    if (bound == stub) {
      return;
    }
    if (bound != 0) {
      throw new IllegalStateException("another stub is bound");
    }
    try (CodeArea area = CodeArea.map(1)) {
      emitCall(REGISTER_NATIVES).writeTo(area, area.base());
      registerEnter(Function.getFunction(new Pointer(area.base())), stub);
    }
    bound = stub;
  }

  /** Code that passes its arguments on to a JNI function of the environment in RDI. */
  private static CodeBuffer emitCall(int index) {
    CodeBuffer code = new CodeBuffer();
    code.bytes(0x48, 0x8b, 0x07); // mov rax, [rdi]
    return code.bytes(0xff, 0xa0).int32(8 * index); // jmp [rax + 8 * index]
  }

  private static void registerEnter(Function registerNatives, long stub) {
    try (Memory name = text("enter");
        Memory signature = text("(J)J");
        Memory method = new Memory(3L * Long.BYTES)) {
      method.setPointer(0, name);
      method.setPointer(Long.BYTES, signature);
      method.setLong(2L * Long.BYTES, stub);
      Object[] arguments = {JNIEnv.CURRENT, NativeEntry.class, method, 1};
      Object result = registerNatives.invoke(Integer.class, arguments, OBJECTS_ALLOWED);
      if (!result.equals(0)) {
        throw new UnsupportedOperationException("RegisterNatives refused with " + result);
      }
    }
  }

  private static Memory text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
    Memory memory = new Memory(bytes.length + 1L);
    memory.clear();
    memory.write(0, bytes, 0, bytes.length);
    return memory;
  }
}
