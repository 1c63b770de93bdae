package dev.zendo.hypervisor.domain;

import dev.zendo.hypervisor.engine.EngineCounters;
import dev.zendo.hypervisor.sched.Scheduler;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Has vcpus that hardly run let go of what the engine made of their code; where they go on it is
 * made again. Whoever owns the machine calls {@link #sweep} now and then; otherwise nothing is let
 * go of. Thread-safe.
 */
public final class CodeSweep {
  /** Guest instructions between two sweeps that still count as hardly any. */
  public static final long QUIET = 40_000_000;

  /** What is let go of has at least so many bytes. */
  public static final long LEAST_BYTES = 256 << 10;

  private final DomainManager manager;
  private final Domains domains;
  private final Scheduler scheduler;

  private final Map<Vcpu, Seen> seen = new WeakHashMap<>();

  /** What a vcpu was like at the last sweep. */
  private static final class Seen {
    long instructions;

    /** Whether it let go of everything then. */
    boolean shed;

    /** What it needed in the time after that, when it was quiet; 0 when nobody knows. */
    long needed;
  }

  /**
   * What a sweep found.
   *
   * @param busy vcpus that ran more than hardly since the last sweep, or were not there then
   * @param shed vcpus that let go of their code
   */
  public record Result(int busy, int shed) {}

  /** A sweep over the vcpus of all domains. */
  public CodeSweep(DomainManager manager, Domains domains, Scheduler scheduler) {
    this.manager = manager;
    this.domains = domains;
    this.scheduler = scheduler;
  }

  /**
   * Looks at all vcpus.
   *
   * @param quiet guest instructions since the last sweep that count as hardly any
   * @param least bytes of code and what describes it that are worth being let go of
   */
  public synchronized Result sweep(long quiet, long least) {
    int[] found = new int[2];
    domains.forEach(domain -> manager.whileAlive(domain, () -> visit(domain, quiet, least, found)));
    return new Result(found[0], found[1]);
  }

  private void visit(Domain domain, long quiet, long least, int[] found) {
    for (int i = 0; i < domain.vcpuCount(); i++) {
      Vcpu vcpu = domain.vcpu(i);
      if (vcpu.executor() != null) {
        visit(vcpu, quiet, least, found);
      }
    }
  }

  private void visit(Vcpu vcpu, long quiet, long least, int[] found) {
    Seen last = seen.get(vcpu);
    boolean known = last != null;
    if (!known) {
      last = new Seen();
      seen.put(vcpu, last);
    }
    long now = vcpu.cpu().instructions();
    boolean busy = !known || now - last.instructions > quiet;
    last.instructions = now;
    long held = held(vcpu);
    if (busy) {
      last.needed = 0;
      found[0]++;
    } else {
      vcpu.executor().quiet();
      last.needed = last.shed ? held : last.needed;
    }
    // What it needs all the time would only be made again; without a burst that hardly grows.
    long most = Math.max(least, last.needed + last.needed / 4);
    last.shed = !busy && !last.shed && held >= most && shed(vcpu);
    found[1] += last.shed ? 1 : 0;
  }

  private static long held(Vcpu vcpu) {
    EngineCounters counters = vcpu.executor().counters();
    return counters.codeBytes + counters.metadataBytes;
  }

  /** Does it unless the vcpu runs at this moment: nobody waits for that. */
  private boolean shed(Vcpu vcpu) {
    if (scheduler.running(vcpu)) {
      return false;
    }
    scheduler.pause(vcpu);
    try {
      if (scheduler.running(vcpu)) {
        return false;
      }
      vcpu.executor().shed();
      return true;
    } finally {
      scheduler.unpause(vcpu);
    }
  }
}
