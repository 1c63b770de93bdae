package dev.zendo.hypervisor.paging.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Short sequences, all of them; {@link PagingModelCheck} does longer ones. */
class ExhaustivePagingTest {
  private static final int ORDER = 20;

  @ParameterizedTest
  @EnumSource(Start.class)
  void everyPairOfOperationsIsWhatTheModelSays(Start start) throws InterruptedException {
    Explorer explorer = new Explorer(start, 1, ORDER);
    for (int depth = 1; depth <= 2; depth++) {
      int frontier = explorer.frontier();
      assertEquals(frontier, explorer.deepen(Long.MAX_VALUE));
    }
    assertTrue(explorer.states() > 100, "states " + explorer.states());
    assertTrue(explorer.refusals() > explorer.states(), "refusals " + explorer.refusals());
  }
}
