package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.EngineCounters;
import dev.zendo.hypervisor.engine.FetchBuffer;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.x86.Decoder;
import dev.zendo.hypervisor.engine.x86.Insn;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The translated blocks of one vcpu. Used by the thread that runs the vcpu, except {@link
 * #invalidate}.
 */
final class BlockCache {
  private static final Logger LOG = LoggerFactory.getLogger(BlockCache.class);

  private static final int PAGE = MachineMemory.FRAME_SIZE;

  /** What fast code begins at a multiple of, in bytes. */
  private static final int ALIGNMENT = 16;

  /** Bytes that one block can take, at most. */
  private static final int LARGEST = 64 << 10;

  /** Rough bytes of the heap for the statistics: a block with its places in lists and maps. */
  private static final int BLOCK_BYTES = 120;

  /** Instructions after which a vcpu counts as busy, if nobody said that it idles meanwhile. */
  static final long BUSY = 2_000_000;

  /** The same for a site that is kept. */
  private static final int SITE_BYTES = 72;

  /** What entering returns after a fault inside the code; otherwise it returns 0. */
  static final long FAULTED = -1;

  private final CpuState cpu;
  private final GuestMmu mmu;
  private final long machine;
  private final CodeMap codeMap;
  private final EngineCounters counters;
  private final CodeArea area;
  private final Stubs stubs;
  private final Translator translator;
  private final boolean alwaysCompact;

  /** Whether blocks are made small rather than fast. */
  private boolean compact;

  /** Instructions of the vcpu at which that is looked at again. */
  private long lookAt;

  /** Whether the vcpu hardly ran, as somebody who watches it says. */
  private volatile boolean quiet;

  private final long first;
  private long next;

  /** The way from guest addresses to code in user mode and in kernel mode. */
  private final Lookup[] lookups;

  private volatile Map<Long, List<Block>> byFrame = new ConcurrentHashMap<>();
  private Set<Long> unwritable = new HashSet<>();

  private final BlockList blocks = new BlockList();

  /** Sites that are left again and again, in the order of their numbers. */
  private final ArrayList<Site> kept = new ArrayList<>();

  /** The site that was left last, if it is not kept. */
  private final Site passing = new Site();

  private final byte[] code = new byte[2 * PAGE];

  private final ConcurrentLinkedQueue<long[]> invalid = new ConcurrentLinkedQueue<>();

  /** Whether something may be in the queue: asked each time before code is entered. */
  private volatile boolean anyInvalid;

  BlockCache(
      CpuState cpu,
      GuestMmu mmu,
      long machine,
      CodeMap codeMap,
      long bytes,
      boolean exact,
      boolean alwaysCompact,
      EngineCounters counters) {
    this.cpu = cpu;
    this.mmu = mmu;
    this.machine = machine;
    this.codeMap = codeMap;
    this.counters = counters;
    this.alwaysCompact = alwaysCompact;
    this.area = CodeArea.map(bytes);
    EntryStub entry = EntryStub.install(Fields.CONTINUE);
    Assembler out = new Assembler();
    long at = area.base();
    this.stubs = new Stubs(out, at, entry.exitAddress());
    out.writeTo(area, at);
    try {
      FaultNet.cover(area, CpuState.FAULT, stubs.recover(), FAULTED);
    } catch (UnsupportedOperationException e) {
      area.close();
      throw e;
    }
    this.translator = new Translator(stubs, out, exact);
    this.first = at + (out.position() + PAGE - 1 & -PAGE);
    this.next = first;
    counters.codeLimit = area.size();
    this.lookups =
        new Lookup[] {
          new Lookup(new JumpCache(cpu.base() + Fields.USER_JUMPS), new FetchBuffer(mmu)),
          new Lookup(new JumpCache(cpu.base() + Fields.KERNEL_JUMPS), new FetchBuffer(mmu))
        };
    form(alwaysCompact);
  }

  /** What one mode has to find code with; the blocks stay when translations change. */
  private record Lookup(JumpCache jumps, FetchBuffer fetches, BlockMap blocks) {
    Lookup(JumpCache jumps, FetchBuffer fetches) {
      this(jumps, fetches, new BlockMap());
    }

    void forget() {
      jumps.clear();
      fetches.clear();
    }

    void forgetLowerHalf() {
      if (jumps.hasLowerHalf()) {
        jumps.clear();
      }
      fetches.removeLowerHalf();
    }

    void forgetPage(long va) {
      jumps.removePage(va);
      fetches.removePage(va);
    }
  }

  private Lookup lookup(boolean kernel) {
    return lookups[kernel ? 1 : 0];
  }

  Stubs stubs() {
    return stubs;
  }

  /**
   * Where code was left; good until it is left again.
   *
   * @param left what the code said: the offset in the area of what describes the site, or the
   *     complement of the offset behind the call that did not come back
   */
  Site site(long left) {
    long description = left < 0 ? called(area.base() + ~left) : area.base() + left;
    int number = Site.number(description);
    return number < 0 ? described(description) : kept.get(number);
  }

  private long called(long behind) {
    Block block = blocks.at(behind);
    return Site.called(block.entry + block.calls, (int) (behind - block.entry));
  }

  private Site described(long description) {
    boolean again = Site.isWorthKeeping(description);
    Site site = again ? new Site() : passing;
    site.read(description, blocks.at(description));
    if (again) {
      site.keep(area, kept.size());
      kept.add(site);
      counters.metadataBytes += SITE_BYTES;
    }
    return site;
  }

  /** Gives the memory back. */
  void close() {
    FaultNet.uncover(area);
    area.close();
  }

  // Finding and making blocks.

  /** Host address of the code at an address in the current mode; 0 when it cannot be executed. */
  long entry(long rip) {
    Lookup lookup = lookup(cpu.kernelMode());
    long known = lookup.jumps.get(rip);
    if (known != 0) {
      return known;
    }
    Block block = find(rip);
    return block == null ? 0 : block.entry;
  }

  /** The block at an address in the current mode; null when its page cannot be executed. */
  Block find(long rip) {
    boolean kernel = cpu.kernelMode();
    Lookup lookup = lookup(kernel);
    long page = CpuState.isCanonical(rip) ? lookup.fetches.translate(rip) : -1;
    if (page < 0) {
      return null;
    }
    long mfn = page >>> MachineMemory.FRAME_SHIFT;
    Block block = lookup.blocks.get(rip, mfn);
    if (block == null || !stands(block)) {
      if (isFull()) {
        forgetAll();
        counters.flushes++;
      }
      block = translate(new Block(rip, mfn, kernel));
      lookup.blocks.put(block);
    }
    lookup.jumps.put(block);
    return block;
  }

  /** Code and what describes it may take as much as the area, together. */
  private boolean isFull() {
    return next + LARGEST > area.base() + area.size()
        || counters.codeBytes + counters.metadataBytes > area.size();
  }

  private boolean stands(Block block) {
    return block.alive && (!block.crosses() || nextFrame(block.rip, block.kernel) == block.nextMfn);
  }

  /** Frame of the page behind the one of an address; {@link Block#NONE} if there is none. */
  private long nextFrame(long rip, boolean kernel) {
    long va = (rip & -PAGE) + PAGE;
    long page = CpuState.isCanonical(va) ? lookup(kernel).fetches.translate(va) : -1;
    return page < 0 ? Block.NONE : page >>> MachineMemory.FRAME_SHIFT;
  }

  private Block translate(Block block) {
    read(block.mfn, 0);
    if (BlockDecoder.mayCross(code, block.rip)) {
      block.nextMfn = (int) nextFrame(block.rip, block.kernel);
      if (block.crosses()) {
        read(block.nextMfn, PAGE);
      }
    }
    translator.translate(block, code, next, compact);
    Assembler out = translator.output();
    out.writeTo(area, next);
    block.entry = next;
    next += out.position();
    if (!compact) {
      next = next + ALIGNMENT - 1 & -ALIGNMENT;
    }
    blocks.add(block);
    counters.blocks++;
    counters.translated += block.count;
    counters.codeBytes = next - first;
    counters.metadataBytes += BLOCK_BYTES;
    own(block.mfn, block);
    if (block.crosses()) {
      own(block.nextMfn, block);
    }
    return block;
  }

  /** Index in {@link EngineCounters#helpedBy} for the instruction at a site. */
  int mnemonic(Site left) {
    Block block = left.block;
    HostMemory.copyToArray(host(block.mfn), code, 0, PAGE);
    if (block.crosses()) {
      long behind = host(block.nextMfn);
      HostMemory.copyToArray(behind, code, PAGE, PAGE);
    }
    int offset = (int) left.rip & PAGE - 1;
    int available = (block.crosses() ? 2 * PAGE : PAGE) - offset;
    Insn insn = new Insn();
    int length = Decoder.decode(code, offset, available, true, insn);
    return length > 0 ? insn.mnemonic.ordinal() : EngineCounters.OTHER;
  }

  private long host(long mfn) {
    return machine + (mfn << MachineMemory.FRAME_SHIFT);
  }

  private void own(long mfn, Block block) {
    byFrame.get(mfn).add(block);
  }

  /** Reads a frame's bytes; from here on others tell when they change. */
  private void read(long mfn, int at) {
    byFrame.computeIfAbsent(mfn, key -> new ArrayList<>());
    protect(mfn);
    HostMemory.copyToArray(host(mfn), code, at, PAGE);
  }

  /** Before bytes of a frame are decoded, nobody may be able to write them unnoticed. */
  private void protect(long mfn) {
    if (!codeMap.hasCode(mfn) || !unwritable.contains(mfn)) {
      codeMap.mark(mfn);
      mmu.revokeWriteTranslations(mfn);
      cpu.dropWritable(host(mfn));
      unwritable.add(mfn);
    }
  }

  /** Lets a jump that has just left the code lead to its target directly from now on. */
  void link(Site left) {
    Block from = left.block;
    Block target = from.alive ? find(left.rip) : null;
    // Looking for the target may have thrown everything away.
    boolean stands = target != null && from.alive;
    if (stands && target.mfn == from.mfn && target.kernel == from.kernel) {
      area.patch(left.place, (int) (target.entry - (left.place + 4)));
      Site.next(area, left.address, target.incoming);
      target.incoming = (int) (left.address - area.base());
    }
  }

  /** Forgets the way to a block that is dead. */
  void forget(Site left) {
    lookup(left.block.kernel).jumps.remove(left.rip);
  }

  /** Forgets the translations of one mode. */
  void forgetTranslations(boolean kernel) {
    lookup(kernel).forget();
  }

  /** Forgets the translations to a frame. */
  void forgetFrame(long mfn) {
    for (Block block : byFrame.getOrDefault(mfn, List.of())) {
      lookup(block.kernel).jumps.remove(block.rip);
    }
    lookups[0].fetches.removeFrame(mfn << MachineMemory.FRAME_SHIFT);
    lookups[1].fetches.removeFrame(mfn << MachineMemory.FRAME_SHIFT);
  }

  /** Forgets the translations below the canonical gap. */
  void forgetLowerHalf() {
    lookup(false).forget();
    lookup(true).forgetLowerHalf();
  }

  /** Forgets the translation of one page. */
  void forgetPage(long va) {
    lookups[0].forgetPage(va);
    lookups[1].forgetPage(va);
  }

  // Dropping blocks.

  /** Notes that bytes of a frame changed; called by any thread. */
  void invalidate(long mfn, int offset, int bytes) {
    if (byFrame.containsKey(mfn)) {
      invalid.add(new long[] {mfn, offset, bytes});
      anyInvalid = true;
    }
  }

  /** Drops what others have invalidated. */
  void dropInvalid() {
    if (!anyInvalid) {
      return;
    }
    anyInvalid = false;
    for (long[] range = invalid.poll(); range != null; range = invalid.poll()) {
      drop(range[0], (int) range[1], (int) range[2]);
    }
  }

  private void drop(long mfn, int offset, int bytes) {
    if (bytes == PAGE) {
      unwritable.remove(mfn);
    }
    List<Block> blocks = byFrame.get(mfn);
    if (blocks == null) {
      return;
    }
    blocks.removeIf(
        block -> {
          if (block.alive && touches(block, mfn, offset, bytes)) {
            kill(block);
          }
          return !block.alive;
        });
    if (blocks.isEmpty()) {
      byFrame.remove(mfn);
    }
  }

  /** Whether a block depends on bytes of a frame, or on the next one. */
  private static boolean touches(Block block, long mfn, int offset, int bytes) {
    if (block.crosses()) {
      return block.mfn == mfn && offset + bytes > block.start
          || block.nextMfn == mfn && offset < block.end + 1 - PAGE;
    }
    return offset < block.end + 1 && offset + bytes > block.start;
  }

  private void kill(Block block) {
    block.alive = false;
    counters.dropped++;
    int offset = block.exit - 5;
    byte[] jump = {
      (byte) 0xe9, (byte) offset, (byte) (offset >> 8), (byte) (offset >> 16), (byte) (offset >> 24)
    };
    area.write(block.entry, jump, jump.length);
    Site.becomeStale(area, block.entry + block.exit + Site.leaveBytes(compact));
    for (int at = block.incoming; at != 0; at = Site.next(area.base() + at)) {
      long description = area.base() + at;
      long place = Site.place(description, blocks.at(description));
      long stub = description - Site.leaveBytes(compact);
      area.patch(place, (int) (stub - (place + 4)));
    }
    block.incoming = 0;
  }

  /** Notes that the vcpu hardly ran for a while. Any thread. */
  void quiet() {
    quiet = true;
  }

  /** Has a vcpu that turned out to be busy go on in fast code; nobody executes in the old one. */
  void lookAtSpeed() {
    if (!compact || cpu.instructions() < lookAt || alwaysCompact) {
      return;
    }
    if (quiet) {
      quiet = false;
      lookAt = cpu.instructions() + BUSY;
    } else {
      forgetAll();
      form(false);
    }
  }

  /** Decides how blocks are made from now on; there are none. */
  private void form(boolean isCompact) {
    compact = isCompact;
    for (Lookup lookup : lookups) {
      lookup.jumps.resize(isCompact);
    }
  }

  /**
   * Drops everything, and gives the memory back that it took; nobody executes in it. What is made
   * from then on is compact, until the vcpu is busy.
   */
  void shed() {
    long used = next - first;
    if (used > 0) {
      giveBack(used);
    }
    forgetAll();
    form(true);
    lookAt = cpu.instructions() + BUSY;
  }

  private void giveBack(long used) {
    for (Lookup lookup : lookups) {
      lookup.jumps.shed();
    }
    counters.sheds++;
    try {
      area.discard(first, used);
    } catch (UnsupportedOperationException e) {
      LOG.debug("the host takes no pages of code back: {}", e.getMessage());
    }
  }

  private void forgetAll() {
    // A site that waits to be linked lies in code that is about to be overwritten.
    blocks.clear();
    for (Lookup lookup : lookups) {
      lookup.blocks.clear();
      lookup.jumps.clear();
    }
    // New ones: the tables of the old ones are as large as they ever were.
    byFrame = new ConcurrentHashMap<>();
    unwritable = new HashSet<>();
    kept.clear();
    kept.trimToSize();
    next = first;
    counters.codeBytes = 0;
    counters.metadataBytes = 0;
  }
}
