package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.PageFilter;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The translated blocks of one vcpu. Used by the thread that runs the vcpu, except {@link
 * #invalidate}.
 */
final class BlockCache {
  private static final int PAGE = MachineMemory.FRAME_SIZE;

  /** Bytes of emitted code after which all is dropped, unless told otherwise. */
  static final long AREA = 64L << 20;

  /** Bytes that one block can take, at most. */
  private static final int LARGEST = 64 << 10;

  private static final int JUMP_BYTES = 16 * Stubs.JUMPS;

  /** Not canonical, and all bytes are the same. */
  private static final long NO_ADDRESS = 0x5555_5555_5555_5555L;

  /** What entering returns after a fault inside the code; otherwise it returns 0. */
  static final long FAULTED = -1;

  private final CpuState cpu;
  private final GuestMmu mmu;
  private final long machine;
  private final CodeMap codeMap;
  private final CodeArea area;
  private final Stubs stubs;
  private final Translator translator;
  private final long first;
  private long next;

  private final Map<Long, Block> kernelBlocks = new HashMap<>();
  private final Map<Long, Block> userBlocks = new HashMap<>();
  private final Map<Long, List<Block>> byFrame = new ConcurrentHashMap<>();
  private final Set<Long> unwritable = new HashSet<>();
  private final List<Site> sites = new ArrayList<>();
  private final byte[] code = new byte[PAGE];

  /** Jump caches of kernel and user mode. */
  private final long[] jumps = {
    HostMemory.allocate(JUMP_BYTES, 64), HostMemory.allocate(JUMP_BYTES, 64)
  };

  /** Pages whose addresses are in a jump cache. */
  private final PageFilter[] seen = {new PageFilter(), new PageFilter()};

  private final ConcurrentLinkedQueue<long[]> invalid = new ConcurrentLinkedQueue<>();

  /** Whether something may be in the queue: asked each time before code is entered. */
  private volatile boolean anyInvalid;

  BlockCache(CpuState cpu, GuestMmu mmu, long machine, CodeMap codeMap, long bytes) {
    this.cpu = cpu;
    this.mmu = mmu;
    this.machine = machine;
    this.codeMap = codeMap;
    this.area = CodeArea.map(bytes);
    EntryStub entry = EntryStub.install(Fields.CONTINUE);
    try {
      FaultNet.cover(area, CpuState.FAULT, entry.exitAddress(), FAULTED);
    } catch (UnsupportedOperationException e) {
      release();
      throw e;
    }
    Assembler out = new Assembler();
    long at = area.base();
    this.stubs = new Stubs(out, at, entry.exitAddress());
    out.writeTo(area, at);
    this.translator = new Translator(stubs);
    this.first = at + 4096;
    this.next = first;
    forgetJumps(true);
    forgetJumps(false);
  }

  Stubs stubs() {
    return stubs;
  }

  Site site(int number) {
    return sites.get(number);
  }

  long jumps(boolean kernel) {
    return jumps[kernel ? 1 : 0];
  }

  /** Gives the memory back. */
  void close() {
    FaultNet.uncover(area);
    release();
  }

  private void release() {
    area.close();
    HostMemory.free(jumps[0]);
    HostMemory.free(jumps[1]);
  }

  // Finding and making blocks.

  /** The block at an address in the current mode; null when its page cannot be executed. */
  Block find(long rip) {
    if (!CpuState.isCanonical(rip)) {
      return null;
    }
    long page = mmu.translate(rip, GuestMmu.EXECUTE);
    if (page < 0) {
      return null;
    }
    boolean kernel = cpu.kernelMode();
    long mfn = page >>> MachineMemory.FRAME_SHIFT;
    Map<Long, Block> blocks = kernel ? kernelBlocks : userBlocks;
    Block block = blocks.get(rip);
    if (block == null || !block.alive || block.mfn != mfn) {
      if (next + LARGEST > area.base() + area.size()) {
        forgetAll();
      }
      // From here on others tell when the frame's bytes change.
      List<Block> all = byFrame.computeIfAbsent(mfn, key -> new ArrayList<>());
      block = translate(rip, mfn, page, kernel);
      blocks.put(rip, block);
      all.add(block);
    }
    remember(block);
    return block;
  }

  private Block translate(long rip, long mfn, long page, boolean kernel) {
    protect(mfn);
    HostMemory.copyToArray(machine + page, code, 0, PAGE);
    Block block = new Block(rip, mfn, kernel);
    translator.translate(block, code, next, sites.size());
    Assembler out = translator.output();
    out.writeTo(area, next);
    block.entry = next;
    next += out.position() + 15 & -16;
    sites.addAll(translator.sites());
    return block;
  }

  /** Before bytes of a frame are decoded, nobody may be able to write them unnoticed. */
  private void protect(long mfn) {
    if (!codeMap.hasCode(mfn) || !unwritable.contains(mfn)) {
      codeMap.mark(mfn);
      mmu.revokeWriteTranslations(mfn);
      cpu.dropWritable(machine + (mfn << MachineMemory.FRAME_SHIFT));
      unwritable.add(mfn);
    }
  }

  /** Lets a jump that has just left the code lead to its target directly from now on. */
  void link(Site site) {
    Block from = site.block;
    Block target = from.alive ? find(site.rip) : null;
    // Looking for the target may have thrown everything away.
    boolean stands = target != null && from.alive;
    if (stands && target.mfn == from.mfn && target.kernel == from.kernel) {
      area.patch(site.jump, (int) (target.entry - (site.jump + 4)));
      target.incoming.add(site);
    }
  }

  // Jump caches.

  /** Host address of the code for a guest address if the jump cache has it, otherwise 0. */
  long jump(long rip) {
    if (!CpuState.isCanonical(rip)) {
      return 0;
    }
    long entry = jumps(cpu.kernelMode()) + 16 * (rip & Stubs.JUMPS - 1);
    return HostMemory.getLong(entry) == rip ? HostMemory.getLong(entry + 8) : 0;
  }

  private void remember(Block block) {
    long entry = jumps(block.kernel) + 16 * (block.rip & Stubs.JUMPS - 1);
    HostMemory.putLong(entry, block.rip);
    HostMemory.putLong(entry + 8, block.entry);
    seen[block.kernel ? 1 : 0].add(block.rip);
  }

  /** Forgets the jump to a block that is dead. */
  void forgetJump(long rip) {
    long entry = jumps(cpu.kernelMode()) + 16 * (rip & Stubs.JUMPS - 1);
    HostMemory.putLong(entry, NO_ADDRESS);
  }

  void forgetJumps(boolean kernel) {
    HostMemory.fill(jumps(kernel), JUMP_BYTES, (byte) NO_ADDRESS);
    seen[kernel ? 1 : 0].clear();
  }

  /** Forgets the jumps to one page. */
  void forgetJumps(long va) {
    for (int mode = 0; mode < 2; mode++) {
      if (seen[mode].mayHave(va)) {
        forgetJumps(mode == 1);
      }
    }
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
          boolean hit = offset < block.end + 1 && offset + bytes > block.start;
          if (hit) {
            kill(block);
          }
          return hit;
        });
    if (blocks.isEmpty()) {
      byFrame.remove(mfn);
    }
  }

  private void kill(Block block) {
    block.alive = false;
    (block.kernel ? kernelBlocks : userBlocks).remove(block.rip, block);
    int offset = (int) (block.stale - (block.entry + 5));
    byte[] jump = {
      (byte) 0xe9, (byte) offset, (byte) (offset >> 8), (byte) (offset >> 16), (byte) (offset >> 24)
    };
    area.write(block.entry, jump, jump.length);
    for (Site site : block.incoming) {
      area.patch(site.jump, (int) (site.stub - (site.jump + 4)));
    }
    block.incoming.clear();
  }

  private void forgetAll() {
    // A site that waits to be linked lies in code that is about to be overwritten.
    byFrame.values().forEach(blocks -> blocks.forEach(block -> block.alive = false));
    kernelBlocks.clear();
    userBlocks.clear();
    byFrame.clear();
    unwritable.clear();
    sites.clear();
    next = first;
    forgetJumps(true);
    forgetJumps(false);
  }
}
