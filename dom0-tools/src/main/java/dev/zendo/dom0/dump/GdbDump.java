package dev.zendo.dom0.dump;

import dev.zendo.dom0.dump.VirtualRanges.Range;
import dev.zendo.hypercalls.ByteArrayMemory;
import dev.zendo.hypercalls.layout.U64;
import dev.zendo.hypercalls.trap.CpuUserRegs;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/**
 * A core file for gdb: each vcpu is a thread, and memory is as the kernel of the first vcpu sees
 * it, by virtual addresses. Each page is in the file once, wherever it is seen.
 */
public final class GdbDump implements Dump {
  private static final int ELF_HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final short TYPE_CORE = 4;
  private static final short MACHINE_X86_64 = 62;
  private static final int LOAD = 1;
  private static final int NOTE = 4;
  private static final int ALL_RIGHTS = 7;

  private static final int NT_PRSTATUS = 1;
  private static final int NOTE_HEADER = 20;

  /** Bytes of struct elf_prstatus of Linux on x86-64, and of what comes before its registers. */
  private static final int STATUS = 336;

  private static final int BEFORE_REGISTERS = 112;
  private static final int PID = 32;

  private static final U64[] FIRST = {
    CpuUserRegs.R15, CpuUserRegs.R14, CpuUserRegs.R13, CpuUserRegs.R12, CpuUserRegs.RBP,
    CpuUserRegs.RBX, CpuUserRegs.R11, CpuUserRegs.R10, CpuUserRegs.R9, CpuUserRegs.R8,
    CpuUserRegs.RAX, CpuUserRegs.RCX, CpuUserRegs.RDX, CpuUserRegs.RSI, CpuUserRegs.RDI,
  };

  private static final int KERNEL_ROOT = 3;

  private final DomainImage image;
  private final List<Range> ranges;
  private final byte[] notes;

  /** A file about a domain. */
  public GdbDump(DomainImage image) {
    this.image = image;
    ranges =
        image.vcpus() == 0 ? List.of() : VirtualRanges.of(image, root(image.contexts().get(0)));
    ByteBuffer all =
        ByteBuffer.allocate(image.vcpus() * (NOTE_HEADER + STATUS)).order(ByteOrder.LITTLE_ENDIAN);
    for (int vcpu = 0; vcpu < image.vcpus(); vcpu++) {
      status(all, image.contexts().get(vcpu), vcpu);
    }
    notes = new byte[all.capacity()];
    all.flip().get(notes);
  }

  private static long root(byte[] context) {
    return VcpuGuestContext.CTRLREG.get(new ByteArrayMemory(context), 0, KERNEL_ROOT) >>> 12;
  }

  /** A thread of gdb; numbers of threads start at 1. */
  private static void status(ByteBuffer out, byte[] context, int vcpu) {
    ByteArrayMemory memory = new ByteArrayMemory(context);
    long regs = VcpuGuestContext.USER_REGS.at(0);
    out.putInt(5)
        .putInt(STATUS)
        .putInt(NT_PRSTATUS)
        .put(new byte[] {'C', 'O', 'R', 'E', 0, 0, 0, 0});
    int begin = out.position();
    out.putInt(begin + PID, vcpu + 1);
    out.position(begin + BEFORE_REGISTERS);
    for (U64 register : FIRST) {
      out.putLong(register.get(memory, regs));
    }
    out.putLong(-1); // orig_rax: no system call is to be restarted
    out.putLong(CpuUserRegs.RIP.get(memory, regs)).putLong(CpuUserRegs.CS.get(memory, regs));
    out.putLong(CpuUserRegs.RFLAGS.get(memory, regs)).putLong(CpuUserRegs.RSP.get(memory, regs));
    out.putLong(CpuUserRegs.SS.get(memory, regs));
    out.putLong(VcpuGuestContext.FS_BASE.get(memory, 0));
    out.putLong(VcpuGuestContext.GS_BASE_KERNEL.get(memory, 0));
    out.putLong(CpuUserRegs.DS.get(memory, regs)).putLong(CpuUserRegs.ES.get(memory, regs));
    out.putLong(CpuUserRegs.FS.get(memory, regs)).putLong(CpuUserRegs.GS.get(memory, regs));
    out.position(begin + STATUS);
  }

  private int headerBytes() {
    return ELF_HEADER + PROGRAM_HEADER * (1 + ranges.size());
  }

  private long memoryOffset() {
    long used = (long) headerBytes() + notes.length;
    return (used + CoreLayout.PAGE - 1) / CoreLayout.PAGE * CoreLayout.PAGE;
  }

  @Override
  public long size() {
    return memoryOffset() + (long) image.pages().count() * CoreLayout.PAGE;
  }

  @Override
  public void write(WritableByteChannel out) throws IOException {
    Dump.all(out, headers());
    Dump.all(out, ByteBuffer.wrap(notes));
    Dump.all(out, ByteBuffer.allocate((int) (memoryOffset() - headerBytes() - notes.length)));
    image.writePages(out);
  }

  private ByteBuffer headers() {
    ByteBuffer out = ByteBuffer.allocate(headerBytes()).order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    out.putShort(TYPE_CORE).putShort(MACHINE_X86_64).putInt(1);
    out.putLong(0).putLong(ELF_HEADER).putLong(0).putInt(0);
    out.putShort((short) ELF_HEADER).putShort((short) PROGRAM_HEADER);
    out.putShort((short) (1 + ranges.size())).position(ELF_HEADER);
    program(out, NOTE, headerBytes(), 0, 0, notes.length);
    for (Range range : ranges) {
      long at = memoryOffset() + (long) range.firstPage() * CoreLayout.PAGE;
      long physical = image.pages().pfn(range.firstPage()) * CoreLayout.PAGE;
      program(out, LOAD, at, range.address(), physical, (long) range.pages() * CoreLayout.PAGE);
    }
    return out.flip();
  }

  private static void program(
      ByteBuffer out, int type, long offset, long address, long physical, long size) {
    boolean memory = type == LOAD;
    out.putInt(type).putInt(memory ? ALL_RIGHTS : 0);
    out.putLong(offset).putLong(address).putLong(physical);
    out.putLong(size).putLong(memory ? size : 0).putLong(memory ? CoreLayout.PAGE : 4);
  }
}
