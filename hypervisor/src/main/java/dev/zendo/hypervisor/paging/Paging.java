package dev.zendo.hypervisor.paging;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.GuestAccess;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.hypercall.HypercallTable;
import dev.zendo.hypervisor.machine.DirtyFrames;
import dev.zendo.hypervisor.machine.FrameAllocator;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.MachToPhys;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.function.Function;

/** The parts of this package put together for one machine. Thread-safe. */
public final class Paging {
  private final MachineMemory memory;
  private final CodeMap codeMap;
  private final FrameTable table;
  private final MachToPhys machToPhys;
  private final Walker walker;
  private final TlbSync tlb;
  private final DomainFrames frames;
  private final PageTypes types;
  private final TableUpdates updates;
  private final DescriptorTables descriptors;
  private final Roots roots;
  private final PageOwners owners;
  private final FrameAllocator allocator;
  private final Domains domains;
  private final ReservedSlots slots;

  /**
   * Builds the parts.
   *
   * @param emptyFrame a frame of the hypervisor's that holds zeros for ever
   */
  public Paging(
      MachineMemory memory,
      CodeMap codeMap,
      Domains domains,
      FrameTable table,
      FrameAllocator allocator,
      MachToPhys machToPhys,
      long emptyFrame) {
    this.memory = memory;
    this.codeMap = codeMap;
    this.table = table;
    this.machToPhys = machToPhys;
    walker = new Walker(memory);
    tlb = new TlbSync(domains, table);
    frames = new DomainFrames(table, allocator, machToPhys, domains, tlb);
    slots = new ReservedSlots(emptyFrame);
    types = new PageTypes(memory, table, tlb, domains, slots, codeMap.dirty());
    updates = new TableUpdates(memory, types);
    descriptors = new DescriptorTables(memory, table, types, walker);
    roots = new Roots(types, descriptors, memory, slots);
    owners = new PageOwners(domains);
    this.allocator = allocator;
    this.domains = domains;
  }

  /** Installs the hypercalls of this package. */
  public void register(HypercallTable hypercalls) {
    UpdateVaMapping updateVa = new UpdateVaMapping(table, walker, updates, tlb, owners);
    hypercalls.register(Hypercalls.UPDATE_VA_MAPPING, updateVa::own);
    hypercalls.register(Hypercalls.UPDATE_VA_MAPPING_OTHERDOMAIN, updateVa::other);
    hypercalls.register(
        Hypercalls.MMU_UPDATE,
        new MmuUpdateCall(memory, table, machToPhys, types, updates, tlb, owners, codeMap));
    hypercalls.register(
        Hypercalls.MMUEXT_OP,
        new MmuExtCall(memory, table, types, tlb, owners, roots, descriptors, codeMap));
    hypercalls.register(
        Hypercalls.UPDATE_DESCRIPTOR, new UpdateDescriptor(memory, table, types, codeMap));
  }

  /** Which frame belongs to whom. */
  public FrameTable table() {
    return table;
  }

  /** Flushes. */
  public TlbSync tlb() {
    return tlb;
  }

  /** The page walker. */
  public Walker walker() {
    return walker;
  }

  /** Gives frames to domains. */
  public DomainFrames frames() {
    return frames;
  }

  /** What frames may be used for. */
  public PageTypes types() {
    return types;
  }

  /** Changes of page-table entries. */
  public TableUpdates updates() {
    return updates;
  }

  /** Moving frames between domains. */
  public Handover handover() {
    return new Handover(frames, tlb, codeMap);
  }

  /** Which frames are written, while somebody wants to know. */
  public DirtyFrames dirty() {
    return codeMap.dirty();
  }

  /** L1 entries for the grant table. */
  public LeafSlots leafSlots() {
    return new LeafSlots(memory, table, walker, types);
  }

  /** Descriptor tables of vcpus. */
  public DescriptorTables descriptors() {
    return descriptors;
  }

  /** Page-table roots of vcpus. */
  public Roots roots() {
    return roots;
  }

  /** Whom a domain may act on. */
  public PageOwners owners() {
    return owners;
  }

  /** A recount of all references, to which whoever holds others than page tables adds them. */
  public PagingAudit audit() {
    return new PagingAudit(memory, table, allocator, domains, slots);
  }

  /** The machine-to-physical table. */
  public MachToPhys machToPhys() {
    return machToPhys;
  }

