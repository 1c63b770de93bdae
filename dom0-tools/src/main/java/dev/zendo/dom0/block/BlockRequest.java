package dev.zendo.dom0.block;

import dev.zendo.hypercalls.io.BlkifDiscard;
import dev.zendo.hypercalls.io.BlkifIndirect;
import dev.zendo.hypercalls.io.BlkifLimits;
import dev.zendo.hypercalls.io.BlkifOp;
import dev.zendo.hypercalls.io.BlkifRequest;
import dev.zendo.hypercalls.io.BlkifSegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A request, read from a private copy of its slot and used again for the next one. Everything in it
 * is the guest's until {@link #parse} and {@link #segments} have returned true. One thread.
 */
final class BlockRequest {
  /** Segments of an indirect request at most; they stand in one page. */
  static final int MAX_SEGMENTS = 256;

  /** Bytes of a slot of the ring. */
  static final int SLOT = BlkifRequest.LAYOUT.size();

  private static final int SECTORS_PER_PAGE = 8;
  private static final int SEGMENT = BlkifSegment.LAYOUT.size();

  private final byte[] slot = new byte[SLOT];
  private final ByteBuffer copy = ByteBuffer.wrap(slot).order(ByteOrder.LITTLE_ENDIAN);

  private int operation;
  private long id;
  private long sector;
  private long sectors;
  private int count;
  private boolean indirect;
  private final int[] references = new int[MAX_SEGMENTS];
  private final byte[] first = new byte[MAX_SEGMENTS];
  private final byte[] last = new byte[MAX_SEGMENTS];

  /** Where the ring puts the slot. */
  byte[] slot() {
    return slot;
  }

  /**
   * Reads what the slot says, but for the segments.
   *
   * @return whether it makes sense; {@link #id} and {@link #operation} hold in any case
   */
  boolean parse() {
    operation = copy.get(BlkifRequest.OPERATION.offset()) & 0xff;
    id = copy.getLong(BlkifRequest.ID.offset());
    sector = copy.getLong(BlkifRequest.SECTOR_NUMBER.offset());
    sectors = 0;
    count = 0;
    indirect = operation == BlkifOp.INDIRECT;
    if (indirect) {
      operation = copy.get(BlkifIndirect.INDIRECT_OP.offset()) & 0xff;
      count = copy.getShort(BlkifIndirect.NR_SEGMENTS.offset()) & 0xffff;
      return (operation == BlkifOp.READ || operation == BlkifOp.WRITE)
          && count >= 1
          && count <= MAX_SEGMENTS;
    }
    if (operation == BlkifOp.DISCARD) {
      sectors = copy.getLong(BlkifDiscard.NR_SECTORS.offset());
      return true;
    }
    count = copy.get(BlkifRequest.NR_SEGMENTS.offset()) & 0xff;
    return count <= BlkifLimits.SEGMENTS_PER_REQUEST
        && (count > 0 || operation != BlkifOp.READ && operation != BlkifOp.WRITE);
  }

  /** Whether the segments stand in a page of their own. */
  boolean indirect() {
    return indirect;
  }

  /** Grant of the page with the segments of an indirect request. */
  int segmentPage() {
    return copy.getInt(BlkifIndirect.INDIRECT_GREFS.offset());
  }

  /** Bytes of the segments in that page. */
  int segmentBytes() {
    return count * SEGMENT;
  }

  /** Reads the segments from the slot; false when one makes no sense. */
  boolean segments() {
    return segments(copy, BlkifRequest.SEG.offset());
  }

  /** Reads the segments from a private copy; false when one makes no sense. */
  boolean segments(ByteBuffer from, int offset) {
    sectors = 0;
    for (int i = 0; i < count; i++) {
      int at = offset + i * SEGMENT;
      references[i] = from.getInt(at + BlkifSegment.GREF.offset());
      first[i] = from.get(at + BlkifSegment.FIRST_SECT.offset());
      last[i] = from.get(at + BlkifSegment.LAST_SECT.offset());
      if (first[i] < 0 || last[i] < first[i] || last[i] >= SECTORS_PER_PAGE) {
        return false;
      }
      sectors += last[i] - first[i] + 1;
    }
    return true;
  }

  /** One of {@link BlkifOp}, if it is known; of an indirect request the inner one. */
  int operation() {
    return operation;
  }

  long id() {
    return id;
  }

  /** First sector, of 512 bytes. */
  long sector() {
    return sector;
  }

  /** Number of sectors, of 512 bytes. */
  long sectors() {
    return sectors;
  }

  /** Bytes that go to or from the guest. */
  long dataBytes() {
    return operation == BlkifOp.DISCARD ? 0 : sectors * BlkifLimits.SECTOR_SIZE;
  }

  /** Number of segments. */
  int count() {
    return count;
  }

  int reference(int segment) {
    return references[segment];
  }

  /** First byte in the page. */
  int offset(int segment) {
    return first[segment] * BlkifLimits.SECTOR_SIZE;
  }

  int bytes(int segment) {
    return (last[segment] - first[segment] + 1) * BlkifLimits.SECTOR_SIZE;
  }

  /**
   * Where a run of segments ends whose bytes lie one behind the other when each lies in a page of
   * its own, in the order of the segments.
   */
  int endOfRun(int from) {
    int end = from + 1;
    while (end < count && last[end - 1] == SECTORS_PER_PAGE - 1 && first[end] == 0) {
      end++;
    }
    return end;
  }

  /** Whether all sectors are within a disk of so many; any values. */
  boolean within(long disk) {
    return sector >= 0 && sectors >= 0 && sectors <= disk && sector <= disk - sectors;
  }
}
