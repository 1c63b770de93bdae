package dev.zendo.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.paging.Pte;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts from scratch what every frame of a small machine is referred to by, from the contents of
 * the tables in use alone, and compares that with the frame table. Also checks the rules that
 * isolation rests on.
 */
final class FrameAudit {
  private final SmallMachine machine;
  private final FrameTable table;
  private final List<Domain> domains;
  private final Map<Long, Integer> general = new HashMap<>();
  private final Map<Long, Integer> typed = new HashMap<>();

  /** Frames of others that a domain may have in its entries: {@code domain id << 32 | mfn}. */
  private final Set<Long> granted = new HashSet<>();

  FrameAudit(SmallMachine machine, List<Domain> domains) {
    this.machine = machine;
    this.table = machine.paging.table();
    this.domains = new ArrayList<>(domains);
  }

  /** A device mapping of a grant, which no table shows. */
  void deviceMapping(long mfn, boolean writable) {
    add(general, mfn);
    if (writable) {
      add(typed, mfn);
    }
  }

  /** A domain was granted a frame. */
  void grantedTo(Domain user, long mfn) {
    granted.add((long) user.id() << 32 | mfn);
  }

  /** A descriptor table refers to a frame. */
  void descriptorTable(long mfn) {
    add(general, mfn);
    add(typed, mfn);
  }

  private static void add(Map<Long, Integer> counts, long mfn) {
    counts.merge(mfn, 1, Integer::sum);
  }

  /** Compares; fails with a description of the first difference. */
  void check() {
    for (Domain domain : domains) {
      for (int i = 0; i < domain.vcpuCount(); i++) {
        Vcpu vcpu = domain.vcpu(i);
        root(vcpu.kernelRoot());
        root(vcpu.userRoot());
      }
    }
    for (long mfn = 0; mfn < table.frames(); mfn++) {
      int owner = table.owner(mfn);
      if (owner < 0 || owner == FrameTable.OWNER_HYPERVISOR) {
        continue;
      }
      if (table.isAllocated(mfn)) {
        add(general, mfn);
      }
      if (table.isExtra(mfn)) {
        add(typed, mfn);
      }
      if (table.isPinned(mfn)) {
        add(general, mfn);
        add(typed, mfn);
      }
      int type = table.type(mfn);
      if (type >= FrameTable.L1 && type <= FrameTable.L4) {
        assertTrue(table.isValidated(mfn), () -> "a table in use that was not checked");
        tableContents(machine.domains.get(owner), mfn, type);
      }
    }
    for (long mfn = 0; mfn < table.frames(); mfn++) {
      if (table.owner(mfn) != FrameTable.OWNER_HYPERVISOR && table.isRam(mfn)) {
        String frame = "frame " + mfn + " of d" + table.owner(mfn) + " type " + table.type(mfn);
        assertEquals(general.getOrDefault(mfn, 0), table.references(mfn), frame);
        assertEquals(typed.getOrDefault(mfn, 0), table.typeReferences(mfn), frame + " types");
      }
    }
  }

  private void root(long mfn) {
    if (mfn != 0) {
      assertEquals(FrameTable.L4, table.type(mfn), "a root is a top-level table");
      add(general, mfn);
      add(typed, mfn);
    }
  }

  private void tableContents(Domain domain, long mfn, int level) {
    for (int i = 0; i < Pte.ENTRIES; i++) {
      long entry = machine.entry(mfn, i);
      if (!Pte.isPresent(entry) || level == FrameTable.L4 && Pte.isReservedSlot(i)) {
        continue;
      }
      assertTrue((entry & Pte.USER) != 0, "every entry of a guest allows user access");
      if (level == FrameTable.L1) {
        leaf(domain, entry);
      } else {
        upper(domain, mfn, entry, level);
      }
    }
  }

  private void leaf(Domain domain, long entry) {
    long frame = Pte.frame(entry);
    assertTrue(table.isRam(frame), () -> "an entry names no memory");
    boolean own = table.owner(frame) == domain.id();
    assertTrue(
        own || granted.contains((long) domain.id() << 32 | frame),
        () -> domain + " maps frame " + frame + " of d" + table.owner(frame));
    add(general, frame);
    if (Pte.isWritable(entry)) {
      assertEquals(FrameTable.WRITABLE, table.type(frame), "writable mapping of frame " + frame);
      add(typed, frame);
    }
  }

  private void upper(Domain domain, long mfn, long entry, int level) {
    long frame = Pte.frame(entry);
    assertEquals(domain.id(), table.owner(frame), "a table of the same domain");
    int type = table.type(frame);
    if (type == level) {
      assertTrue(!Pte.isWritable(entry), "a linear entry is read-only");
      if (frame == mfn) {
        return;
      }
    } else {
      assertEquals(level - 1, type, "the level below");
    }
    add(general, frame);
    add(typed, frame);
  }
}
