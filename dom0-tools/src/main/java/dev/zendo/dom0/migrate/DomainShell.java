package dev.zendo.dom0.migrate;

import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.builder.EmptyDomain;
import dev.zendo.dom0.control.ControlDomain;
import java.util.Arrays;

/**
 * A domain with memory of which nobody knows yet what shall be in it: made while another one
 * suspends, which would wait otherwise. Used by one thread.
 */
public final class DomainShell implements AutoCloseable {
  private final ControlDomain control;
  private EmptyDomain domain;
  private long[] frames = new long[0];

  /** A shell that is not made yet. */
  public DomainShell(ControlDomain control) {
    this.control = control;
  }

  /**
   * Makes the domain, once.
   *
   * @param spec of the domain, but for its devices
   * @param pages those of the other one: if its kernel has the first page frames in use, as usual,
   *     no other ones will be needed
   * @throws dev.zendo.dom0.ToolException when the machine has not so many
   */
  public void make(DomainSpec spec, int pages) {
    domain = EmptyDomain.create(control, spec);
    frames = new long[pages];
    Arrays.fill(frames, -1);
    RestoredMemory.populate(control.memory(), domain.id(), frames, 0, pages);
  }

  /** Builds the domain, once, if it was made. */
  public DomainSource of(FrozenDomain frozen) {
    return (any, whole) -> frozen.build(control, taken(), frames, whole);
  }

  private EmptyDomain taken() {
    EmptyDomain made = domain;
    domain = null;
    return made;
  }

  /** Destroys it if nobody has begun to build it. */
  @Override
  public void close() {
    if (domain != null) {
      control.domains().destroy(domain.id());
    }
  }
}
