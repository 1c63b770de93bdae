package dev.zendo.dom0.control;

import dev.zendo.hypercalls.Domid;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.grant.Copy;
import dev.zendo.hypercalls.grant.CopyFlags;
import dev.zendo.hypercalls.grant.CopyPointer;
import dev.zendo.hypercalls.grant.GrantOp;
import dev.zendo.hypervisor.domain.PhysicalMemory;

/**
 * Copies between memory of the control domain and frames that other domains grant (GNTTABOP_copy),
 * many pieces with one hypercall, and without mapping anything. One thread.
 *
 * <pre>{@code
 * int first = copier.fromGuest(domain, reference, offset, copier.buffer(), bytes);
 * copier.run();
 * if (copier.status(first) != GrantStatus.OKAY) ...
 * copier.reset();
 * }</pre>
 */
public final class GrantCopier implements AutoCloseable {
  /** Pages for the structures of the hypercall. */
  private static final int ARGUMENT_PAGES = 4;

  private static final int SIZE = Copy.LAYOUT.size();

  /** Most pieces before {@link #run} and {@link #reset}. */
  public static final int CAPACITY = (ARGUMENT_PAGES << 12) / SIZE;

  private static final long OFFSET = 0xfff;

  private final CallGate gate;
  private final PhysicalMemory memory;
  private final Mapping pages;
  private int count;

  GrantCopier(CallGate gate, MemoryControl control, int bufferPages) {
    this.gate = gate;
    this.memory = control.memory();
    this.pages = control.allocate(ARGUMENT_PAGES + bufferPages);
  }

  /** Guest-physical address of the buffer for the data. */
  public long buffer() {
    return pages.address() + ((long) ARGUMENT_PAGES << 12);
  }

  /** Pieces added since {@link #reset}. */
  public int count() {
    return count;
  }

  /**
   * Adds a piece that goes from a granted frame into the control domain's memory. Neither end may
   * cross a page.
   *
   * @param reference any 32-bit value
   * @param offset of the first byte in the granted frame
   * @param to guest-physical address
   * @return the number of the piece
   */
  public int fromGuest(int domain, int reference, int offset, long to, int bytes) {
    long at = add(bytes, CopyFlags.SOURCE_GREF);
    granted(Copy.SOURCE.at(at), domain, reference, offset);
    own(Copy.DEST.at(at), to);
    return count++;
  }

  /** The same in the other direction. */
  public int toGuest(int domain, int reference, int offset, long from, int bytes) {
    long at = add(bytes, CopyFlags.DEST_GREF);
    granted(Copy.DEST.at(at), domain, reference, offset);
    own(Copy.SOURCE.at(at), from);
    return count++;
  }

  private long add(int bytes, int flags) {
    if (count >= CAPACITY) {
      throw new IllegalStateException("more than " + CAPACITY + " pieces");
    }
    long at = pages.address() + (long) count * SIZE;
    Copy.LEN.set(memory, at, bytes);
    Copy.FLAGS.set(memory, at, flags);
    Copy.STATUS.set(memory, at, 0);
    return at;
  }

  private void granted(long pointer, int domain, int reference, int offset) {
    CopyPointer.REF.set(memory, pointer, reference);
    CopyPointer.DOMID.set(memory, pointer, domain);
    CopyPointer.OFFSET.set(memory, pointer, offset);
  }

  private void own(long pointer, long address) {
    CopyPointer.GMFN.set(memory, pointer, address >>> 12);
    CopyPointer.DOMID.set(memory, pointer, Domid.SELF);
    CopyPointer.OFFSET.set(memory, pointer, (int) (address & OFFSET));
  }

  /** Carries out all pieces; each has a {@link #status} afterwards. */
  public void run() {
    if (count > 0) {
      gate.check(
          "copying granted memory",
          Hypercalls.GRANT_TABLE_OP,
          GrantOp.COPY,
          pages.address(),
          count,
          0);
    }
  }

  /** How a piece went: a {@link dev.zendo.hypercalls.grant.GrantStatus}. */
  public int status(int piece) {
    return Copy.STATUS.get(memory, pages.address() + (long) piece * SIZE);
  }

  /** Forgets all pieces. */
  public void reset() {
    count = 0;
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    pages.close();
  }
}