  /**
   * Gives a new domain its state, and RAM from guest frame 0 on when it is translated: as many
   * frames as it may have.
   *
   * @param newState makes the state around the domain's space (null when it has none)
   */
  public void attach(Domain domain, Function<TranslatedSpace, DomainSpace> newState) {
    TranslatedSpace space = domain.translated() ? new TranslatedSpace() : null;
    domain.memoryState(newState.apply(space));
    for (long gpfn = 0; space != null && gpfn < domain.maxPages(); ) {
      gpfn += giveRam(domain, space, gpfn);
    }
  }

  /** Gives a translated domain frames that follow one another, as many as possible at once. */
  private long giveRam(Domain domain, TranslatedSpace space, long gpfn) {
    long wanted = Long.highestOneBit(domain.maxPages() - gpfn);
    int order = Math.min(FrameAllocator.MAX_ORDER, Long.numberOfTrailingZeros(wanted));
    long mfn = frames.allocate(domain, order);
    while (mfn < 0 && order > 0) {
      mfn = frames.allocate(domain, --order);
    }
    if (mfn < 0) {
      throw new IllegalStateException("the machine has too little memory for " + domain);
    }
    for (long i = 0; i < 1L << order; i++) {
      space.set(gpfn + i, TranslatedSpace.entry(mfn + i, true, TranslatedSpace.OWN));
      machToPhys.set(mfn + i, gpfn + i);
    }
    return 1L << order;
  }

  /** Creates the walker of a new vcpu, null for a translated domain. */
  public GuestMmu mmu(Vcpu vcpu) {
    vcpu.memoryState(new VcpuTables());
    return vcpu.domain().translated()
        ? null
        : new PvMmu(
            vcpu, memory, table, machToPhys, walker, updates, tlb, descriptors, codeMap.dirty());
  }

  /** Creates the accessor for a new vcpu's hypercall pointers, after {@link #mmu}. */
  public GuestAccess guestAccess(Vcpu vcpu) {
    TranslatedSpace space = DomainSpace.of(vcpu.domain()).translated();
    return space == null
        ? new PvGuestAccess(vcpu, memory, codeMap, walker)
        : new TranslatedAccess(memory, codeMap, space);
  }

  /** The memory of a translated domain. */
  public PhysicalMemory physicalMemory(Domain domain) {
    return new TranslatedMemory(memory, codeMap, DomainSpace.of(domain).translated());
  }

  /**
   * Makes an entry of a translated space for a frame to which the caller holds a general reference,
   * which the entry takes over. It is writable unless the frame is a page table or descriptor
   * table, or writes of its owner are logged: who copies a domain that runs must neither keep its
   * frames from becoming tables nor have them count as written.
   */
  public long heldEntry(long mfn) {
    Domain owner = domains.get(table.owner(mfn));
    boolean logged = owner != null && owner.logsWrites();
    boolean writable = !logged && types.acquireWritable(mfn);
    return TranslatedSpace.entry(mfn, writable, TranslatedSpace.HELD);
  }

  /** Drops the references of an entry that {@link #heldEntry} made; others have none. */
  public void dropHeld(long entry) {
    if (TranslatedSpace.kind(entry) == TranslatedSpace.HELD) {
      long mfn = TranslatedSpace.frame(entry);
      if (TranslatedSpace.isWritable(entry)) {
        types.releaseWritable(mfn);
      }
      table.put(mfn);
    }
  }

  /** Drops what a vcpu that will not run again refers to. */
  public void detach(Vcpu vcpu) {
    if (vcpu.memoryState() != null && !vcpu.domain().translated()) {
      roots.detach(vcpu);
      descriptors.detach(vcpu);
    }
  }

  /**
   * Takes back all memory of a dead domain whose vcpus are detached and whose grant mappings are
   * gone. Frames that others still refer to go with their last reference.
   */
  public void release(Domain domain) {
    domain.pagingLock().lock();
    try {
      frames.close(domain);
      for (long mfn : frames.pinned(domain)) {
        if (table.unpin(mfn)) {
          types.put(domain, mfn);
        }
      }
    } finally {
      domain.pagingLock().unlock();
    }
    TranslatedSpace space = DomainSpace.of(domain).translated();
    if (space != null) {
      space.clear((gpfn, entry) -> dropHeld(entry));
    }
    frames.releaseAll(domain);
  }
}
