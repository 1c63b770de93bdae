package dev.zendo.dom0.net.wire;

/**
 * An Ethernet frame on its way, without a frame check sequence. It has one owner at a time, who
 * passes it on or calls {@link #release}. Not thread-safe: handing it to another thread is the
 * owner's business.
 *
 * <p>Its TCP or UDP checksum may still have to be computed, and it may be a large TCP packet that
 * stands for many ({@link #segmentBytes}).
 */
public final class Frame {
  private final FramePool pool;
  private final byte[] data;
  private int length;
  private boolean partial;
  private boolean valid;
  private int segmentBytes;
  private boolean pooled;

  Frame(FramePool pool, int capacity) {
    this.pool = pool;
    this.data = new byte[capacity];
  }

  /** The bytes, of which the first {@link #length} count. */
  public byte[] data() {
    return data;
  }

  /** Bytes of the frame. */
  public int length() {
    return length;
  }

  /** Sets the number of bytes. */
  public void length(int bytes) {
    if (bytes < 0 || bytes > data.length) {
      throw new IllegalArgumentException(bytes + " bytes of " + data.length);
    }
    length = bytes;
  }

  /** Whether the TCP or UDP checksum must be computed before the frame leaves this process. */
  public boolean partial() {
    return partial;
  }

  /** Whether the sender vouches for the checksum. */
  public boolean valid() {
    return valid;
  }

  /** Says how it stands with the checksum. */
  public void checksum(boolean isPartial, boolean isValid) {
    partial = isPartial;
    valid = isValid;
  }

  /** Most bytes of payload in each TCP packet that this one stands for; 0 when it is only one. */
  public int segmentBytes() {
    return segmentBytes;
  }

  /** Makes it stand for several packets. */
  public void segmentBytes(int bytes) {
    segmentBytes = bytes;
  }

  /** Whether a frame with an open checksum, which is IP, is IPv6. */
  public boolean versionSix() {
    int at = Ip.ETHER_TYPE;
    int type = Wire.u16(data, at);
    while (type == Ip.TYPE_VLAN || type == Ip.TYPE_SERVICE_VLAN) {
      at += 4;
      type = Wire.u16(data, at);
    }
    return type == Ip.TYPE_IPV6;
  }

  /** Makes another frame with the same content. */
  public Frame copy() {
    Frame copy = pool.take(length);
    System.arraycopy(data, 0, copy.data, 0, length);
    copy.partial = partial;
    copy.valid = valid;
    copy.segmentBytes = segmentBytes;
    return copy;
  }

  /** Gives it back; its owner must not touch it again. */
  public void release() {
    if (pooled) {
      throw new IllegalStateException("a frame was released twice");
    }
    pooled = true;
    pool.give(this);
  }

  Frame reuse(int bytes) {
    pooled = false;
    partial = false;
    valid = false;
    segmentBytes = 0;
    length = bytes;
    return this;
  }
}
