package dev.zendo.dom0.migrate;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainLayout;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.hypercalls.start.ArchSharedInfo;
import dev.zendo.hypercalls.start.SharedInfo;
import dev.zendo.hypercalls.start.StartInfo;
import dev.zendo.hypercalls.trap.CpuUserRegs;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;

/**
 * Does for a domain that has not run what its kernel would before it suspends: says where the p2m
 * list is, and names page frames instead of machine frames in the start info page.
 */
final class TinySuspension {
  private TinySuspension() {}

  static void suspend(Machine machine, Guest guest, DomainLayout layout, long count) {
    MemoryControl memory = machine.control().memory();
    byte[] context = machine.control().vcpuStates().context(guest.id(), 0);
    Contents contents = new Contents(context);
    long root = VcpuGuestContext.CTRLREG.get(contents, 0, 3);
    long[] shared = {machine.control().domains().info(guest.id()).sharedInfoFrame()};
    try (Mapping page = memory.mapForeign(guest.id(), shared, 0, 1)) {
      long arch = SharedInfo.ARCH.at(page.address());
      ArchSharedInfo.MAX_PFN.set(memory.memory(), arch, count);
      ArchSharedInfo.P2M_CR3.set(memory.memory(), arch, root);
      ArchSharedInfo.P2M_VADDR.set(memory.memory(), arch, layout.p2mAddress());
    }
    GuestPages pages = new GuestPages(memory, guest.id());
    byte[] info = new byte[DomainSink.PAGE];
    try (Mapping page = memory.mapForeign(guest.id(), shared, 0, 1)) {
      memory.memory().read(page.address(), info, 0, info.length);
    }
    long[] start = {GuestP2m.read(pages, info).list()[(int) layout.startInfoPfn()]};
    try (Mapping page = memory.mapForeign(guest.id(), start, 0, 1)) {
      StartInfo.STORE_MFN.set(memory.memory(), page.address(), layout.xenstorePfn());
      StartInfo.CONSOLE_MFN.set(memory.memory(), page.address(), layout.consolePfn());
    }
    CpuUserRegs.RDX.set(contents, VcpuGuestContext.USER_REGS.at(0), start[0]);
    machine.control().vcpuStates().context(guest.id(), 0, context);
  }
}
