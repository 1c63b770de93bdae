package dev.zendo.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.machine.FrozenLayer;
import dev.zendo.hypervisor.machine.FrozenPages;
import dev.zendo.hypervisor.machine.PageMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Domains with memory in common, on hosts that can do more or less for that. */
class SharingHostTest {
  private static final int PARENT = 1;
  private static final int CHILD = 2;
  private static final int PAGES = 400;

  private final SmallMachine machine = new SmallMachine();

  static Stream<Named<SharingHost>> hosts() {
    return Stream.of(
        Named.of("this one", SharingHost.THIS),
        Named.of("no page map", new SharingHost(() -> null, FrozenLayer::allocate)),
        Named.of("no files in memory", new SharingHost(PageMap::open, FrozenLayer::plain)),
        Named.of("neither", new SharingHost(() -> null, FrozenLayer::plain)));
  }

  /** Every fifth page is zero. */
  private static long value(int page) {
    return page % 5 == 0 ? 0 : 100 + page;
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void contentsAreTheSame(SharingHost host) {
    CopyOnWrite sharing = machine.core.copyOnWrite().on(host);
    long[] frames = machine.boot(machine.guest(PARENT, 600), PAGES);
    for (int i = 0; i < PAGES; i++) {
      machine.entry(frames[i], 3, value(i));
    }
    for (int round = 0; round < 3; round++) {
      FrozenPages pages = sharing.freeze(PARENT, frames);
      assertEquals(PAGES - PAGES / 5 + 4 + round, pages.filled());
      machine.entry(frames[5 * round], 3, 7);
      assertChildHas(sharing, pages, round);
      pages.close();
    }
    assertEquals(7, machine.entry(frames[10], 3));
    assertEquals(value(11), machine.entry(frames[11], 3));
    machine.end();
    assertEquals(0, sharing.mappedRanges());
  }

  /** In each round one more page is 7 instead of zero. */
  private void assertChildHas(CopyOnWrite sharing, FrozenPages pages, int round) {
    Domain child = machine.guest(CHILD, 600);
    long[] own = new long[pages.count()];
    for (int i = 0; i < own.length; i++) {
      own[i] = machine.page(child);
    }
    sharing.thaw(CHILD, own, pages);
    machine.entry(own[1], 3, 1);
    for (int i = 2; i < PAGES; i++) {
      long expected = i % 5 == 0 && i < 5 * round ? 7 : value(i);
      assertEquals(expected, machine.entry(own[i], 3), "page " + i);
    }
    machine.destroy(child);
  }
}
