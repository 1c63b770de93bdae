package dev.zendo.dom0;

import dev.zendo.dom0.image.ElfMaker;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A kernel of a few instructions; hypercalls leave RSI of the start intact in RBX. */
public final class TinyKernel {
  /** Where it is loaded. */
  static final long BASE = 0x100000;

  private final ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

  /** A kernel that does nothing yet. */
  public TinyKernel() {
    bytes.put(new byte[] {0x48, (byte) 0x89, (byte) 0xf3}); // mov rbx, rsi
  }

  /** Instructions, byte by byte. */
  public TinyKernel put(int... values) {
    for (int value : values) {
      bytes.put((byte) value);
    }
    return this;
  }

  /** A number of four bytes. */
  public TinyKernel putInt(int value) {
    bytes.putInt(value);
    return this;
  }

  /** mov eax, number; mov edi, first; mov rsi, second; syscall. */
  public TinyKernel hypercall(int number, int first, long second) {
    put(0xb8);
    bytes.putInt(number);
    put(0xbf);
    bytes.putInt(first);
    put(0x48, 0xbe);
    bytes.putLong(second);
    return put(0x0f, 0x05);
  }

  /** sched_op(shutdown, reason): the structure lies behind the code. */
  public TinyKernel shutdown(int reason) {
    return hypercall(29, 2, BASE + 0x800 + 4L * reason);
  }

  /** A kernel that holds its processor for ever. */
  public static TinyKernel endless() {
    return new TinyKernel().put(0xeb, 0xfe);
  }

  /** The whole file. */
  public ElfMaker elf() {
    byte[] text = new byte[0x1000];
    bytes.get(0, text, 0, 0x800);
    for (int reason = 0; reason < 8; reason++) {
      text[0x800 + 4 * reason] = (byte) reason;
    }
    return new ElfMaker()
        .entry(BASE)
        .load(BASE, BASE, text, 0x1000)
        .note(5, "xen-3.0")
        .symbol("start", BASE, 0x800);
  }
}
