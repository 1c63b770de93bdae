package dev.zendo.dom0.builder;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.hypercalls.grant.GrantEntryV1;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * A domain that was just made: it has vcpus, limits and ports for store and console, but no memory.
 * The one who made it either builds it or destroys it. Used by one thread.
 */
public final class EmptyDomain {
  /** Grant references that belong to the console and the store by convention. */
  private static final int CONSOLE_GRANT = 0;

  private static final int STORE_GRANT = 1;

  private final ControlDomain control;
  private final int id;
  private int storePort;
  private int consolePort;

  private EmptyDomain(ControlDomain control, int id) {
    this.control = control;
    this.id = id;
  }

  /**
   * Makes a domain.
   *
   * @throws dev.zendo.dom0.control.HypercallFailure when it cannot be; then nothing of it is left
   */
  public static EmptyDomain create(ControlDomain control, DomainSpec spec) {
    int id = control.domains().create(spec.uuid(), spec.vcpus());
    EmptyDomain domain = new EmptyDomain(control, id);
    try {
      domain.equip(spec);
    } catch (RuntimeException | Error e) {
      control.domains().destroy(id);
      throw e;
    }
    return domain;
  }

  private void equip(DomainSpec spec) {
    control.domains().maxVcpus(id, spec.vcpus());
    schedule(spec.scheduling(), spec.vcpus());
    control.domains().maxMemory(id, DomainBuilder.limit(spec.maxMemoryMiB() << 10));
    storePort = control.events().allocUnbound(id);
    consolePort = control.events().allocUnbound(id);
    control.memory().setMemoryMap(id, spec.maxMemoryMiB() << 20);
  }

  private void schedule(SchedulingSpec wanted, int vcpus) {
    if (!wanted.isDefault()) {
      control.vcpus().share(id, wanted.weight(), wanted.cap());
      for (int vcpu = 0; vcpu < vcpus; vcpu++) {
        control.vcpus().affinity(id, vcpu, true, wanted.processors());
      }
    }
  }

  /** Its number. */
  public int id() {
    return id;
  }

  /** Its event channel for the store. */
  public int storePort() {
    return storePort;
  }

  /** Its event channel for the console. */
  public int consolePort() {
    return consolePort;
  }

  /**
   * Says where its rings are, which completes it: the control domain reaches both through grants,
   * as it does after a migration.
   *
   * @param storeFrame machine frame of the ring of the store
   * @param consoleFrame machine frame of the ring of the console
   */
  public BuiltDomain built(long storeFrame, long consoleFrame) {
    long frame = control.grants().firstFrame(id);
    try (Mapping table = control.memory().mapForeign(id, new long[] {frame}, 0, 1)) {
      seedGrant(table.address(), CONSOLE_GRANT, consoleFrame);
      seedGrant(table.address(), STORE_GRANT, storeFrame);
    }
    return new BuiltDomain(id, storePort, storeFrame, consolePort, consoleFrame);
  }

  private void seedGrant(long table, int reference, long frame) {
    PhysicalMemory memory = control.memory().memory();
    long entry = table + (long) reference * GrantEntryV1.LAYOUT.size();
    GrantEntryV1.DOMID.set(memory, entry, 0);
    GrantEntryV1.FRAME.set(memory, entry, (int) frame);
    memory.fullFence();
    GrantEntryV1.FLAGS.set(memory, entry, GrantFlags.PERMIT_ACCESS);
  }
}
