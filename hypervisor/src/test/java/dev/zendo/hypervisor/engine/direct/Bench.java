package dev.zendo.hypervisor.engine.direct;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.hypervisor.machine.HostMemory;
import java.util.Optional;

/** A state block and a code area for tests that run a few emitted instructions. */
final class Bench implements AutoCloseable {
  /** Where the entry stub of the test JVM continues. */
  static final int CONTINUE = Fields.CONTINUE;

  /** Offset of 8 words for the tests' own use. */
  static final int WORDS = 0x200;

  private static final int STATE_SIZE = 0x400;

  final EntryStub stub = EntryStub.install(CONTINUE);
  final CodeArea area = CodeArea.map(1);
  final long state = HostMemory.allocate(STATE_SIZE, 64);

  /** Skips the test where emitted code cannot run; on Linux x86-64 it must. */
  static void assumeSupported() {
    boolean here =
        HostProbe.isLinuxOnX64(System.getProperty("os.name"), System.getProperty("os.arch"));
    Optional<String> obstacle = HostProbe.obstacle(CONTINUE);
    assumeTrue(here, () -> obstacle.orElse(""));
    assertFalse(obstacle.isPresent(), () -> obstacle.orElse(""));
  }

  /** Appends a jump to the stub's exit; RCX is destroyed. */
  CodeBuffer exit(CodeBuffer code) {
    return code.bytes(0x48, 0xb9).int64(stub.exitAddress()).bytes(0xff, 0xe1);
  }

  /** Places the code at an offset of the area; returns its address. */
  long place(int offset, CodeBuffer code) {
    code.writeTo(area, area.base() + offset);
    return area.base() + offset;
  }

  /** Runs from {@code address} until an exit. */
  long run(long address) {
    HostMemory.putLong(state + CONTINUE, address);
    return NativeEntry.enter(state);
  }

  /** Host address of one of the words. */
  long word(int index) {
    return state + WORDS + 8L * index;
  }

  @Override
  public void close() {
    area.close();
    HostMemory.free(state);
  }
}
