package dev.zendo.hypervisor.paging;

import static dev.zendo.hypervisor.machine.FrameTable.DESCRIPTORS;
import static dev.zendo.hypervisor.machine.FrameTable.L1;
import static dev.zendo.hypervisor.machine.FrameTable.L4;
import static dev.zendo.hypervisor.machine.FrameTable.WRITABLE;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.List;

/**
 * Counts from scratch what every frame of a machine is referred to by, from the contents of tables
 * in use and the state of domains and vcpus alone, compares that with the {@link FrameTable}, and
 * looks whether the rules hold that isolation rests on: nobody maps a page table or descriptor
 * table writable, or another domain's frame without a grant.
 *
 * <p>For tests and for the search for errors: it looks at the whole machine. Counts are only
 * consistent while nobody changes them, so the vcpus of all domains must be paused or be doing
 * nothing that changes page tables, and no hypercall may be under way. One thread, one use.
 */
public final class PagingAudit {
  private final MachineMemory memory;
  private final FrameTable table;
  private final FrameAllocator allocator;
  private final Domains domains;
  private final ReservedSlots slots;
  private final ReferenceCounts counts;

  PagingAudit(
      MachineMemory memory,
      FrameTable table,
      FrameAllocator allocator,
      Domains domains,
      ReservedSlots slots) {
    this.memory = memory;
    this.table = table;
    this.allocator = allocator;
    this.domains = domains;
    this.slots = slots;
    this.counts = new ReferenceCounts((int) table.frames());
  }

  /** A mapping of a grant that no table shows; it holds references of its own. */
  public void held(long mfn, boolean writable) {
    counts.add(mfn, writable);
  }

  /** A grant that a domain has mapped: its tables may have an entry for the frame. */
  public void mapped(int domain, long mfn, boolean writable) {
    counts.permit(domain, mfn, writable);
  }

  /** Counts, compares and returns what is wrong, one sentence each; empty when all is well. */
  public List<String> violations() {
    domains.forEach(this::countDomain);
    long free = 0;
    for (long mfn = 0; mfn < table.frames(); mfn++) {
      if (table.owner(mfn) >= 0) {
        countFrame(mfn);
      } else if (table.isRam(mfn)) {
        free++;
      }
    }
    for (long mfn = 0; mfn < table.frames(); mfn++) {
      compare(mfn);
    }
    domains.forEach(this::compareList);
    if (free != allocator.freeFrames()) {
      counts.violation(
          free + " frames are nobody's, but " + allocator.freeFrames() + " are free to be given");
    }
    return counts.violations();
  }

  // --- what refers to frames ------------------------------------------------------------------

  private void countDomain(Domain domain) {
    for (int i = 0; i < domain.vcpuCount(); i++) {
      countVcpu(domain.vcpu(i));
    }
    domain.events().forEachFrame(mfn -> counts.add(mfn, true));
    TranslatedSpace space = DomainSpace.of(domain).translated();
    if (space != null) {
      space.forEach((gpfn, entry) -> countPlace(domain, gpfn, entry));
    }
  }

  private void countVcpu(Vcpu vcpu) {
    countTyped(vcpu, vcpu.kernelRoot(), L4);
    countTyped(vcpu, vcpu.userRoot(), L4);
    if (vcpu.vcpuInfoMfn() >= 0) {
      countTyped(vcpu, vcpu.vcpuInfoMfn(), WRITABLE);
    }
    VcpuTables tables = VcpuTables.of(vcpu);
    countDescriptors(vcpu, tables.gdtFrames);
    countDescriptors(vcpu, tables.ldtFrames);
  }

  private void countDescriptors(Vcpu vcpu, long[] frames) {
    for (long mfn : frames) {
      if (mfn >= 0) {
        countTyped(vcpu, mfn, DESCRIPTORS);
      }
    }
  }

  private void countTyped(Vcpu vcpu, long mfn, int type) {
    if (mfn == 0) {
      return;
    }
    counts.add(mfn, true);
    if (table.owner(mfn) != vcpu.domain().id() || table.type(mfn) != type) {
      counts.violation(vcpu + " uses " + name(mfn) + " as type " + type);
    }
  }

  private void countPlace(Domain domain, long gpfn, long entry) {
    long mfn = TranslatedSpace.frame(entry);
    int kind = TranslatedSpace.kind(entry);
    boolean writable = TranslatedSpace.isWritable(entry);
    if (kind == TranslatedSpace.HELD) {
      counts.add(mfn, writable);
    } else if (kind == TranslatedSpace.GRANTED && !counts.use(domain.id(), mfn, writable)) {
      counts.violation(domain + " has " + name(mfn) + " at " + gpfn + " without a grant");
    }
    if (kind == TranslatedSpace.OWN && table.owner(mfn) != domain.id()) {
      counts.violation(domain + " has " + name(mfn) + " at " + gpfn + " as its own");
    }
    if (writable && table.type(mfn) != WRITABLE && kind != TranslatedSpace.OWN) {
      counts.violation(domain + " may write " + name(mfn) + " at " + gpfn);
    }
  }

