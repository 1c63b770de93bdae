package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.net.wire.Frame;
import java.util.concurrent.TimeUnit;

/**
 * Frames that wait for a guest's buffers, in order and bounded, and how long others are held up for
 * that guest: as in Linux's netback, a frame waits 10 seconds, and a guest that took nothing for 60
 * seconds gets nothing more before it has buffers again. One thread; the time comes from outside.
 */
final class Backlog {
  static final int CAPACITY = 1024;

  /** Bytes that may wait: two rings full of pages. */
  static final long MAX_BYTES = 2 << 20;

  /** The longest that a frame waits (netback's rx_drain_timeout_msecs). */
  static final long DRAIN = TimeUnit.SECONDS.toNanos(10);

  /** After so long without any progress the guest is off (rx_stall_timeout_msecs). */
  static final long STALL = TimeUnit.SECONDS.toNanos(60);

  private final Frame[] frames = new Frame[CAPACITY];
  private final long[] since = new long[CAPACITY];
  private int head;
  private int count;
  private long bytes;

  /** Whether it took all that it got. */
  private boolean satisfied = true;

  /** Since when it took nothing, if it is not satisfied. */
  private long idleSince;

  /** Whether senders are held for it: until it lets a frame wait too long. */
  private boolean patient = true;

  private boolean off;

  /** Adds a frame; false when there is no room, or the guest is off. */
  boolean offer(Frame frame, long now) {
    if (off || count == CAPACITY || bytes + frame.length() > MAX_BYTES) {
      return false;
    }
    if (satisfied) {
      satisfied = false;
      idleSince = now;
    }
    int at = (head + count) % CAPACITY;
    frames[at] = frame;
    since[at] = now;
    count++;
    bytes += frame.length();
    return true;
  }

  /**
   * Whether a sender should wait before it sends so much. Never for a guest that let others wait
   * too long: what it has no room for is lost.
   */
  boolean holds(int more, long moreBytes) {
    return patient && count != 0 && (count + more > CAPACITY || bytes + moreBytes > MAX_BYTES);
  }

  /** Whether those that wait should try again. */
  boolean roomy() {
    return !patient || count <= CAPACITY / 2 && bytes <= MAX_BYTES / 2;
  }

  /** The first frame, which stays; null when there is none. */
  Frame peek() {
    return count == 0 ? null : frames[head];
  }

  /** The guest takes the first frame, which is the caller's from now on. */
  Frame take(long now) {
    Frame frame = remove();
    idleSince = now;
    if (count == 0) {
      satisfied = true;
      patient = true;
    }
    return frame;
  }

  private Frame remove() {
    Frame frame = frames[head];
    frames[head] = null;
    head = (head + 1) % CAPACITY;
    count--;
    bytes -= frame.length();
    return frame;
  }

  /** Drops what waited too long; returns how many frames. */
  int expire(long now) {
    int dropped = 0;
    while (count > 0 && now - since[head] >= DRAIN) {
      remove().release();
      patient = false;
      dropped++;
    }
    return dropped;
  }

  /** Turns a guest off that took nothing for too long; whether that happened now. */
  boolean stalls(long now) {
    if (off || satisfied || now - idleSince < STALL) {
      return false;
    }
    off = true;
    patient = false;
    clear();
    return true;
  }

  /** The guest has buffers: if it was off, it gets frames again. Whether that happened now. */
  boolean revives(long now) {
    boolean was = off;
    off = false;
    if (was) {
      idleSince = now;
    }
    return was;
  }

  /** When the first frame will have waited too long; there is one. */
  long deadline() {
    return since[head] + DRAIN;
  }

  /** Drops all. */
  void clear() {
    while (count > 0) {
      remove().release();
    }
  }
}
