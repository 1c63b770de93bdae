package dev.zendo.dom0.migrate;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.DomainControl;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.PageKind;
import dev.zendo.dom0.migrate.stream.StreamException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Tells a sink the pages of a domain while it runs, again and again those that were written since,
 * and at last, when the domain has suspended, what is left and its vcpus. Page tables come last:
 * what they hold changes while others are told. One object copies one domain, on one thread.
 */
public final class LiveSaver implements AutoCloseable {
  private static final int MOST_ROUNDS = 30;

  /** So few pages are told in about 10 ms. */
  private static final int FEW = 1024;

  /** How often the kernel may change its list of frames while it is read. */
  private static final int ATTEMPTS = 20;

  private static final long PAUSE_MILLIS = 5;

  private final ControlDomain control;
  private final int domain;
  private final DomainSink sink;
  private final RoundProgress progress;
  private final byte[] contents = new byte[PageBatch.PAGES * DomainSink.PAGE];

  /** The machine frame that each page had when the sink was told it, or -1. */
  private long[] told;

  /** What the sink must still be told. */
  private BitSet wanted;

  /** Is told how far the copy is. */
  @FunctionalInterface
  public interface RoundProgress {
    /**
     * Pages were told.
     *
     * @param round from 1 on
     * @param done pages of this round so far
     * @param of pages of this round
     */
    void pages(int round, long done, long of);
  }

  /**
   * Has writes of a domain logged from now on.
   *
   * @throws ToolException when somebody does that already, or it is gone
   */
  public LiveSaver(ControlDomain control, int domain, DomainSink sink, RoundProgress progress) {
    this.control = control;
    this.domain = domain;
    this.sink = sink;
    this.progress = progress;
    control.dirtyPages().begin(domain);
  }

  /**
   * Copies while it runs, until little is left or it writes as fast as it is copied.
   *
   * @return rounds that this took
   */
  public int copy() throws InterruptedException {
    long before = Long.MAX_VALUE;
    for (int round = 1; ; round++) {
      long left = round(round);
      boolean slow = round > 3 && left > before / 10 * 8;
      if (left <= FEW || slow || round == MOST_ROUNDS) {
        return round;
      }
      before = left;
    }
  }

  /** One round; returns how many pages were written meanwhile. */
  private long round(int number) throws InterruptedException {
    if (wanted != null) {
      wanted.or(control.dirtyPages().written(domain, told.length, true));
    }
    FrameMap map = map();
    for (int pfn = 0; pfn < told.length; pfn++) {
      if (told[pfn] >= 0 && told[pfn] != map.frame(pfn)) {
        wanted.set(pfn);
      }
    }
    BitSet now = (BitSet) wanted.clone();
    for (int pfn = now.nextSetBit(0); pfn >= 0; pfn = now.nextSetBit(pfn + 1)) {
      if (map.kind(pfn) != PageKind.NORMAL) {
        now.clear(pfn);
      }
    }
    long of = now.cardinality();
    long done = 0;
    int[] batch = new int[PageBatch.PAGES];
    int count = 0;
    for (int pfn = now.nextSetBit(0); pfn >= 0; pfn = now.nextSetBit(pfn + 1)) {
      batch[count++] = pfn;
      if (count == batch.length) {
        done += tell(map, batch, count);
        count = 0;
        progress.pages(number, done, of);
      }
    }
    done += tell(map, batch, count);
    progress.pages(number, of, of);
    return control.dirtyPages().written(domain, told.length, false).cardinality();
  }

  /** The frames as they are at this moment; the first time the sink is told of the list. */
  private FrameMap map() throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        DomainControl.Info info = control.domains().info(domain);
        if (info == null || info.shutdown() || info.dying()) {
          throw new ToolException("the domain ended while it was copied");
        }
        GuestPages memory = new GuestPages(control.memory(), domain);
        GuestP2m p2m = GuestP2m.read(memory, DomainSaver.sharedInfo(control, domain, info));
        FrameMap map = FrameMap.of(control.memory(), domain, p2m.list());
        long[] list = DomainSaver.pfns(map, p2m.pages());
        if (told == null) {
          sink.list(0, map.count() - 1L, list);
          told = new long[map.count()];
          Arrays.fill(told, -1);
          wanted = new BitSet(told.length);
          wanted.set(0, told.length);
        }
        if (map.count() != told.length) {
          throw new ToolException("its kernel changes how much memory it may have");
        }
        return map;
      } catch (StreamException | HypercallFailure e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  /** Tells pages that were ordinary ones a moment ago; returns how many. */
  private int tell(FrameMap map, int[] pfns, int count) {
    if (count == 0) {
      return 0;
    }
    long[] frames = new long[count];
    for (int i = 0; i < count; i++) {
      frames[i] = map.frame(pfns[i]);
    }
    GuestPages memory = new GuestPages(control.memory(), domain);
    try {
      memory.read(frames, count, contents);
    } catch (HypercallFailure e) {
      return count == 1 ? 0 : tellEach(map, pfns, count);
    }
    long[] numbers = new long[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = pfns[i];
      told[pfns[i]] = frames[i];
      wanted.clear(pfns[i]);
    }
    ByteBuffer data = ByteBuffer.wrap(contents, 0, count * DomainSink.PAGE);
    sink.pages(numbers, new int[count], data.order(ByteOrder.LITTLE_ENDIAN));
    return count;
  }

  /** One of them has been given back meanwhile: it stays wanted. */
  private int tellEach(FrameMap map, int[] pfns, int count) {
    int done = 0;
    for (int i = 0; i < count; i++) {
      done += tell(map, new int[] {pfns[i]}, 1);
    }
    return done;
  }

  /**
   * Tells what is left of the domain, which has suspended.
   *
   * @throws ToolException when its kernel left it in no state to be saved
   */
  public void finish() {
    wanted.or(control.dirtyPages().written(domain, told.length, true));
    long[] done = {0};
    DomainSaver.save(
        control,
        domain,
        sink,
        Progress.NONE,
        (map, pfn) -> {
          boolean before = pfn < told.length && told[pfn] >= 0;
          boolean there = PageKind.hasData(map.kind(pfn));
          boolean changed =
              !before
                  || wanted.get(pfn)
                  || map.kind(pfn) != PageKind.NORMAL
                  || map.frame(pfn) != told[pfn];
          done[0] += changed && there ? 1 : 0;
          return there ? changed : before;
        });
    progress.pages(0, done[0], done[0]);
  }

  /** No longer logs. */
  @Override
  public void close() {
    control.dirtyPages().end(domain);
  }
}
