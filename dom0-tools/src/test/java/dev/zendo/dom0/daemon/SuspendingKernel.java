package dev.zendo.dom0.daemon;

import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ShutdownRequest;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.builder.DomainLayout;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.hypercalls.io.ConsoleRing;
import dev.zendo.hypercalls.start.ArchSharedInfo;
import dev.zendo.hypercalls.start.SharedInfo;
import dev.zendo.hypercalls.start.StartInfo;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A kernel that counts passes over some pages, each of which must hold the number of the pass, and
 * suspends when a byte is typed; a thread types when the daemon asks for that, as Linux would find
 * out in the store. Its domain has 8 MiB and no ramdisk.
 */
public final class SuspendingKernel {
  static final long PAGES = 8 << 8;
  static final int FIRST = 0x300;
  private static final int AFTER = 0x340;
  private static final int SUSPEND = 2;

  private final DomainLayout layout;
  private final String name;
  private final List<Daemon> daemons;
  private final Thread typist;
  private volatile boolean over;

  /**
   * Writes it into a file.
   *
   * @param name of its domain, whose requests are looked after until {@link #stop}
   * @param daemons where it may be
   */
  public SuspendingKernel(Path file, String name, List<Daemon> daemons) throws IOException {
    Files.write(file, TinyKernel.endless().elf().bytes());
    layout = new DomainLayout(KernelImage.read(file, 8 << 20), PAGES, 0);
    Files.write(file, code().elf().bytes());
    this.name = name;
    this.daemons = List.copyOf(daemons);
    typist = DaemonThreads.start("typist", this::type);
  }

  private TinyKernel code() {
    int console = (int) layout.consolePfn() << 12;
    int startInfo = (int) layout.startInfoPfn() << 12;
    TinyKernel kernel =
        new TinyKernel()
            .put(0x31, 0xc0, 0x31, 0xdb) // xor eax, eax; xor ebx, ebx
            .put(0x48, 0xc7, 0xc7) // pass: mov rdi, the first page
            .putInt(FIRST << 12)
            .put(0x48, 0x39, 0x07, 0x75, 0x6d) // page: cmp [rdi], rax; jne lost
            .put(0x48, 0xff, 0x07) // inc qword [rdi]
            .put(0x48, 0x81, 0xc7) // add rdi, 4096
            .putInt(4096)
            .put(0x48, 0x81, 0xff) // cmp rdi, the end
            .putInt(AFTER << 12)
            .put(0x72, 0xe8) // jb page
            .put(0x48, 0xff, 0xc0) // inc rax
            .put(0x8b, 0x0c, 0x25) // mov ecx, [in_prod]
            .putInt(console + ConsoleRing.IN_PROD.offset())
            .put(0x39, 0xd9, 0x74, 0xd3) // cmp ecx, ebx; je pass
            .put(0x89, 0xcb) // mov ebx, ecx
            .put(0x89, 0x0c, 0x25) // mov [in_cons], ecx
            .putInt(console + ConsoleRing.IN_CONS.offset())
            .put(0x48, 0xc7, 0x04, 0x25) // mov qword [store_mfn], the page frame
            .putInt(startInfo + StartInfo.STORE_MFN.offset())
            .putInt((int) layout.xenstorePfn())
            .put(0x48, 0xc7, 0x04, 0x25) // mov qword [console_mfn], the page frame
            .putInt(startInfo + StartInfo.CONSOLE_MFN.offset())
            .putInt((int) layout.consolePfn())
            .put(0x49, 0xb8); // mov r8, where the p2m list has the start info page
    long entry = layout.p2mAddress() + 8 * layout.startInfoPfn();
    return kernel
        .putInt((int) entry)
        .putInt((int) (entry >>> 32))
        .put(0x49, 0x8b, 0x10, 0x49, 0x89, 0xc4) // mov rdx, [r8]; mov r12, rax
        .shutdown(SUSPEND)
        .put(0x4c, 0x89, 0xe0, 0xeb, 0x87) // mov rax, r12; jmp pass
        .put(0x0f, 0x0b); // lost: ud2
  }

  /** Has its domain say what a kernel says when it boots, and after it was moved or restored. */
  public void sayWhereTheListIs(Daemon daemon) {
    Machine machine = daemon.machine();
    int id = daemon.domain(name).id();
    byte[] context = machine.control().vcpuStates().context(id, 0);
    long root =
        ByteBuffer.wrap(context)
            .order(ByteOrder.LITTLE_ENDIAN)
            .getLong(VcpuGuestContext.CTRLREG.offset() + 3 * Long.BYTES);
    long[] shared = {machine.control().domains().info(id).sharedInfoFrame()};
    MemoryControl memory = machine.control().memory();
    try (Mapping page = memory.mapForeign(id, shared, 0, 1)) {
      long arch = SharedInfo.ARCH.at(page.address());
      ArchSharedInfo.MAX_PFN.set(memory.memory(), arch, PAGES);
      ArchSharedInfo.P2M_VADDR.set(memory.memory(), arch, layout.p2mAddress());
      ArchSharedInfo.P2M_CR3.set(memory.memory(), arch, root);
    }
  }

  private void type() {
    try {
      while (!over) {
        for (Daemon daemon : daemons) {
          type(daemon);
        }
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void type(Daemon daemon) throws InterruptedException {
    try {
      Guest guest = daemon.domain(name).guest();
      // As Linux takes a request: nobody can withdraw it any more.
      if (guest.requests().withdrawShutdown(ShutdownRequest.SUSPEND)) {
        guest.type("x");
      }
    } catch (RuntimeException e) {
      // It is not there, or just going.
    }
  }

  /** Nothing is typed any more. */
  public void stop() throws InterruptedException {
    over = true;
    typist.join();
  }
}
