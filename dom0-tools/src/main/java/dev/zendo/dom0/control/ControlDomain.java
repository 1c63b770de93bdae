package dev.zendo.dom0.control;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.memory.MemoryDomain;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypervisor.control.ControlDomainPort;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/** Domain 0 at work: one of these per machine. Thread-safe. */
public final class ControlDomain implements AutoCloseable {
  /** What domain 0 is called, as on Xen. */
  public static final String NAME = "Domain-0";

  /** Mappings appear below this guest frame number (64 GiB). */
  private static final long SPACE_END = 1L << 24;

  private final CallGate gate;
  private final DomainControl domains;
  private final VcpuControl vcpus;
  private final VcpuStateControl vcpuStates;
  private final DirtyPages dirtyPages;
  private final MemoryControl memory;
  private final GrantMapper grants;
  private final EventPorts events;
  private final VersionControl version;

  /**
   * Takes the control domain into operation.
   *
   * @param port its door to the hypervisor
   * @param name of the machine, for the name of the event thread
   * @param driven whether there is no such thread: the machine's owner calls {@link
   *     EventPorts#serve}
   */
  public ControlDomain(ControlDomainPort port, String name, boolean driven) {
    gate = new CallGate(port);
    long ramFrames = ramFrames();
    AddressSpace space = new AddressSpace(ramFrames, SPACE_END);
    AddressSpace ram = new AddressSpace(CallGate.END >>> 12, ramFrames);
    Domctls calls = new Domctls(gate);
    domains = new DomainControl(calls);
    vcpus = new VcpuControl(calls);
    vcpuStates = new VcpuStateControl(calls);
    memory = new MemoryControl(calls, space, ram);
    dirtyPages = new DirtyPages(calls, memory);
    grants = new GrantMapper(gate, space, memory);
    version = new VersionControl(gate);
    events = new EventPorts(gate, port, memory.mapSharedInfo(), name + "-events");
    if (!driven) {
      events.start();
    }
  }

  private long ramFrames() {
    PhysicalMemory ram = gate.memory();
    long at = gate.clear(0, MemoryDomain.LAYOUT.size());
    MemoryDomain.DOMID.set(ram, at, Domid.SELF);
    return gate.check(
        "asking for the memory of domain 0",
        Hypercalls.MEMORY_OP,
        MemoryOp.CURRENT_RESERVATION,
        at,
        0,
        0);
  }

  /** Domains. */
  public DomainControl domains() {
    return domains;
  }

  /** Their vcpus. */
  public VcpuControl vcpus() {
    return vcpus;
  }

  /** All that their vcpus are, to be kept. */
  public VcpuStateControl vcpuStates() {
    return vcpuStates;
  }

  /** Which pages they write. */
  public DirtyPages dirtyPages() {
    return dirtyPages;
  }

  /** Frames and mappings. */
  public MemoryControl memory() {
    return memory;
  }

  /** Grants of other domains. */
  public GrantMapper grants() {
    return grants;
  }

  /** Event channels. */
  public EventPorts events() {
    return events;
  }

  /** What the hypervisor says of itself. */
  public VersionControl version() {
    return version;
  }

  /** Stops serving events. Domains are not destroyed. */
  @Override
  public void close() {
    events.stop();
  }
}
