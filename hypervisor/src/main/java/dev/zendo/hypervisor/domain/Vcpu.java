package dev.zendo.hypervisor.domain;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.VcpuExecutor;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.sched.VcpuSchedule;
import dev.zendo.hypervisor.time.VcpuTime;
import dev.zendo.hypervisor.trace.Sampler;

/**
 * One virtual processor as the hypervisor sees it.
 *
 * <p>Architectural and trap state belongs to the thread that runs the vcpu, or to the one that
 * changes it while it is paused or down. Volatile fields may be read by any thread.
 */
public final class Vcpu {
  /** Bytes at {@link #scratch()}. */
  public static final int SCRATCH_SIZE = 8192;

  private static final int PRIVATE_SIZE = 1024;
  private static final int FRAME_OFFSET = 64;

  // What there may be news of, and what tells that the vcpu was not inside anyway.
  private static final int NEW_EVENT = 1;
  private static final int NEW_NMI = 2;
  private static final int OUTSIDE = -1;

  private final Domain domain;
  private final int id;
  private final CpuState cpu;
  private final long scratch;
  private final TrapState traps = new TrapState();
  private final GuestGate gate = new GuestGate();
  private final CallRestart restart = new CallRestart();
  private final VcpuSchedule schedule = new VcpuSchedule();
  private final byte[] code = new byte[16];
  private final Insn insn = new Insn();
  private final VcpuCounters counters = new VcpuCounters();
  private Kicker kicker = vcpu -> {};
  private VcpuTime time;
  private volatile boolean initialised;
  private volatile long vcpuInfoMfn = -1;
  private GuestMmu mmu;
  private GuestAccess guest;
  private VcpuExecutor executor;
  private volatile long vcpuInfo;
  private volatile long kernelRoot;
  private volatile long userRoot;
  private Object memoryState;
  private Sampler sampler;

  /** A vcpu that is down. The creator wires it with {@link #wire} before anybody else sees it. */
  public Vcpu(Domain domain, int id) {
    this.domain = domain;
    this.id = id;
    this.cpu = new CpuState();
    this.scratch = HostMemory.allocate(SCRATCH_SIZE + PRIVATE_SIZE, 64);
    this.vcpuInfo = scratch + SCRATCH_SIZE;
  }

  /** Connects the parts that need the vcpu to exist. */
  public void wire(GuestMmu mmu, GuestAccess guest, VcpuExecutor executor, Kicker kicker) {
    this.mmu = mmu;
    this.guest = guest;
    this.executor = executor;
    this.kicker = kicker;
    gate.wire(executor, domain);
  }

  /** Its domain. */
  public Domain domain() {
    return domain;
  }

  /** Number within the domain. */
  public int id() {
    return id;
  }

  /** Architectural state. */
  public CpuState cpu() {
    return cpu;
  }

  /** Executes its guest code; null for a vcpu of the Java control domain. */
  public VcpuExecutor executor() {
    return executor;
  }

  /** Its page-table walker. */
  public GuestMmu mmu() {
    return mmu;
  }

  /** Access to pointers that this vcpu's guest passes. */
  public GuestAccess guest() {
    return guest;
  }

  /**
   * Host address of {@link #SCRATCH_SIZE} bytes that belong to the hypercall being executed by this
   * vcpu: arguments are copied there once. A handler must not expect contents to survive a call of
   * another handler.
   */
  public long scratch() {
    return scratch;
  }

  /** How the hypercall under way may stop in between. */
  public CallRestart restart() {
    return restart;
  }

  /** Traps, callbacks and what else the guest kernel registered for its entry. */
  public TrapState traps() {
    return traps;
  }

  /** Whether the vcpu executes guest code now, and what waits for it to come out. */
  public GuestGate gate() {
    return gate;
  }

  /** Holder for the bytes of an instruction; for the thread that runs the vcpu. */
  public byte[] code() {
    return code;
  }

  /** What it needed of the hypervisor. */
  public VcpuCounters counters() {
    return counters;
  }

  /** Holder for a decoded instruction; for the thread that runs the vcpu. */
  public Insn insn() {
    return insn;
  }

  /** Its timers and time areas. */
  public VcpuTime time() {
    return time;
  }

