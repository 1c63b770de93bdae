package dev.zendo.hypervisor.engine.direct;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HostProbeTest {
  @Test
  void onlyLinuxOnX64IsTried() {
    assertTrue(HostProbe.isLinuxOnX64("Linux", "amd64"));
    assertTrue(HostProbe.isLinuxOnX64("Linux", "x86_64"));
    assertFalse(HostProbe.isLinuxOnX64("Linux", "aarch64"));
    assertFalse(HostProbe.isLinuxOnX64("Mac OS X", "x86_64"));
    assertFalse(HostProbe.isLinuxOnX64("Windows 11", "amd64"));
  }

  @Test
  void theAnswerIsFoundOnce() {
    assertSame(HostProbe.obstacle(Bench.CONTINUE), HostProbe.obstacle(Bench.CONTINUE));
  }
}
