package dev.zendo.dom0.migrate.stream;

import java.nio.ByteBuffer;

/**
 * Is told what a saved PV domain is, in the order of the stream: the frames of its p2m list, its
 * pages, the rest, the end. Frame numbers are pseudo-physical everywhere, in page tables and vcpus,
 * too.
 */
public interface DomainSink {
  /** Bytes of a page. */
  int PAGE = 1 << RecordType.PAGE_SHIFT;

  /**
   * Where the domain keeps its p2m list.
   *
   * @param first an entry; that of page frame 0 is the first of all
   * @param last the last entry
   * @param frames the pages of the list in which these entries are, 512 in each
   */
  void list(long first, long last, long[] frames);

  /**
   * Some pages; one that came before is replaced.
   *
   * @param pfns their numbers, none beyond the last entry of the list
   * @param kinds constants of {@link PageKind}, as many
   * @param data the contents of those that have some, one after the other; gone when this returns
   */
  void pages(long[] pfns, int[] kinds, ByteBuffer data);

  /** The page shared with the hypervisor. */
  void sharedInfo(byte[] page);

  /**
   * How its time stamp counter counted.
   *
   * @param mode a TSC_MODE_ constant
   * @param khz its frequency
   * @param nanos its time
   * @param incarnation how often it was restored
   */
  void counter(int mode, int khz, long nanos, int incarnation);

  /** Part of the state of a vcpu that is on line. */
  void vcpu(VcpuRecord part, int vcpu, byte[] state);

  /** That was all. */
  void end();
}