  /** Sets {@link #time()}, once, when it is wired. */
  public void time(VcpuTime timers) {
    time = timers;
  }

  /** Whether it was given a context (VCPUOP_initialise, setvcpucontext). */
  public boolean initialised() {
    return initialised;
  }

  /** Sets {@link #initialised()}. */
  public void initialised(boolean now) {
    initialised = now;
  }

  /** Frame of the registered vcpu_info, -1 when it is in its first place. */
  public long vcpuInfoMfn() {
    return vcpuInfoMfn;
  }

  /** Sets {@link #vcpuInfoMfn()}. */
  public void vcpuInfoMfn(long mfn) {
    vcpuInfoMfn = mfn;
  }

  /** What the scheduler knows of it. */
  public VcpuSchedule schedule() {
    return schedule;
  }

  /**
   * Makes the vcpu look at what came for it: wakes it, or makes it leave the guest. Any thread; the
   * news must be in memory before.
   */
  public void kick() {
    kicker.kick(this);
  }

  /** Sets the pending byte of its vcpu_info and kicks it if that was clear. Any thread. */
  public void markEventPending() {
    if (HostMemory.compareAndSetByte(vcpuInfo, (byte) 0, (byte) 1)) {
      kick();
    }
  }

  /**
   * Comes out of the guest for a while, so that nobody waits for this vcpu to flush translations;
   * in {@link GuestMmu} calls, which the executor makes from inside. Only the thread that runs it.
   *
   * @return what {@link #stepIn} needs
   */
  public int stepOut() {
    int before = news();
    return gate.leave() ? before : OUTSIDE;
  }

  /**
   * Goes back in after {@link #stepOut}. Who kicked the vcpu meanwhile found it outside and counts
   * on it to look for news on its way in; it is not at a place where it could serve them, so it
   * leaves the guest soon.
   */
  public void stepIn(int before) {
    if (before == OUTSIDE) {
      return;
    }
    gate.enter();
    if ((news() & ~before) != 0) {
      executor.requestExit();
    }
  }

  /** What a kick may be for. */
  private int news() {
    int event = HostMemory.getByteAcquire(vcpuInfo) != 0 ? NEW_EVENT : 0;
    return traps.nmiPending() ? event | NEW_NMI : event;
  }

  /** Host address of its vcpu_info (64 bytes). */
  public long vcpuInfo() {
    return vcpuInfo;
  }

  /** Moves its vcpu_info. */
  public void vcpuInfo(long hostAddress) {
    vcpuInfo = hostAddress;
  }

  /** Host address of its private vcpu_info, used before it has another. */
  public long privateVcpuInfo() {
    return scratch + SCRATCH_SIZE;
  }

  /**
   * Host address of 256 bytes for the hypervisor's own transfers to and from the guest (frames,
   * time areas, entries of a multicall); never those of a handler.
   */
  public long frameBuffer() {
    return scratch + SCRATCH_SIZE + FRAME_OFFSET;
  }

  /** Frame of the guest kernel's top-level page table; 0 when none. */
  public long kernelRoot() {
    return kernelRoot;
  }

  /** Sets the root; only the memory half calls it. */
  public void kernelRoot(long mfn) {
    kernelRoot = mfn;
  }

  /** Frame of the guest user's top-level page table; 0 when none. */
  public long userRoot() {
    return userRoot;
  }

  /** Sets the root; only the memory half calls it. */
  public void userRoot(long mfn) {
    userRoot = mfn;
  }

  /** What the memory half keeps for this vcpu (descriptor tables and the like); its own type. */
  public Object memoryState() {
    return memoryState;
  }

  /** Sets {@link #memoryState()}, from {@link DomainMemory#mmu}. */
  public void memoryState(Object state) {
    memoryState = state;
  }

  /** Sees now and then where it is; null when nobody wants to know. */
  public Sampler sampler() {
    return sampler;
  }

  /** Sets {@link #sampler()}, while the vcpu is paused. */
  public void sampler(Sampler to) {
    sampler = to;
  }

  /** Gives its host memory back; nobody may use it afterwards. */
  public void close() {
    if (executor != null) {
      executor.close();
    }
    cpu.close();
    HostMemory.free(scratch);
  }

  @Override
  public String toString() {
    return domain + "v" + id;
  }
}
