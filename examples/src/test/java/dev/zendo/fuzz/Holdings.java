package dev.zendo.fuzz;

import dev.zendo.dom0.Machine;
import dev.zendo.dom0.MachineParts;
import dev.zendo.hypervisor.Hypervisor;
import dev.zendo.xenstore.StoreAccess;
import java.io.File;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What domains could leave behind in a machine, to be compared before and after. Mappings that are
 * left keep their domain's frames.
 *
 * @param frames that nobody owns
 * @param claimed frames that are promised
 * @param timers that are armed
 * @param threads of ours
 * @param ports of domain 0 that are open
 * @param files that this process has open
 * @param paths in the store
 */
record Holdings(
    long frames, long claimed, int timers, int threads, int ports, int files, Set<String> paths) {
  private static final String OURS = "(zendo|dom0|9pfs|disk|block|vif|net|io)[-0-9].*";

  /** Stays once there was one; what is below does not. */
  private static final String ERRORS = "/local/domain/0/error";

  private static final int LOOKS = 100;

  /** What there is now. */
  static Holdings of(Machine machine) {
    Hypervisor hypervisor = MachineParts.hypervisor(machine);
    int threads = 0;
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      threads += thread.getName().matches(OURS) ? 1 : 0;
    }
    String[] files = new File("/proc/self/fd").list();
    return new Holdings(
        machine.freeFrames(),
        hypervisor.memoryCore().claimedFrames(),
        hypervisor.timers().armed(),
        threads,
        hypervisor.domain(0).events().open(),
        files == null ? 0 : files.length,
        paths(machine));
  }

  /** Waits until there is no more than this; says what is left. */
  Optional<String> await(Machine machine) throws InterruptedException {
    Holdings after = of(machine);
    for (int i = 0; i < LOOKS && after.exceeds(this); i++) {
      // The scheduler's timer for slices and idle threads end by themselves.
      Thread.sleep(10);
      after = of(machine);
    }
    return after.exceeds(this)
        ? Optional.of("left behind: " + withoutPaths() + " became " + after.text(this))
        : Optional.empty();
  }

  /** Whether there is more than before; a timer or thread that was about to end may be gone. */
  private boolean exceeds(Holdings before) {
    return frames != before.frames
        || claimed != before.claimed
        || timers > before.timers
        || threads > before.threads
        || ports != before.ports
        || files > before.files
        || !paths.equals(before.paths);
  }

  /** All paths of the store. */
  private static Set<String> paths(Machine machine) {
    Set<String> all = new TreeSet<>();
    add(machine.store().client(), "", all);
    all.remove(ERRORS);
    return all;
  }

  private static void add(StoreAccess store, String path, Set<String> all) {
    for (String child : store.list(path.isEmpty() ? "/" : path)) {
      all.add(path + "/" + child);
      add(store, path + "/" + child, all);
    }
  }

  /** What differs, without hundreds of paths. */
  private String text(Holdings before) {
    Set<String> added = new TreeSet<>(paths);
    added.removeAll(before.paths);
    Set<String> gone = new TreeSet<>(before.paths);
    gone.removeAll(paths);
    return withoutPaths() + ", paths added " + added + ", gone " + gone;
  }

  private Holdings withoutPaths() {
    return new Holdings(frames, claimed, timers, threads, ports, files, Set.of());
  }
}
