package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.grant.GrantEntryV2;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import dev.zendo.hypervisor.paging.DomainFrames;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The grant table of one domain: frames that the domain fills with its grants, and what the
 * hypervisor remembers of those in use. The domain may change its frames at any time; entries are
 * read once and marked by compare-and-exchange.
 *
 * <p>Everything is guarded by {@link #lock}, which is taken after no other lock and held only for
 * short times.
 */
public final class GrantTable {
  /** Most frames of a table (gnttab_max_frames of Xen). */
  public static final int MAX_FRAMES = 64;

  /** Grants that keep their meaning when the format changes (toolstack's own). */
  static final int RESERVED_ENTRIES = 8;

  private static final int ENTRIES_V1 = MachineMemory.FRAME_SIZE / 8;
  private static final int ENTRIES_V2 = MachineMemory.FRAME_SIZE / 16;

  /** Grants whose status words fit into a frame. */
  private static final int STATUS_ENTRIES = MachineMemory.FRAME_SIZE / 2;

  private static final int TRANSITIVE_DOMAIN = GrantEntryV2.TRANSITIVE_DOMID.offset();
  private static final int TRANSITIVE_REF = GrantEntryV2.TRANSITIVE_GREF.offset();

  /** How often a marking is tried while the domain keeps changing the entry. */
  private static final int RETRIES = 5;

  final ReentrantLock lock = new ReentrantLock();
  private final Domain domain;
  private final MachineMemory memory;
  private final DomainFrames frames;
  private final long[] shared = new long[MAX_FRAMES];
  private final long[] status = new long[MAX_FRAMES / 8];
  private ActiveEntry[] active = new ActiveEntry[0];
  private int frameCount;
  private int statusCount;
  private int version = 1;
  private boolean dead;

  /** A table in format 1 without frames; {@link #grow} comes next. */
  GrantTable(Domain domain, MachineMemory memory, DomainFrames frames) {
    this.domain = domain;
    this.memory = memory;
    this.frames = frames;
  }

  /** Whose table this is. */
  Domain domain() {
    return domain;
  }

  /** Format, 1 or 2. */
  int version() {
    return version;
  }

  /** Most frames this table may have. */
  int maxFrames() {
    int wanted = domain.maxGrantFrames();
    return wanted < 1 ? MAX_FRAMES : Math.min(wanted, MAX_FRAMES);
  }

  /** Number of frames. */
  int frameCount() {
    return frameCount;
  }

  /** Number of frames of status words; 0 in format 1. */
  int statusFrameCount() {
    return statusCount;
  }

  /** A frame of the table. */
  long sharedFrame(int index) {
    return shared[index];
  }

  /** A frame of status words. */
  long statusFrame(int index) {
    return status[index];
  }

  /** Number of grants there is room for. */
  int entries() {
    return frameCount * (version == 1 ? ENTRIES_V1 : ENTRIES_V2);
  }

  /** Whether a reference (any value) names an entry. */
  boolean contains(int ref) {
    return Integer.compareUnsigned(ref, entries()) < 0;
  }

  /** Whether the domain is gone. */
  boolean isDead() {
    return dead;
  }

  /** The domain is gone: its frames must not be touched any more. */
  void die() {
    lock.lock();
    try {
      dead = true;
      frameCount = 0;
      statusCount = 0;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes the table at least as large as wanted.
   *
   * @return 0 or a negative errno
   */
  int grow(int wanted) {
    if (dead || wanted > maxFrames()) {
      return -Errno.EINVAL;
    }
    while (frameCount < wanted) {
      long mfn = frames.allocateExtra(domain);
      if (mfn < 0) {
        return -Errno.ENOMEM;
      }
      shared[frameCount++] = mfn;
    }
    if (frameCount * ENTRIES_V1 > active.length) {
      active = Arrays.copyOf(active, frameCount * ENTRIES_V1);
    }
    return version == 2 ? addStatusFrames() : 0;
  }

  private int addStatusFrames() {
    int wanted = (frameCount * ENTRIES_V2 + STATUS_ENTRIES - 1) / STATUS_ENTRIES;
    while (statusCount < wanted) {
      long mfn = frames.allocateExtra(domain);
      if (mfn < 0) {
        return -Errno.ENOMEM;
      }
      status[statusCount++] = mfn;
    }
    return 0;
  }

  /** The active entry of a reference that the table contains. */
  ActiveEntry active(int ref) {
    ActiveEntry entry = active[ref];
    if (entry == null) {
      entry = new ActiveEntry();
      active[ref] = entry;
    }
    return entry;
  }

  /** One more than the largest reference that can be in use. */
  int activeLimit() {
    return active.length;
  }

  /** How often a reference below {@link #activeLimit} is in use; see {@link Pins}. */
  int pins(int ref) {
    return active[ref] == null ? 0 : active[ref].pins;
  }

  // --- entries as the domain sees them ----------------------------------------------------------

  private long entryAddress(int ref) {
    int perFrame = version == 1 ? ENTRIES_V1 : ENTRIES_V2;
    int size = version == 1 ? 8 : 16;
    return memory.address(shared[ref / perFrame]) + (long) (ref % perFrame) * size;
  }

  private long statusAddress(int ref) {
    return version == 1
        ? entryAddress(ref)
        : memory.address(status[ref / STATUS_ENTRIES]) + (long) (ref % STATUS_ENTRIES) * 2;
  }

  /** Flags (low half) and domain number (high half) of an entry. */
  private int header(int ref) {
    return HostMemory.getIntAcquire(entryAddress(ref));
  }

  /** Flags of an entry. */
  int flags(int ref) {
    return header(ref) & 0xffff;
  }

  /** The frame an entry names, as the domain numbers frames. */
  long frameOf(int ref) {
    long at = entryAddress(ref);
    return version == 1
        ? HostMemory.getInt(at + 4) & 0xffffffffL
        : HostMemory.getLongAcquire(at + 8);
  }

  /** Whether an entry grants a part of a frame. */
  boolean isPart(int ref) {
    return version == 2 && (flags(ref) & GrantFlags.SUB_PAGE) != 0;
  }

  /** Whether an entry passes on another domain's grant. */
  boolean isPassedOn(int ref) {
    return version == 2 && (flags(ref) & GrantFlags.TYPE_MASK) == GrantFlags.TRANSITIVE;
  }

  /** Number of the domain (low half) whose grant (high half) an entry passes on. */
  long passedOn(int ref) {
    long at = entryAddress(ref);
    long granter = HostMemory.getShortAcquire(at + TRANSITIVE_DOMAIN) & 0xffff;
    return granter | (long) HostMemory.getIntAcquire(at + TRANSITIVE_REF) << 32;
  }

  /** First byte (low half) and length (high half) of a grant of a part of a frame. */
  int partOf(int ref) {
    return HostMemory.getIntAcquire(entryAddress(ref) + 4);
  }

  /**
   * Marks a grant as being read or written, provided it permits that.
   *
   * @param user number of the domain that wants to use it
   * @param mapping whether it is to be mapped, which a grant of a part does not allow
   * @return a constant of {@link GrantStatus}
   */
  int mark(int ref, ActiveEntry entry, boolean readOnly, boolean mapping, int user) {
    int mask = GrantFlags.TYPE_MASK | (mapping ? GrantFlags.SUB_PAGE : 0);
    int status =
        version == 1
            ? markV1(ref, entry, readOnly, mask, user)
            : markV2(ref, entry, readOnly, mask, user);
    if (status != GrantStatus.OKAY && Refusal.wanted()) {
      int header = header(ref);
      Refusal.note(
          Rule.GRANT_RIGHTS,
          ref,
          domain.id(),
          header & 0xffff,
          header >>> 16,
          readOnly ? 0 : 1,
          user);
    }
    return status;
  }

  /** Whether a reference (any value) names an entry; if not, that is noted. */
  boolean check(int ref) {
    if (!contains(ref)) {
      Refusal.note(Rule.NO_GRANT, ref & 0xffffffffL, domain.id(), entries());
      return false;
    }
    return true;
  }

  /** Notes that a grant takes no further use. */
  int used(int ref, ActiveEntry entry) {
    Refusal.note(Rule.GRANT_USED, ref, domain.id(), entry.user, entry.pins & 0xffffffffL);
    return GrantStatus.GENERAL_ERROR;
  }

  private static boolean permits(int header, int mask, int user) {
    return (header & mask) == GrantFlags.PERMIT_ACCESS && header >>> 16 == user;
  }

  /** In format 2 a grant that passes another one on can be used, though not be mapped. */
  private static boolean permitsV2(int header, int mask, int user) {
    boolean mapping = (mask & GrantFlags.SUB_PAGE) != 0;
    return permits(header, mask, user)
        || !mapping && (header & mask) == GrantFlags.TRANSITIVE && header >>> 16 == user;
  }

  private int markV1(int ref, ActiveEntry entry, boolean readOnly, int mask, int user) {
    long at = entryAddress(ref);
    for (int i = 0; i < RETRIES; i++) {
      int header = HostMemory.getIntAcquire(at);
      if (entry.pins == 0 && !permits(header, mask, user)
          || !readOnly && (header & GrantFlags.READONLY) != 0) {
        return GrantStatus.GENERAL_ERROR;
      }
      int marks = readOnly ? GrantFlags.READING : GrantFlags.READING | GrantFlags.WRITING;
      if (HostMemory.compareAndSetInt(at, header, header | marks)) {
        return GrantStatus.OKAY;
      }
    }
    return GrantStatus.GENERAL_ERROR;
  }

  private int markV2(int ref, ActiveEntry entry, boolean readOnly, int mask, int user) {
    int header = header(ref);
    if (entry.pins == 0 && !permitsV2(header, mask, user)
        || !readOnly && (header & GrantFlags.READONLY) != 0) {
      return GrantStatus.GENERAL_ERROR;
    }
    int before = HostMemory.getShortAcquire(statusAddress(ref));
    int marks = readOnly ? GrantFlags.READING : GrantFlags.READING | GrantFlags.WRITING;
    HostMemory.putShortRelease(statusAddress(ref), (short) (before | marks));
    // The domain looks at the status after it has changed the entry; we do it the other way round.
    HostMemory.fullFence();
    header = header(ref);
    boolean writeRevoked = !readOnly && (header & GrantFlags.READONLY) != 0;
    if (writeRevoked || entry.pins == 0 && !permitsV2(header, mask, user)) {
      unmark(ref, entry, readOnly);
      return GrantStatus.GENERAL_ERROR;
    }
    return GrantStatus.OKAY;
  }

  /** Takes those marks back that the remaining uses of a grant do not need. */
  void unmark(int ref, ActiveEntry entry, boolean readOnly) {
    int marks = entry.pins == 0 ? GrantFlags.READING : 0;
    if (!readOnly && !Pins.anyWriter(entry.pins)) {
      marks |= GrantFlags.WRITING;
    }
    if (marks == 0 || dead) {
      return;
    }
    long at = statusAddress(ref);
    while (true) {
      short before = HostMemory.getShortAcquire(at);
      if (HostMemory.compareAndSetShort(at, before, (short) (before & ~marks))) {
        return;
      }
    }
  }

  /** Exchanges two entries that are not in use. */
  void swap(int a, int b) {
    int words = version == 1 ? 1 : 2;
    for (int i = 0; i < words; i++) {
      long atA = entryAddress(a) + 8L * i;
      long atB = entryAddress(b) + 8L * i;
      long value = HostMemory.getLong(atA);
      HostMemory.putLong(atA, HostMemory.getLong(atB));
      HostMemory.putLong(atB, value);
    }
    if (version == 2) {
      short value = HostMemory.getShort(statusAddress(a));
      HostMemory.putShort(statusAddress(a), HostMemory.getShort(statusAddress(b)));
      HostMemory.putShort(statusAddress(b), value);
    }
  }

  /**
   * Reserves an entry for a frame that a given domain transfers.
   *
   * @return whether the entry accepts it
   */
  boolean commitTransfer(int ref, int from) {
    if (!contains(ref)) {
      return false;
    }
    long at = entryAddress(ref);
    for (int i = 0; i < RETRIES; i++) {
      int header = HostMemory.getIntAcquire(at);
      if ((header & 0xffff) != GrantFlags.ACCEPT_TRANSFER || header >>> 16 != from) {
        return false;
      }
      if (HostMemory.compareAndSetInt(at, header, header | GrantFlags.TRANSFER_COMMITTED)) {
        return true;
      }
    }
    return false;
  }

  /** Tells the domain which frame it got for an entry that committed to a transfer. */
  void completeTransfer(int ref, long frame) {
    long at = entryAddress(ref);
    if (version == 1) {
      HostMemory.putInt(at + 4, (int) frame);
    } else {
      HostMemory.putLong(at + 8, frame);
    }
    HostMemory.fullFence();
    while (true) {
      int header = HostMemory.getIntAcquire(at);
      if (HostMemory.compareAndSetInt(at, header, header | GrantFlags.TRANSFER_COMPLETED)) {
        return;
      }
    }
  }

  // --- change of format -------------------------------------------------------------------------

  /**
   * Changes the format. The reserved entries stay, all others become invalid.
   *
   * @return 0 or a negative errno
   */
  int changeVersion(int wanted, MappedFrames mapped) {
    for (int ref = RESERVED_ENTRIES; ref < active.length; ref++) {
      if (active[ref] != null && active[ref].pins != 0) {
        return -Errno.EBUSY;
      }
    }
    int[] headers = new int[RESERVED_ENTRIES];
    long[] named = new long[RESERVED_ENTRIES];
    for (int ref = 0; ref < RESERVED_ENTRIES; ref++) {
      headers[ref] = header(ref);
      named[ref] = frameOf(ref);
      if (version == 2) {
        int kind = headers[ref] & GrantFlags.TYPE_MASK;
        if (kind == GrantFlags.TRANSITIVE
            || kind == GrantFlags.PERMIT_ACCESS && named[ref] >>> 32 != 0) {
          return -Errno.ERANGE;
        }
        headers[ref] =
            kind == GrantFlags.PERMIT_ACCESS
                ? headers[ref] | HostMemory.getShort(statusAddress(ref)) & 0xffff
                : 0;
        named[ref] = headers[ref] == 0 ? 0 : named[ref];
      }
    }
    int error = wanted == 1 ? dropStatusFrames(mapped) : addStatusFrames();
    if (error != 0) {
      return error;
    }
    for (int i = 0; i < frameCount; i++) {
      HostMemory.fill(memory.address(shared[i]), MachineMemory.FRAME_SIZE, (byte) 0);
    }
    version = wanted;
    for (int ref = 0; ref < RESERVED_ENTRIES; ref++) {
      restore(ref, headers[ref], named[ref]);
    }
    return 0;
  }

  private void restore(int ref, int header, long frame) {
    int marks = GrantFlags.READING | GrantFlags.WRITING;
    long at = entryAddress(ref);
    if (version == 1) {
      HostMemory.putInt(at + 4, (int) frame);
      HostMemory.putIntRelease(at, header);
    } else {
      HostMemory.putShort(statusAddress(ref), (short) (header & marks));
      HostMemory.putLong(at + 8, frame);
      HostMemory.putIntRelease(at, header & ~marks);
    }
  }

  /** Tells whether somebody refers to a frame of a table, and frees frames that nobody needs. */
  interface MappedFrames {
    /** Whether anybody but the table refers to the frame. */
    boolean isMapped(long mfn);

    /** The table gives the frame up. */
    void giveUp(Domain domain, long mfn);
  }

  private int dropStatusFrames(MappedFrames mapped) {
    for (int i = 0; i < statusCount; i++) {
      if (mapped.isMapped(status[i])) {
        return -Errno.EBUSY;
      }
    }
    for (int i = 0; i < statusCount; i++) {
      mapped.giveUp(domain, status[i]);
    }
    statusCount = 0;
    return 0;
  }
}
