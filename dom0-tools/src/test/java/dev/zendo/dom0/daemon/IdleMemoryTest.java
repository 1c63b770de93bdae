package dev.zendo.dom0.daemon;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.domain.CodeSweep;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IdleMemoryTest {
  private static final CodeSweep.Result NOTHING = new CodeSweep.Result(0, 0);
  private static final CodeSweep.Result SHED = new CodeSweep.Result(0, 3);
  private static final CodeSweep.Result BUSY = new CodeSweep.Result(1, 0);
  private static final long MIB = 1 << 20;

  private final IdleMemory.Collections collections = new IdleMemory.Collections(0);

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void theHeapIsCollectedAfterItGrewOrCodeWasLetGoOf() {
    assertFalse(collections.due(NOTHING, seconds(14), 100 * MIB));
    assertTrue(collections.due(NOTHING, seconds(15), 100 * MIB));
    collections.done(seconds(15), 40 * MIB);
    assertFalse(collections.due(NOTHING, seconds(1000), 47 * MIB));
    assertTrue(collections.due(NOTHING, seconds(1000), 48 * MIB));
    collections.done(seconds(1000), 40 * MIB);
    assertFalse(collections.due(SHED, seconds(1014), 40 * MIB));
    assertTrue(collections.due(NOTHING, seconds(1015), 40 * MIB));
    collections.done(seconds(1015), 40 * MIB);
    assertFalse(collections.due(NOTHING, seconds(2000), 40 * MIB));
  }

  @Test
  void whileVcpusAreBusyItIsDoneRarely() {
    assertFalse(collections.due(BUSY, seconds(599), 100 * MIB));
    assertTrue(collections.due(BUSY, seconds(600), 100 * MIB));
  }
}
