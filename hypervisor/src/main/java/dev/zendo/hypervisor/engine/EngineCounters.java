package dev.zendo.hypervisor.engine;

import dev.zendo.hypervisor.engine.x86.Mnemonic;

/**
 * What an executor counts. Only the thread that runs the vcpu writes; others read numbers that may
 * be a little old while the vcpu runs, and exact ones once it is paused.
 */
public final class EngineCounters {
  /** Index in {@link #helpedBy} for instructions that lie in two pages, or are none. */
  public static final int OTHER = Mnemonic.values().length;

  /** Guest instructions that emitted code executed. */
  public long emitted;

  /** How often emitted code was entered. */
  public long entries;

  /** How often the interpreter executed an instruction because emitted code could not. */
  public long helped;

  /** Translations that emitted code entered in the buffers itself. */
  public long walks;

  /** Those by {@link Mnemonic#ordinal}; the last counts what was not found out. */
  public final long[] helpedBy = new long[OTHER + 1];

  /** Blocks that were translated, also those that are gone again. */
  public long blocks;

  /** Guest instructions in them. */
  public long translated;

  /** Bytes of emitted code that are in use. */
  public long codeBytes;

  /** Bytes that emitted code and what describes it may use; 0 when none is emitted. */
  public long codeLimit;

  /** Estimated bytes of the Java heap that describe the emitted code. */
  public long metadataBytes;

  /** How often all code was dropped because its space was used up. */
  public long flushes;

  /** How often all code was dropped because the vcpu hardly ran. */
  public long sheds;

  /** Blocks that were dropped because the guest's code changed. */
  public long dropped;

  /** Everything zero. */
  public EngineCounters() {}
}
