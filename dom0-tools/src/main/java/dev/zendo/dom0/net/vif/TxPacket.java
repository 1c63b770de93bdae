package dev.zendo.dom0.net.vif;

/** A packet of a batch, while it is copied: one instance for each place of the ring, used again. */
final class TxPacket {
  /** What its slots are answered: one of {@link dev.zendo.hypercalls.io.NetifStatus}. */
  int status;

  /** Its first slot, and the number of slots with extra information and with data behind it. */
  int firstSlot;

  int extras;
  int fragments;

  /** Bytes of the whole packet. */
  int size;

  /** Whether this is no packet but a request about groups of stations. */
  boolean control;

  int firstPiece;
  int pieces;
  int flags;
  int segmentBytes;
}
