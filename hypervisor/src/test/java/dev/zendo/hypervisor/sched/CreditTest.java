package dev.zendo.hypervisor.sched;

import static dev.zendo.hypervisor.sched.Simulation.MICRO;
import static dev.zendo.hypervisor.sched.Simulation.MILLI;
import static dev.zendo.hypervisor.sched.Simulation.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How domains share processors, in simulated time. */
class CreditTest {
  private static void assertShare(double expected, Simulation simulation, int guest) {
    assertEquals(expected, simulation.share(guest), 0.03 * expected, "share of guest " + guest);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 64})
  void equalsGetEqualShares(int count) {
    try (Simulation simulation = new Simulation(2)) {
      for (int i = 0; i < count; i++) {
        simulation.hog();
      }
      simulation.run(SECOND / 4).run(10 * SECOND);
      for (int i = 0; i < count; i++) {
        assertShare(Math.min(1, 2.0 / count), simulation, i);
      }
    }
  }

  @Test
  void sharesAreInProportionToWeights() {
    try (Simulation simulation = new Simulation(1)) {
      int light = simulation.hog();
      int middle = simulation.hog();
      int heavy = simulation.hog();
      simulation.weight(light, 128).weight(middle, 256).weight(heavy, 512);
      simulation.run(7 * SECOND);
      assertShare(1.0 / 7, simulation, light);
      assertShare(2.0 / 7, simulation, middle);
      assertShare(4.0 / 7, simulation, heavy);
    }
  }

  @Test
  void whatAWeightCannotUseIsSharedByTheOthers() {
    try (Simulation simulation = new Simulation(2)) {
      int light = simulation.hog();
      int middle = simulation.hog();
      int heavy = simulation.hog();
      simulation.weight(light, 128).weight(middle, 256).weight(heavy, 4096);
      simulation.run(SECOND).run(6 * SECOND);
      assertShare(1.0 / 3, simulation, light);
      assertShare(2.0 / 3, simulation, middle);
      assertShare(1, simulation, heavy);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 25, 60})
  void capsHoldWhileNobodyElseWantsTheProcessor(int cap) {
    try (Simulation simulation = new Simulation(2)) {
      int capped = simulation.hog();
      simulation.cap(capped, cap);
      simulation.run(SECOND).run(10 * SECOND);
      assertShare(cap / 100.0, simulation, capped);
    }
  }

  @Test
  void capsHoldBesideOthersWhoGetTheRest() {
    try (Simulation simulation = new Simulation(1)) {
      int capped = simulation.hog();
      int free = simulation.hog();
      simulation.cap(capped, 25).weight(capped, 1024);
      simulation.run(SECOND).run(8 * SECOND);
      assertShare(0.25, simulation, capped);
      assertShare(0.75, simulation, free);
      simulation.cap(capped, 0);
      simulation.run(SECOND).run(8 * SECOND);
      assertShare(0.8, simulation, capped);
    }
  }

  @Test
  void vcpusStayOnTheirProcessorsAndWeightsHoldThere() {
    try (Simulation simulation = new Simulation(2)) {
      int light = simulation.hog();
      int heavy = simulation.hog();
      int alone = simulation.hog();
      simulation.pin(light, 1).pin(heavy, 1).pin(alone, 2).weight(heavy, 512);
      simulation.run(SECOND).run(6 * SECOND);
      assertShare(1.0 / 3, simulation, light);
      assertShare(2.0 / 3, simulation, heavy);
      assertShare(1, simulation, alone);
      assertEquals(0, simulation.vcpu(light).schedule().lastProcessor());
      assertEquals(1, simulation.vcpu(alone).schedule().lastProcessor());
    }
  }

  /** Virtual time passes slowly on the crowded processor; that must not count where it is quick. */
  @Test
  void whoMayRunAnywhereTakesTheBetterPlace() {
    try (Simulation simulation = new Simulation(2)) {
      for (int i = 0; i < 4; i++) {
        simulation.pin(simulation.hog(), 1);
      }
      int alone = simulation.hog();
      simulation.pin(alone, 2).run(20 * SECOND);
      int anywhere = simulation.hog();
      simulation.run(SECOND).run(4 * SECOND);
      assertShare(0.5, simulation, alone);
      assertShare(0.5, simulation, anywhere);
      assertShare(0.25, simulation, 0);
    }
  }

  @Test
  void aVcpuThatIsFreedFromItsProcessorFindsItsShareAtOnce() {
    try (Simulation simulation = new Simulation(2)) {
      int first = simulation.hog();
      int second = simulation.hog();
      int alone = simulation.hog();
      simulation.pin(first, 1).pin(second, 1).pin(alone, 2).run(20 * SECOND);
      simulation.pin(first, -1).pin(second, -1).pin(alone, -1).run(3 * SECOND);
      for (int i = 0; i < 3; i++) {
        assertShare(2.0 / 3, simulation, i);
      }
    }
  }

  /** Virtual time of the light one goes far ahead, and those who come later start from there. */
  @Test
  void creditFromBesideALightVcpuIsForgotten() {
    try (Simulation simulation = new Simulation(2)) {
      int light = simulation.hog();
      int first = simulation.hog();
      simulation.weight(light, 1).run(5 * SECOND);
      int second = simulation.hog();
      int third = simulation.hog();
      simulation.run(SECOND).run(5 * SECOND);
      for (int guest : new int[] {first, second, third}) {
        assertShare(2.0 / 3, simulation, guest);
      }
    }
  }

  @Test
  void whoComesLateGetsNoMoreThanOthers() {
    try (Simulation simulation = new Simulation(1)) {
      int first = simulation.hog();
      simulation.run(20 * SECOND);
      int second = simulation.hog();
      simulation.run(2 * SECOND);
      assertShare(0.5, simulation, first);
      assertShare(0.5, simulation, second);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 64})
  void whoMostlySleepsRunsSoonAfterItWakes(int hogs) {
    try (Simulation simulation = new Simulation(2)) {
      for (int i = 0; i < hogs; i++) {
        simulation.hog();
      }
      int sleeper = simulation.sleeper(100 * MICRO, 10 * MILLI);
      simulation.run(2 * SECOND);
      assertTrue(simulation.wakeUps(sleeper) > 150, "woken often");
      long latest = simulation.latest(sleeper);
      assertTrue(latest <= 600 * MICRO, "latest after " + latest + " ns");
    }
  }

  @Test
  void whoGivesWayAllTheTimeNeitherTakesNorLosesTheProcessor() {
    try (Simulation simulation = new Simulation(1)) {
      for (int i = 0; i < 4; i++) {
        simulation.yielder();
      }
      int hog = simulation.hog();
      simulation.run(2 * SECOND);
      assertTrue(simulation.share(hog) > 0.9, "the others do not want it");
      for (int i = 0; i < 4; i++) {
        assertTrue(simulation.share(i) > 0.005, "yielder " + i + " runs at all");
      }
    }
  }

  @Test
  void aStormOfWakeUpsTakesNoMoreThanItsShare() {
    try (Simulation simulation = new Simulation(1)) {
      int hog = simulation.hog();
      for (int i = 0; i < 9; i++) {
        simulation.sleeper(200 * MICRO, 100 * MICRO);
      }
      simulation.run(SECOND).run(5 * SECOND);
      assertTrue(simulation.share(hog) > 0.095, "hog: " + simulation.share(hog));
    }
  }

  @Test
  void whoComputesAndSleepsGetsNoMoreThanWhoComputes() {
    try (Simulation simulation = new Simulation(1)) {
      int hog = simulation.hog();
      simulation.sleeper(9 * MILLI, MILLI);
      simulation.run(SECOND).run(10 * SECOND);
      assertTrue(simulation.share(hog) > 0.49, "hog: " + simulation.share(hog));
    }
  }
}
