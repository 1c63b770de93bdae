package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.machine.HostMemory;
import java.util.Optional;

/** Whether this host can run emitted code; found out by running some. */
final class HostProbe {
  private static final int EXPECTED = 42;

  private static Optional<String> result;

  private HostProbe() {}

  /**
   * What keeps emitted code from running here, in one line; empty when it runs. Tried once per JVM.
   *
   * @param continueOffset as for {@link EntryStub#install}, which this calls
   */
  static synchronized Optional<String> obstacle(int continueOffset) {
    if (result == null) {
      result = find(continueOffset);
    }
    return result;
  }

  private static Optional<String> find(int continueOffset) {
    String system = System.getProperty("os.name");
    String architecture = System.getProperty("os.arch");
    if (!isLinuxOnX64(system, architecture)) {
      return Optional.of("emits code for Linux on x86-64, not " + system + " on " + architecture);
    }
    try {
      CodeBuffer code = new CodeBuffer().bytes(0xb8).int32(EXPECTED); // mov eax, EXPECTED
      long value = run(code, continueOffset);
      return value == EXPECTED ? Optional.empty() : Optional.of("emitted code returned " + value);
    } catch (UnsupportedOperationException | LinkageError e) {
      return Optional.of("cannot run emitted code: " + firstLine(e));
    }
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  static boolean isLinuxOnX64(String system, String architecture) {
    return system.equals("Linux")
        && (architecture.equals("amd64") || architecture.equals("x86_64"));
  }

  /** Runs code that may destroy RCX behind its end and returns RAX. */
  static long run(CodeBuffer code, int continueOffset) {
    EntryStub stub = EntryStub.install(continueOffset);
    long state = HostMemory.allocate(continueOffset + (long) Long.BYTES, Long.BYTES);
    try (CodeArea area = CodeArea.map(1)) {
      code.bytes(0x48, 0xb9).int64(stub.exitAddress()).bytes(0xff, 0xe1); // mov rcx, exit; jmp rcx
      code.writeTo(area, area.base());
      HostMemory.putLong(state + continueOffset, area.base());
      return NativeEntry.enter(state);
    } finally {
      HostMemory.free(state);
    }
  }
}
