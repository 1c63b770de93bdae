package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.x86.InsnTable;
import dev.zendo.hypervisor.engine.x86.Mnemonic;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Runs random cases of every compared table row on the host's processor and on an engine. A
 * function of its seed, apart from the host's processor model.
 */
final class DifferentialRun {
  private static final int BATCH = 64;

  private final NativeCpu nativeCpu;
  private final GuestMachine guest;
  private final Report report;
  private final SplittableRandom random;
  private final Segmentation segments;
  private final InsnGenerator generator;
  private final CaseGenerator cases;
  private final long inputs = HostMemory.allocate((long) BATCH * CaseBlock.SIZE, 64);
  private final long outputs = HostMemory.allocate((long) BATCH * CaseBlock.SIZE, 64);
  private final long got = HostMemory.allocate(CaseBlock.SIZE, 64);

  DifferentialRun(NativeCpu nativeCpu, GuestMachine guest, Report report, long seed) {
    this(nativeCpu, guest, report, seed, Segmentation.LONG);
  }

  DifferentialRun(
      NativeCpu nativeCpu, GuestMachine guest, Report report, long seed, Segmentation segments) {
    this.nativeCpu = nativeCpu;
    this.guest = guest;
    this.report = report;
    this.segments = segments;
    this.random = new SplittableRandom(seed);
    this.generator = new InsnGenerator(random.split(), segments);
    this.cases = new CaseGenerator(random.split(), segments);
  }

  /** Goes through the rows again and again until at least {@code count} cases are done. */
  void run(List<InsnTable.Row> rows, long count) {
    long done = 0;
    while (done < count) {
      for (InsnTable.Row row : rows) {
        if (generator.next(row)) {
          batch();
          done += BATCH;
        } else {
          throw new IllegalStateException("no instruction of row " + row);
        }
      }
    }
  }

  private void batch() {
    for (int i = 0; i < BATCH; i++) {
      cases.fill(inputs + (long) i * CaseBlock.SIZE, generator);
    }
    HostMemory.copy(inputs, outputs, (long) BATCH * CaseBlock.SIZE);
    int length = generator.insn.length;
    nativeCpu.run(generator.address, nativeCode(), length, outputs, BATCH);
    guest.write(generator.address, generator.code(), length);
    Report.Total total = report.total(generator.insn);
    total.instructions++;
    for (int i = 0; i < BATCH; i++) {
      compare(total, (long) i * CaseBlock.SIZE, (i & 1) == 0);
    }
    guest.erase(generator.address, length);
  }

  /**
   * What the host executes. Guests do not have TZCNT and LZCNT: the encodings mean BSF and BSR
   * then, which the host executes when another prefix, without effect, takes the place of F3.
   */
  private byte[] nativeCode() {
    byte[] code = generator.code();
    if (generator.insn.mnemonic != Mnemonic.TZCNT && generator.insn.mnemonic != Mnemonic.LZCNT) {
      return code;
    }
    byte[] plain = code.clone();
    for (int i = 0; plain[i] != 0x0f; i++) {
      plain[i] = plain[i] == (byte) 0xf3 ? idlePrefix() : plain[i];
    }
    return plain;
  }

  /** Names the segment that the operand is in anyway. */
  private byte idlePrefix() {
    int segment =
        segments == Segmentation.LONG ? CpuState.DS : Segmentation.segment(generator.insn);
    return (byte) (segment == CpuState.GS ? 0x65 : 0x26 + 8 * segment);
  }

  private void compare(Report.Total total, long offset, boolean single) {
    long input = inputs + offset;
    long expected = outputs + offset;
    guest.execute(input, got, single ? 1 : 0);
    total.cases++;
    if (CaseBlock.vector(expected) >= 0) {
      total.faults++;
    }
    // The host's kernel may return to 16-bit stacks with its own upper half in RSP.
    CaseBlock.gpr(expected, CpuState.RSP, CaseBlock.gpr(expected, CpuState.RSP) & segments.mask());
    AmdForm.adapt(generator.insn, segments, input, expected, got);
    String difference = Comparison.difference(generator.insn, input, expected, got);
    if (difference != null) {
      total.differences++;
      String mode = single ? "step" : "run";
      report.add(generator.insn, generator.code(), difference, mode, input, expected, got);
    }
  }
}
