package dev.zendo.hypervisor.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What pages of a domain held at some time: each is a page of some {@link FrozenLayer}, or full of
 * zeros. Layers may be those of earlier times, and of other domains.
 *
 * <p>Made by one thread; read by any when it is handed over. What was mapped of it survives {@link
 * #close}.
 */
public final class FrozenPages implements AutoCloseable {
  private final List<FrozenLayer> layers = new ArrayList<>();

  /** One more than the index of its layer, 0 for zeros. */
  private final char[] layer;

  private final int[] page;
  private int latest;
  private int filled;

  /** Pages of zeros. */
  public FrozenPages(int count) {
    layer = new char[count];
    page = new int[count];
  }

  /** Number of pages. */
  public int count() {
    return page.length;
  }

  /**
   * Has pages of zeros be neighbouring ones of a layer, as far as those are filled, which stays as
   * long as this object.
   */
  public void refer(int first, int count, FrozenLayer to, int pageThere) {
    char number = (char) (number(to) + 1);
    int end = pageThere + count;
    int empty;
    for (int i = to.nextFilled(pageThere); i < end; i = to.nextFilled(empty)) {
      empty = Math.min(end, to.nextEmpty(i));
      to.retain(i, empty - i);
      Arrays.fill(layer, first + i - pageThere, first + empty - pageThere, number);
      for (int k = i; k < empty; k++) {
        page[first + k - pageThere] = k;
      }
      filled += empty - i;
    }
  }

  /** There are far fewer than ranges of frames ({@link MappedRanges#MOST}). */
  private int number(FrozenLayer of) {
    if (latest >= layers.size() || layers.get(latest) != of) {
      latest = layers.indexOf(of);
      if (latest < 0) {
        latest = layers.size();
        layers.add(of);
      }
    }
    return latest;
  }

  /** Whether a page is anything but zeros. */
  public boolean isFilled(int index) {
    return layer[index] != 0;
  }

  /** How many pages are anything but zeros. */
  public int filled() {
    return filled;
  }

  /** The layer of a page that is filled. */
  public FrozenLayer layer(int index) {
    return layers.get(layer[index] - 1);
  }

  /** Which page of its layer a filled page is. */
  public int page(int index) {
    return page[index];
  }

  /** Whether a page is filled with the given page of a layer. */
  public boolean is(int index, FrozenLayer of, int pageThere) {
    return layer[index] != 0 && page[index] == pageThere && layer(index) == of;
  }

  /** Host address of a page that is filled. */
  public long address(int index) {
    return layer(index).address(page[index]);
  }

  /** What becomes of a value of a page. */
  @FunctionalInterface
  public interface Change {
    /** The new one in place of one that is not zero, at an index of 8 bytes. */
    long of(int index, long value);
  }

  /** Changes the values of a page to which nobody else refers. */
  public void change(int index, Change change) {
    if (!isFilled(index)) {
      return;
    }
    long at = address(index);
    for (int i = 0; i < MachineMemory.FRAME_SIZE / Long.BYTES; i++) {
      long value = HostMemory.getLong(at + (long) i * Long.BYTES);
      if (value != 0) {
        HostMemory.putLong(at + (long) i * Long.BYTES, change.of(i, value));
      }
    }
  }

  /** Lets go of the pages; nobody may use this object afterwards. */
  @Override
  public void close() {
    for (int i = 0; i < page.length; ) {
      int count = 1;
      if (layer[i] != 0) {
        while (i + count < page.length
            && layer[i + count] == layer[i]
            && page[i + count] == page[i] + count) {
          count++;
        }
        layer(i).drop(page[i], count);
      }
      i += count;
    }
    layers.forEach(FrozenLayer::trim);
  }
}
