package dev.zendo.hypervisor.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The translation buffers: what is dropped is gone, however many translations there are. */
class CpuStateTest {
  private static final long UPPER = 0xffff_8880_0000_0000L;
  private static final long HOST = 0x7000_0000_0000L;

  private final CpuState cpu = new CpuState();

  @AfterEach
  void close() {
    cpu.close();
  }

  /** Enters pages of both halves, {@code step} pages apart; every other one may be written. */
  private void fill(int step) {
    for (int i = 0; i < CpuState.TLB_ENTRIES; i += step) {
      CpuState.enterTranslation(buffer(), address(i), HOST + 4096L * i, i / step % 2 == 0);
    }
  }

  private long buffer() {
    return cpu.base() + (cpu.kernelMode() ? CpuState.KERNEL_TLB : CpuState.USER_TLB);
  }

  private static long address(int page) {
    return (page % 3 == 0 ? UPPER : 0) + 4096L * page;
  }

  /** How many of the pages are known. */
  private int known(boolean write) {
    int count = 0;
    for (int i = 0; i < CpuState.TLB_ENTRIES; i++) {
      long host = cpu.buffered(address(i) + 5, write);
      if (host != 0) {
        assertEquals(HOST + 4096L * i + 5, host);
        count++;
      }
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100, 1023})
  void everythingGoesFromOneBuffer(int step) {
    int all = (CpuState.TLB_ENTRIES + step - 1) / step;
    for (int round = 0; round < 2; round++) {
      cpu.kernelMode(true);
      fill(step);
      cpu.kernelMode(false);
      fill(step);
      assertEquals(all, known(false));
      assertEquals((all + 1) / 2, known(true));
      cpu.clearTlb(CpuState.USER_TLB);
      assertEquals(0, known(false) + known(true));
      cpu.kernelMode(true);
      assertEquals(all, known(false));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100, 1023})
  void theLowerHalfGoesAndTheUpperHalfCanGoLater(int step) {
    fill(step);
    int upper = 0;
    for (int i = 0; i < CpuState.TLB_ENTRIES; i += step) {
      upper += i % 3 == 0 ? 1 : 0;
    }
    cpu.clearLowerHalf(CpuState.USER_TLB);
    assertEquals(upper, known(false));
    cpu.clearLowerHalf(CpuState.USER_TLB);
    assertEquals(upper, known(false));
    cpu.clearTlb(CpuState.USER_TLB);
    assertEquals(0, known(false) + known(true));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100})
  void aPageGoesByAddressByFrameOrForWritesOnly(int step) {
    fill(step);
    int all = known(false);
    int writable = known(true);
    cpu.dropWritable(HOST);
    assertEquals(all, known(false));
    assertEquals(writable - 1, known(true));
    cpu.dropPage(HOST + 4096L * 2 * step);
    assertEquals(all - 1, known(false));
    assertEquals(writable - 2, known(true));
    cpu.dropAddress(address(step));
    assertEquals(all - 2, known(false));
    assertEquals(writable - 2, known(true));
  }
}
