package dev.zendo.dom0.migrate;

import dev.zendo.dom0.migrate.stream.StreamException;
import dev.zendo.hypercalls.trap.CpuUserRegs;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import java.util.function.LongUnaryOperator;

/** The frames that a vcpu's context names, on their way into a stream or out of one. */
final class VcpuFrames {
  private static final int MAX_GDT_ENTRIES = 14 * 512;
  private static final int ENTRIES = 512;
  private static final int USER_ROOT = 1;
  private static final int KERNEL_ROOT = 3;
  private static final int SHIFT = 12;

  private VcpuFrames() {}

  /**
   * Exchanges the frames in a context.
   *
   * @param first whether it is that of vcpu 0, whose RDX names the start info page: the kernel
   *     hands it over with the hypercall by which it suspends
   * @param out whether it goes into a stream, where a user root has bit 0
   * @param frames from the frame that is there to the one that shall be
   */
  static void exchange(byte[] context, boolean first, boolean out, LongUnaryOperator frames) {
    Contents memory = new Contents(context);
    long regs = VcpuGuestContext.USER_REGS.at(0);
    if (first) {
      CpuUserRegs.RDX.set(memory, regs, frames.applyAsLong(CpuUserRegs.RDX.get(memory, regs)));
    }
    long entries = VcpuGuestContext.GDT_ENTS.get(memory, 0);
    if (entries < 0 || entries > MAX_GDT_ENTRIES) {
      throw new StreamException("a vcpu has a GDT of " + entries + " entries");
    }
    for (int i = 0; i < (entries + ENTRIES - 1) / ENTRIES; i++) {
      long frame = VcpuGuestContext.GDT_FRAMES.get(memory, 0, i);
      VcpuGuestContext.GDT_FRAMES.set(memory, 0, i, frames.applyAsLong(frame));
    }
    long kernel = VcpuGuestContext.CTRLREG.get(memory, 0, KERNEL_ROOT) >>> SHIFT;
    VcpuGuestContext.CTRLREG.set(memory, 0, KERNEL_ROOT, frames.applyAsLong(kernel) << SHIFT);
    long user = VcpuGuestContext.CTRLREG.get(memory, 0, USER_ROOT);
    if (out ? user != 0 : (user & 1) != 0) {
      long frame = frames.applyAsLong(user >>> SHIFT);
      VcpuGuestContext.CTRLREG.set(memory, 0, USER_ROOT, frame << SHIFT | (out ? 1 : 0));
    } else {
      VcpuGuestContext.CTRLREG.set(memory, 0, USER_ROOT, 0);
    }
  }
}
