package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.Engine;
import dev.zendo.hypervisor.engine.direct.DirectEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * Random programs on the direct engine and the interpreter in lock step. Of every four programs one
 * is compared after every block, one after random numbers of instructions of linked blocks, one so
 * with compact code, and one so without the flags that nobody needs, and with so little space for
 * code that it is dropped all the time.
 */
final class Streams implements AutoCloseable {
  /** Bytes for emitted code: the stubs' page, and room for a few blocks. */
  private static final long SMALL = 80 << 10;

  private final ProgramGenerator generator = new ProgramGenerator();
  private final List<DirectEngine> engines = new ArrayList<>();
  private final List<StreamRun> runs =
      List.of(
          new StreamRun((memory, map) -> keep(DirectEngine.byBlocks(memory, map)), true, true),
          new StreamRun((memory, map) -> keep(DirectEngine.exact(memory, map)), false, true),
          new StreamRun((memory, map) -> keep(DirectEngine.compact(memory, map)), false, true),
          new StreamRun((memory, map) -> keep(new DirectEngine(memory, map, SMALL)), false, false));
  private long programs;

  private Engine keep(DirectEngine engine) {
    engines.add(engine);
    return engine;
  }

  @Override
  public void close() {
    runs.forEach(StreamRun::close);
  }

  /** Instructions that each engine has executed. */
  long instructions() {
    return runs.stream().mapToLong(StreamRun::instructions).sum();
  }

  /** Those of them that emitted code has executed. */
  long translated() {
    return engines.stream().mapToLong(DirectEngine::translated).sum();
  }

  /** Runs the program of a seed; says what differed, null when nothing did. */
  String run(long seed) {
    StreamRun run = runs.get((int) (programs++ % runs.size()));
    RandomProgram program = generator.next(seed);
    String difference = attempt(run, program);
    return difference == null ? null : report(run, program, difference);
  }

  private static String attempt(StreamRun run, RandomProgram program) {
    try {
      return run.run(program);
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  /** Leaves out what is not needed for a difference. */
  private String report(StreamRun run, RandomProgram whole, String first) {
    RandomProgram program = whole;
    String difference = first;
    for (int i = program.instructions.size() - 1; i >= 0; i--) {
      RandomProgram less = program.without(i);
      String still = attempt(run, less);
      if (still != null) {
        program = less;
        difference = still;
      }
    }
    return String.format(
        "program %d, seed %d: %s%nshrunk from %d instructions to:%n%s",
        programs, whole.seed, difference, whole.instructions.size(), program.text());
  }

  /** A line of counts. */
  String text() {
    return String.format(
        "%d programs, %d instructions (%d by emitted code), %d comparisons, %d given up",
        programs,
        instructions(),
        translated(),
        runs.stream().mapToLong(StreamRun::steps).sum(),
        runs.stream().mapToLong(StreamRun::unclear).sum());
  }

  /** Undefined flags that differed, by the instruction that left them undefined. */
  String undefinedFlags() {
    StringBuilder s = new StringBuilder();
    runs.forEach(run -> s.append(run.undefinedFlags()));
    return s.toString();
  }
}
