package dev.zendo.dom0.block;

import dev.zendo.dom0.block.image.DiskImage;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.GrantCopier;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypercalls.io.BlkifLimits;
import dev.zendo.hypercalls.io.BlkifOp;
import dev.zendo.hypercalls.io.BlkifStatus;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out requests, one at a time. It has memory of the control domain for the data of one; its
 * pages correspond to the segments. One thread.
 */
final class IoWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IoWorker.class);

  private static final int PAGES = BlockRequest.MAX_SEGMENTS;

  private static final int PAGE_SHIFT = 12;

  private final PhysicalMemory memory;
  private final Mapping pages;
  private final ByteBuffer data;
  private final GrantCopier copier;
  private final byte[] segmentBytes = new byte[1 << PAGE_SHIFT];
  private final ByteBuffer segments = ByteBuffer.wrap(segmentBytes).order(ByteOrder.LITTLE_ENDIAN);
  private final BlockRequest request = new BlockRequest();
  private final int[] slots = new int[BlockRequest.MAX_SEGMENTS];

  /**
   * Takes the memory.
   *
   * @throws HypercallFailure when there is not enough
   */
  IoWorker(ControlDomain control) {
    memory = control.memory().memory();
    pages = control.memory().allocate(PAGES);
    data = memory.view(pages.address(), PAGES << PAGE_SHIFT);
    copier = control.grants().copier(1);
  }

  /** The request that it works on. */
  BlockRequest request() {
    return request;
  }

  /**
   * Carries out the request whose slot has been filled and parsed.
   *
   * @param grants the frontend's pages that stay mapped
   * @param sound whether it made sense so far
   * @return what the response says: a {@link BlkifStatus}
   */
  int execute(int domain, PersistentGrants grants, Disk disk, boolean sound) {
    int status = BlkifStatus.ERROR;
    try {
      status = sound ? perform(domain, grants, disk) : BlkifStatus.ERROR;
    } catch (IOException e) {
      LOG.warn("a disk of domain {} fails: {}", domain, e.toString());
    } catch (HypercallFailure e) {
      LOG.warn("the data of domain {} cannot be reached: {}", domain, e.getMessage());
    }
    if (status == BlkifStatus.ERROR) {
      disk.errors.increment();
    }
    return status;
  }

  private int perform(int domain, PersistentGrants grants, Disk disk) throws IOException {
    DiskImage image = disk.image();
    switch (request.operation()) {
      case BlkifOp.READ:
        return takeSegments(domain) && image != null && request.within(disk.sectors())
            ? read(domain, grants, disk, image)
            : BlkifStatus.ERROR;
      case BlkifOp.WRITE:
      case BlkifOp.WRITE_BARRIER:
      case BlkifOp.FLUSH_DISKCACHE:
        return takeSegments(domain) && image != null
            ? write(domain, grants, disk, image)
            : flushEmpty();
      case BlkifOp.DISCARD:
        if (!disk.discards()) {
          return BlkifStatus.EOPNOTSUPP;
        }
        return request.within(disk.sectors()) ? discard(disk, image) : BlkifStatus.ERROR;
      default:
        return BlkifStatus.EOPNOTSUPP;
    }
  }

  /** Nothing has to be flushed in an empty drive. */
  private int flushEmpty() {
    return request.operation() == BlkifOp.FLUSH_DISKCACHE && request.count() == 0
        ? BlkifStatus.OKAY
        : BlkifStatus.ERROR;
  }

  /** Reads the segments, from the page that holds them if they are not in the slot. */
  private boolean takeSegments(int domain) {
    if (!request.indirect()) {
      return request.segments();
    }
    copier.reset();
    int bytes = request.segmentBytes();
    int piece = copier.fromGuest(domain, request.segmentPage(), 0, copier.buffer(), bytes);
    copier.run();
    if (copier.status(piece) != GrantStatus.OKAY) {
      return false;
    }
    memory.read(copier.buffer(), segmentBytes, 0, bytes);
    return request.segments(segments, 0);
  }

  private int at(int segment) {
    return (segment << PAGE_SHIFT) + request.offset(segment);
  }

  /** Moves the data of all segments; false when a page is not granted so. */
  private boolean transfer(int domain, PersistentGrants grants, boolean toGuest) {
    copier.reset();
    grants.pin(request, slots);
    try {
      for (int i = 0; i < request.count(); i++) {
        if (slots[i] == PersistentGrants.NONE) {
          addPiece(domain, i, toGuest);
        } else {
          copy(grants.address(slots[i]) + request.offset(i), i, toGuest);
        }
      }
    } finally {
      grants.unpin(request, slots);
    }
    return copied();
  }

  private void addPiece(int domain, int segment, boolean toGuest) {
    int reference = request.reference(segment);
    int offset = request.offset(segment);
    long here = pages.address() + at(segment);
    if (toGuest) {
      copier.toGuest(domain, reference, offset, here, request.bytes(segment));
    } else {
      copier.fromGuest(domain, reference, offset, here, request.bytes(segment));
    }
  }

  private void copy(long there, int segment, boolean toGuest) {
    long here = pages.address() + at(segment);
    if (toGuest) {
      memory.copy(here, there, request.bytes(segment));
    } else {
      memory.copy(there, here, request.bytes(segment));
    }
  }

  private boolean copied() {
    copier.run();
    for (int i = 0; i < copier.count(); i++) {
      if (copier.status(i) != GrantStatus.OKAY) {
        return false;
      }
    }
    return true;
  }

  private int read(int domain, PersistentGrants grants, Disk disk, DiskImage image)
      throws IOException {
    long offset = request.sector() * BlkifLimits.SECTOR_SIZE;
    for (int i = 0; i < request.count(); ) {
      int end = request.endOfRun(i);
      select(i, end);
      int bytes = data.remaining();
      image.read(data, offset);
      offset += bytes;
      i = end;
    }
    disk.reads.increment();
    disk.readBytes.add(request.sectors() * BlkifLimits.SECTOR_SIZE);
    return transfer(domain, grants, true) ? BlkifStatus.OKAY : BlkifStatus.ERROR;
  }

  /** Lets the buffer be what a run of segments has. */
  private void select(int from, int end) {
    data.limit(at(end - 1) + request.bytes(end - 1)).position(at(from));
  }

  private int write(int domain, PersistentGrants grants, Disk disk, DiskImage image)
      throws IOException {
    boolean ordered = request.operation() != BlkifOp.WRITE;
    if (request.count() > 0) {
      if (image.readOnly() || !request.within(disk.sectors()) || !transfer(domain, grants, false)) {
        return BlkifStatus.ERROR;
      }
      if (request.operation() == BlkifOp.WRITE_BARRIER) {
        image.flush();
      }
      store(image);
      disk.writes.increment();
      disk.writtenBytes.add(request.sectors() * BlkifLimits.SECTOR_SIZE);
    }
    if (ordered) {
      image.flush();
      disk.flushes.increment();
    }
    return BlkifStatus.OKAY;
  }

  private void store(DiskImage image) throws IOException {
    long offset = request.sector() * BlkifLimits.SECTOR_SIZE;
    for (int i = 0; i < request.count(); ) {
      int end = request.endOfRun(i);
      select(i, end);
      int bytes = data.remaining();
      image.write(data, offset);
      offset += bytes;
      i = end;
    }
  }

  private int discard(Disk disk, DiskImage image) throws IOException {
    image.discard(
        request.sector() * BlkifLimits.SECTOR_SIZE, request.sectors() * BlkifLimits.SECTOR_SIZE);
    disk.discards.increment();
    return BlkifStatus.OKAY;
  }

  @Override
  public void close() {
    copier.close();
    pages.close();
  }
}
