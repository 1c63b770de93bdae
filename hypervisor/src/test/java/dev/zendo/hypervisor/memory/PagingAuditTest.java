package dev.zendo.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.paging.Pte;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The audit finds what it is there to find: here somebody goes behind the rules' back. */
class PagingAuditTest {
  private static final int PAGES = 4;
  private static final long FLAGS = Pte.PRESENT | Pte.USER | Pte.ACCESSED;

  private final SmallMachine machine = new SmallMachine();
  private final FrameTable table = machine.paging.table();
  private Domain domain;
  private long[] boot;
  private long other;

  @BeforeEach
  void boot() {
    machine.control(4);
    domain = machine.guest(1, 20);
    boot = machine.boot(domain, PAGES);
    other = machine.page(machine.guest(2, 20));
    assertEquals(List.of(), machine.core.audit());
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private void finds(String part) {
    List<String> all = machine.core.audit();
    assertTrue(all.stream().anyMatch(text -> text.contains(part)), () -> part + " in " + all);
  }

  @Test
  void writableMappingOfTable() {
    machine.entry(boot[PAGES], 100, SmallMachine.pte(boot[PAGES + 1], FLAGS | Pte.WRITE));
    finds("entry 100 of frame");
    finds("lets the guest write");
  }

  @Test
  void frameOfAnotherDomain() {
    machine.entry(boot[PAGES], 100, SmallMachine.pte(other, FLAGS));
    assertEquals(1, table.getAny(other) >> 1);
    finds("without a grant");
  }

  @Test
  void countThatIsTooHigh() {
    assertTrue(table.get(boot[0], 1));
    finds("has 3 references, not 2");
  }

  @Test
  void typeThatIsTooHigh() {
    table.acquireType(boot[0], FrameTable.WRITABLE);
    finds("has 2 type references, not 1");
  }

  @Test
  void pageOfNobodyAndPageNotCounted() {
    domain.claimPages(1);
    finds("d1 has 8 pages, but counts 9");
    domain.unclaimPages(1);
    table.steal(machine.page(domain), 1);
    finds("are free to be given");
  }

  @Test
  void entryInTheHypervisorsPart() {
    machine.entry(boot[PAGES + 3], 264, SmallMachine.pte(other, FLAGS));
    finds("is the hypervisor's");
  }

  @Test
  void tableInPlaceOfATable() {
    machine.entry(boot[PAGES + 2], 7, SmallMachine.pte(boot[0], FLAGS));
    finds("as a table");
  }
}