  private void countFrame(long mfn) {
    int type = table.type(mfn);
    if (table.isAllocated(mfn)) {
      counts.add(mfn, false);
    }
    if (table.isExtra(mfn) && table.owner(mfn) != FrameTable.OWNER_GONE) {
      counts.typed[(int) mfn]++;
    }
    if (table.isPinned(mfn)) {
      counts.add(mfn, true);
    }
    if (type >= L1 && type <= DESCRIPTORS && table.owner(mfn) != FrameTable.OWNER_HYPERVISOR) {
      countContents(mfn, type);
    }
  }

  private void countContents(long mfn, int type) {
    if (!table.isValidated(mfn)) {
      counts.violation(name(mfn) + " is in use as a table, but was not checked");
      return;
    }
    long base = memory.address(mfn);
    for (int i = 0; i < Pte.ENTRIES; i++) {
      long entry = HostMemory.getLongAcquire(base + 8L * i);
      if (type == DESCRIPTORS) {
        checkDescriptor(mfn, i, entry);
      } else if (type == L4 && Pte.isReservedSlot(i)) {
        checkReserved(mfn, i, entry);
      } else if (Pte.isPresent(entry)) {
        countEntry(mfn, i, entry, type);
      }
    }
  }

  private void checkDescriptor(long mfn, int index, long descriptor) {
    if (!Descriptors.isAllowed(descriptor) || Descriptors.adjust(descriptor) != descriptor) {
      counts.violation(place(mfn, index) + " is a descriptor that no guest may have");
    }
  }

  private void checkReserved(long mfn, int index, long entry) {
    if (!slots.mayHold(index, entry)) {
      counts.violation(place(mfn, index) + " is the hypervisor's, but holds " + hex(entry));
    }
  }

  private void countEntry(long mfn, int index, long entry, int level) {
    long frame = Pte.frame(entry);
    if (!Pte.flagsAllowed(entry, level) || (entry & Pte.USER) == 0 || !table.isRam(frame)) {
      counts.violation(place(mfn, index) + " must not hold " + hex(entry));
    } else if (level == L1) {
      countLeaf(mfn, index, entry);
    } else if (frame != mfn || table.type(frame) != level || Pte.isWritable(entry)) {
      countTable(mfn, index, entry, level);
    }
  }

  private void countLeaf(long mfn, int index, long entry) {
    long frame = Pte.frame(entry);
    boolean writable = Pte.isWritable(entry);
    counts.add(frame, writable);
    if (writable && table.type(frame) != WRITABLE) {
      counts.violation(place(mfn, index) + " lets the guest write " + name(frame));
    }
    int user = table.owner(mfn);
    if (table.owner(frame) != user && !counts.use(user, frame, writable)) {
      counts.violation(place(mfn, index) + " maps " + name(frame) + " without a grant");
    }
  }

  private void countTable(long mfn, int index, long entry, int level) {
    long frame = Pte.frame(entry);
    int type = table.type(frame);
    counts.add(frame, true);
    if (type == level && !Pte.isWritable(entry)) {
      counts.linear[(int) mfn]++;
      counts.linear[(int) frame]--;
    } else if (type != level - 1) {
      counts.violation(place(mfn, index) + " names " + name(frame) + " as a table");
    }
    if (table.owner(frame) != table.owner(mfn)) {
      counts.violation(place(mfn, index) + " names the table " + name(frame));
    }
  }

  // --- comparison -----------------------------------------------------------------------------

  private void compare(long mfn) {
    int i = (int) mfn;
    if (!table.isRam(mfn)) {
      if (counts.general[i] != 0) {
        counts.violation(name(mfn) + " is no memory, but referred to");
      }
      return;
    }
    if (counts.general[i] != table.references(mfn)) {
      counts.violation(
          name(mfn) + " has " + table.references(mfn) + " references, not " + counts.general[i]);
    }
    // Extra frames keep their type after their owner let them go, until they are assigned again.
    int owner = table.owner(mfn);
    int typed = owner < 0 ? 0 : table.typeReferences(mfn);
    boolean wasExtra = owner == FrameTable.OWNER_GONE && typed == counts.typed[i] + 1;
    if (counts.typed[i] != typed && !wasExtra) {
      counts.violation(name(mfn) + " has " + typed + " type references, not " + counts.typed[i]);
    }
    if (counts.linear[i] != table.linear(mfn) && typed != 0) {
      counts.violation(
          name(mfn) + " has linear balance " + table.linear(mfn) + ", not " + counts.linear[i]);
    }
  }

  /** Every frame of a domain is in its set, and the domain's count is right. */
  private void compareList(Domain domain) {
    DomainSpace space = DomainSpace.of(domain);
    long listed;
    synchronized (space.frames) {
      listed = space.frames.matching(mfn -> table.owner(mfn) == domain.id()).length;
    }
    long owned = 0;
    long counted = 0;
    for (long mfn = 0; mfn < table.frames(); mfn++) {
      if (table.owner(mfn) == domain.id()) {
        owned++;
        counted += table.isExtra(mfn) ? 0 : 1;
      }
    }
    if (listed != owned) {
      counts.violation(domain + " owns " + owned + " frames, but its set has " + listed);
    }
    if (counted != domain.totalPages()) {
      counts.violation(domain + " has " + counted + " pages, but counts " + domain.totalPages());
    }
  }

  private String name(long mfn) {
    return "frame 0x"
        + Long.toHexString(mfn)
        + " (owner "
        + table.owner(mfn)
        + ", type "
        + table.type(mfn)
        + ")";
  }

  private String place(long mfn, int index) {
    return "entry " + index + " of " + name(mfn);
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
