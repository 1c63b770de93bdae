package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.InsnTable;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/** Runs random instruction sequences on the host's processor and on an engine. */
final class SequenceRun {
  /** Cases per sequence. */
  static final int BATCH = 32;

  private final NativeCpu nativeCpu;
  private final GuestMachine guest;
  private final Report report;
  private final Sequence sequence;
  private final CaseGenerator cases;
  private final long inputs = HostMemory.allocate((long) BATCH * CaseBlock.SIZE, 64);
  private final long outputs = HostMemory.allocate((long) BATCH * CaseBlock.SIZE, 64);
  private final long got = HostMemory.allocate(CaseBlock.SIZE, 64);

  /** Grows whenever the engine joins ops. */
  private final LongSupplier joins;

  SequenceRun(
      NativeCpu nativeCpu, GuestMachine guest, Report report, List<InsnTable.Row> rows, long seed) {
    this(nativeCpu, guest, report, rows, seed, () -> 0);
  }

  SequenceRun(
      NativeCpu nativeCpu,
      GuestMachine guest,
      Report report,
      List<InsnTable.Row> rows,
      long seed,
      LongSupplier joins) {
    this.joins = joins;
    SplittableRandom random = new SplittableRandom(seed);
    this.nativeCpu = nativeCpu;
    this.guest = guest;
    this.report = report;
    this.sequence = new Sequence(random.split(), rows);
    this.cases = new CaseGenerator(random.split());
  }

  /** Runs at least {@code count} cases. */
  void run(long count) {
    for (long done = 0; done < count; done += BATCH) {
      sequence.next();
      batch();
    }
  }

  private void batch() {
    for (int i = 0; i < BATCH; i++) {
      cases.fillForSequence(inputs + (long) i * CaseBlock.SIZE, sequence.address);
    }
    HostMemory.copy(inputs, outputs, (long) BATCH * CaseBlock.SIZE);
    nativeCpu.run(sequence.address, sequence.code, sequence.length, outputs, BATCH);
    guest.write(sequence.address, sequence.code, sequence.length);
    long joinsBefore = joins.getAsLong();
    for (int i = 0; i < BATCH; i++) {
      boolean single = (i & 7) == 7;
      if (!single && joins.getAsLong() > joinsBefore) {
        report.countJoined();
      }
      compare((long) i * CaseBlock.SIZE, single ? sequence.count : 0);
    }
    guest.erase(sequence.address, sequence.length);
  }

  private void compare(long offset, int steps) {
    long input = inputs + offset;
    long expected = outputs + offset;
    guest.execute(input, got, steps);
    int undefined = sequence.undefinedAt(CaseBlock.field(got, CaseBlock.RIP));
    String difference = Comparison.difference(undefined, expected, got);
    report.countSequence(difference != null);
    if (difference != null) {
      String text = (steps > 0 ? "by step\n" : "by run\n") + sequence.text();
      report.addSequence(text, difference, input, expected, got);
    }
  }
}
