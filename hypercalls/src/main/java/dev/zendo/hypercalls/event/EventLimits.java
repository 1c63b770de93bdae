package dev.zendo.hypercalls.event;

/** Sizes of the two event channel ABIs. */
public final class EventLimits {
  public static final int V2L_NR_CHANNELS = 4096;
  public static final int FIFO_NR_CHANNELS = 1 << 17;
  public static final int FIFO_PRIORITY_MAX = 0;
  public static final int FIFO_PRIORITY_DEFAULT = 7;
  public static final int FIFO_PRIORITY_MIN = 15;
  public static final int FIFO_PENDING = 31;
  public static final int FIFO_MASKED = 30;
  public static final int FIFO_LINKED = 29;
  public static final int FIFO_BUSY = 28;
  public static final int FIFO_LINK_BITS = 17;

  private EventLimits() {}
}
