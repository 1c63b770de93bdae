package dev.zendo.dom0.migrate;

import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.PageKind;
import dev.zendo.dom0.migrate.stream.StreamException;
import dev.zendo.dom0.migrate.stream.VcpuRecord;
import java.nio.ByteBuffer;

/** Counts what is in a stream, before anything is built from it. */
public final class StreamOutline implements DomainSink {
  private long entries;
  private long pages;
  private int vcpus;
  private boolean firstVcpu;
  private boolean sharedInfo;

  /** Frames of the domain, those that are not there included. */
  public long entries() {
    return entries;
  }

  /** Pages in the stream. */
  public long pages() {
    return pages;
  }

  /** Vcpus up to the last one that is on line. */
  public int vcpus() {
    return vcpus;
  }

  /**
   * Refuses a stream that leaves out what no domain can do without.
   *
   * @throws StreamException one line
   */
  void check() {
    if (entries == 0 || !sharedInfo || !firstVcpu) {
      throw new StreamException("lacks the p2m list, the shared info page or vcpu 0");
    }
  }

  @Override
  public void list(long first, long last, long[] frames) {
    entries = Math.max(entries, last + 1);
  }

  @Override
  public void pages(long[] pfns, int[] kinds, ByteBuffer data) {
    for (int kind : kinds) {
      pages += PageKind.hasData(kind) ? 1 : 0;
    }
  }

  @Override
  public void sharedInfo(byte[] page) {
    sharedInfo = true;
  }

  @Override
  public void counter(int mode, int khz, long nanos, int incarnation) {
    // Nothing depends on it.
  }

  @Override
  public void vcpu(VcpuRecord part, int vcpu, byte[] state) {
    vcpus = Math.max(vcpus, vcpu + 1);
    firstVcpu |= vcpu == 0 && part == VcpuRecord.BASIC;
  }

  @Override
  public void end() {
    // What came is what there is.
  }
}
