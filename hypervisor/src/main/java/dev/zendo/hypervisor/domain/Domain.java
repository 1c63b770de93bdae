package dev.zendo.hypervisor.domain;

import dev.zendo.hypervisor.event.EventChannels;
import dev.zendo.hypervisor.machine.FrameClaim;
import dev.zendo.hypervisor.sched.DomainShare;
import dev.zendo.hypervisor.trace.RefusalBudget;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A domain: what all its vcpus share.
 *
 * <p>Thread-safe as stated at each field. Lock order: {@link #pagingLock} is taken before any lock
 * of the frame table or of event channels, never after the scheduler's.
 */
public final class Domain {
  /** Most vcpus of one domain. */
  public static final int MAX_VCPUS = 64;

  /** {@link #dying()}: the domain lives. */
  public static final int ALIVE = 0;

  /** {@link #dying()}: its resources are being released. */
  public static final int DYING = 1;

  /** {@link #dying()}: nothing is left but the record. */
  public static final int DEAD = 2;

  private final int id;
  private volatile byte[] handle;
  private final boolean privileged;
  private final boolean translated;
  private final ReentrantLock pagingLock = new ReentrantLock();
  private final OutdatedFrames outdatedFrames = new OutdatedFrames();
  private final AtomicLong totalPages = new AtomicLong();
  private final FrameClaim claim = new FrameClaim();
  private final AtomicLong vmAssists = new AtomicLong();
  private final AtomicBoolean eoiFrame = new AtomicBoolean();
  private final Vcpu[] vcpus = new Vcpu[MAX_VCPUS];
  private final EventChannels events;
  private final AtomicLong descriptorChanges = new AtomicLong();
  private volatile int vcpuCount;
  private volatile long maxPages;
  private volatile long sharedInfoMfn = -1;
  private volatile long sharedInfo;
  private volatile int dying;
  private volatile Object memoryState;
  private volatile Lifecycle lifecycle = new NoLifecycle();
  private final Watchdogs watchdogs = new Watchdogs(this);
  private final DomainShare share = new DomainShare();
  private final RefusalBudget refusals = new RefusalBudget();
  private volatile int pauses;
  private volatile int shutdownReason = -1;
  private volatile int shutdownCode = -1;
  private volatile int maxVcpus = MAX_VCPUS;
  private volatile int maxGrantFrames = -1;
  private volatile long timeOffset;
  private volatile boolean debugged;
  private final AtomicBoolean logsWrites = new AtomicBoolean();
  private volatile int cmosIndex;
  private volatile int pciAddress;

  /**
   * A domain without memory and vcpus.
   *
   * @param id number below 0x7ff0
   * @param handle 16 bytes that the toolstack chose (UUID); copied
   * @param privileged whether it is a control domain
   * @param translated whether its pointers and frame numbers are guest-physical
   */
  public Domain(int id, byte[] handle, boolean privileged, boolean translated) {
    this.id = id;
    this.handle = handle.clone();
    this.privileged = privileged;
    this.translated = translated;
    this.events = new EventChannels(this);
  }

  /** Domain number. */
  public int id() {
    return id;
  }

  /** Whether the first write to each of its pages is to be noticed. */
  public boolean logsWrites() {
    return logsWrites.get();
  }

  /** Sets whether it is; returns whether that changed anything. */
  public boolean logWrites(boolean on) {
    return logsWrites.compareAndSet(!on, on);
  }

  /** The 16 bytes of its UUID; a copy. */
  public byte[] handle() {
    return handle.clone();
  }

  /** Sets the 16 bytes of its UUID; keeps the array. */
  public void handle(byte[] bytes) {
    handle = bytes;
  }

  /** Whether it may ask for things that concern other domains (domain 0). */
  public boolean privileged() {
    return privileged;
  }

  /** Whether this is the first time that it names a frame for interrupts that need an EOI. */
  public boolean claimEoiFrame() {
    return eoiFrame.compareAndSet(false, true);
  }

  /** Whether pointers and frame numbers of its hypercalls are guest-physical (domain 0 in Java). */
  public boolean translated() {
    return translated;
  }

  /**
   * Guards the types of its frames and its page tables. A thread that executes guest code takes it
   * through {@link Vcpu#lock}, so that it does not hold up others that wait for a flush.
   */
  public ReentrantLock pagingLock() {
    return pagingLock;
  }

  /** What its page tables do not name any more; noted with the paging lock held. */
  public OutdatedFrames outdatedFrames() {
    return outdatedFrames;
  }

  /** Frames it owns now. */
  public long totalPages() {
    return totalPages.get();
  }

  /** Most frames it may own. */
  public long maxPages() {
    return maxPages;
  }

  /** Sets the most frames it may own; it may own more already. */
  public void maxPages(long pages) {
    maxPages = pages;
  }

  /** Counts frames as its own, unless that exceeds its maximum; returns whether it did. */
  public boolean claimPages(long pages) {
    while (true) {
      long total = totalPages.get();
      if (pages > maxPages - total) {
        return false;
      }
      if (totalPages.compareAndSet(total, total + pages)) {
        return true;
      }
    }
  }

  /** Free frames that are kept for it (XENMEM_claim_pages). */
  public FrameClaim claim() {
    return claim;
  }

  /** Frames are no longer its own. */
  public void unclaimPages(long pages) {
    totalPages.addAndGet(-pages);
  }

  /** Whether a VMASST_TYPE (bit number) is on. */
  public boolean assists(int type) {
    return (vmAssists.get() >>> type & 1) != 0;
  }

  /** All assists as a bit set. */
  public long vmAssists() {
    return vmAssists.get();
  }

  /** Replaces all assists. */
  public void vmAssists(long bits) {
    vmAssists.set(bits);
  }

  /** Turns one assist on or off. */
  public void assist(int type, boolean on) {
    long bit = 1L << type;
    vmAssists.updateAndGet(old -> on ? old | bit : old & ~bit);
  }

  /** Frame of its shared info page; -1 before it has one. */
  public long sharedInfoMfn() {
    return sharedInfoMfn;
  }

  /** Host address of its shared info page; 0 before it has one. */
  public long sharedInfo() {
    return sharedInfo;
  }

  /** Gives it its shared info page, once, before vcpus exist. */
  public void sharedInfo(long mfn, long hostAddress) {
    sharedInfoMfn = mfn;
    sharedInfo = hostAddress;
  }

  /** Its event channels. */
  public EventChannels events() {
    return events;
  }

  /** Number of vcpus, from 0 on contiguous. */
  public int vcpuCount() {
    return vcpuCount;
  }

  /** A vcpu by number (any 64-bit value), or null. */
  public Vcpu vcpu(long number) {
    return Long.compareUnsigned(number, vcpuCount) < 0 ? vcpus[(int) number] : null;
  }

  /** Adds the next vcpu. Callers serialise. */
  public void add(Vcpu vcpu) {
    int count = vcpuCount;
    vcpus[count] = vcpu;
    vcpuCount = count + 1;
  }

  /** {@link #ALIVE}, {@link #DYING} or {@link #DEAD}. */
  public int dying() {
    return dying;
  }

  /** Moves on towards {@link #DEAD}. */
  public void dying(int state) {
    dying = state;
  }

  /** What the memory half keeps for this domain (grant table and the like); its own type. */
  public Object memoryState() {
    return memoryState;
  }

  /** Sets {@link #memoryState()}, once, from {@link DomainMemory#attach}. */
  public void memoryState(Object state) {
    memoryState = state;
  }

  /** Who stops it. */
  public Lifecycle lifecycle() {
    return lifecycle;
  }

  /** Sets {@link #lifecycle()}. */
  void lifecycle(Lifecycle machine) {
    lifecycle = machine;
  }

  /** Its watchdogs. */
  public Watchdogs watchdogs() {
    return watchdogs;
  }

  /** How many of its refused hypercalls are told. */
  public RefusalBudget refusals() {
    return refusals;
  }

  /** What it may have of the processors. */
  public DomainShare share() {
    return share;
  }

  /** How often the toolstack paused it. */
  public int pauses() {
    return pauses;
  }

  /** Sets {@link #pauses()}; under the manager's lock. */
  void pauses(int count) {
    pauses = count;
  }

  /** Why it was shut down (SHUTDOWN_*), or -1 while it is not. */
  public int shutdownReason() {
    return shutdownReason;
  }

  /** Sets {@link #shutdownReason()}; under the manager's lock. */
  void shutdownReason(int reason) {
    shutdownReason = reason;
  }

  /** The reason that the guest announced beforehand (SCHEDOP_shutdown_code), or -1. */
  public int shutdownCode() {
    return shutdownCode;
  }

  /** Sets {@link #shutdownCode()}. */
  public void shutdownCode(int reason) {
    shutdownCode = reason;
  }

  /** Most frames of its grant table, -1 for the default; set before the memory half attaches. */
  public int maxGrantFrames() {
    return maxGrantFrames;
  }

  /** Sets {@link #maxGrantFrames()}. */
  public void maxGrantFrames(int frames) {
    maxGrantFrames = frames;
  }

  /** Seconds by which its wall clock differs from the machine's. */
  public long timeOffset() {
    return timeOffset;
  }

  /** Sets {@link #timeOffset()}; under the manager's lock. */
  void timeOffset(long seconds) {
    timeOffset = seconds;
  }

  /** Whether a debugger said that it looks at the domain. */
  public boolean debugged() {
    return debugged;
  }

  /** Sets {@link #debugged()}. */
  public void debugged(boolean now) {
    debugged = now;
  }

  /** What the guest wrote to port 0x70. */
  public int cmosIndex() {
    return cmosIndex;
  }

  /** Sets {@link #cmosIndex()}. */
  public void cmosIndex(int index) {
    cmosIndex = index;
  }

  /** What the guest wrote to port 0xcf8. */
  public int pciAddress() {
    return pciAddress;
  }

  /** Sets {@link #pciAddress()}. */
  public void pciAddress(int address) {
    pciAddress = address;
  }

  /** Most vcpus that it may be given. */
  public int maxVcpus() {
    return maxVcpus;
  }

  /** Sets {@link #maxVcpus()}, before it has any. */
  public void maxVcpus(int count) {
    maxVcpus = count;
  }

  /** Counts changes of its vcpus' descriptor tables; never negative. Any thread. */
  public long descriptorChanges() {
    return descriptorChanges.get();
  }

  /** Counts one more change, which is in memory already. Any thread. */
  public void descriptorChanged() {
    descriptorChanges.incrementAndGet();
  }

  @Override
  public String toString() {
    return "d" + id;
  }

  /** For domains outside a machine: nothing happens. */
  private static final class NoLifecycle implements Lifecycle {
    @Override
    public void shutdown(Domain domain, int reason) {
      domain.shutdownReason(reason);
    }

    @Override
    public void crash(Domain domain, Vcpu vcpu, String why) {
      domain.shutdownReason(CRASH);
    }

    @Override
    public void fail(Domain domain, Vcpu vcpu, Throwable cause) {
      throw new IllegalStateException("in a domain without a machine", cause);
    }
  }
}
