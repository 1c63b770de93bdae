package dev.zendo.dom0.dump;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.DomainControl;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * What a domain that does not run consists of: vcpus and pages. Every frame is mapped by its
 * machine number, which the hypervisor checks to be the domain's; nothing that the guest wrote
 * decides what is read. Not thread-safe.
 */
public final class DomainImage {
  /** Pages mapped and written at a time. */
  private static final int WINDOW = 512;

  private final ControlDomain control;
  private final int domain;
  private final GuestPages pages;
  private final List<byte[]> contexts = new ArrayList<>();

  /**
   * Reads the vcpus of a domain.
   *
   * @param domain its number; nobody lets it run as long as this is used
   * @param maxVcpus most vcpus it may have
   */
  public DomainImage(ControlDomain control, int domain, int maxVcpus, GuestPages pages) {
    this.control = control;
    this.domain = domain;
    this.pages = pages;
    for (int vcpu = 0; vcpu < maxVcpus; vcpu++) {
      readContext(vcpu);
    }
  }

  private void readContext(int vcpu) {
    try {
      contexts.add(control.vcpuStates().context(domain, vcpu));
    } catch (HypercallFailure e) {
      // A vcpu that was never started has no state, as in Xen's dumps.
      return;
    }
  }

  ControlDomain control() {
    return control;
  }

  GuestPages pages() {
    return pages;
  }

  /** The states of the vcpus that were ever started; not to be changed. */
  List<byte[]> contexts() {
    return contexts;
  }

  /** How many vcpus were ever started. */
  public int vcpus() {
    return contexts.size();
  }

  /** The page that it shares with the hypervisor. */
  byte[] sharedInfo() {
    DomainControl.Info info = control.domains().info(domain);
    byte[] page = new byte[CoreLayout.PAGE];
    if (info != null) {
      read(new long[] {info.sharedInfoFrame()}, 0, 1, page);
    }
    return page;
  }

  /**
   * Reads a page.
   *
   * @param mfn a frame of the domain
   */
  void readFrame(long mfn, byte[] to) {
    read(new long[] {mfn}, 0, 1, to);
  }

  private void read(long[] frames, int from, int count, byte[] to) {
    MemoryControl memory = control.memory();
    try (Mapping window = memory.mapForeign(domain, frames, from, count)) {
      memory.memory().read(window.address(), to, 0, count * CoreLayout.PAGE);
    }
  }

  /** Writes all pages, in the order of their numbers. */
  void writePages(WritableByteChannel out) throws IOException {
    byte[] buffer = new byte[WINDOW * CoreLayout.PAGE];
    for (int first = 0; first < pages.count(); first += WINDOW) {
      int count = Math.min(WINDOW, pages.count() - first);
      read(pages.frames(), first, count, buffer);
      Dump.all(out, ByteBuffer.wrap(buffer, 0, count * CoreLayout.PAGE));
    }
  }
}
