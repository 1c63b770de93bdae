package dev.zendo.dom0.bootloader;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Blocks of a file of ext2 and ext3: twelve in the inode, others by up to three blocks of numbers.
 */
final class BlockMap implements BlockRuns {
  private static final int DIRECT = 12;
  private static final int LEVELS = 3;

  private final ExtFilesystem filesystem;
  private final ByteBuffer root;

  BlockMap(ExtFilesystem filesystem, ByteBuffer root) {
    this.filesystem = filesystem;
    this.root = root;
  }

  @Override
  public Run at(long block) throws IOException {
    if (block < DIRECT) {
      return run(number(root, (int) block));
    }
    long numbers = filesystem.blockBytes() / Integer.BYTES;
    long index = block - DIRECT;
    long below = 1;
    for (int level = 0; level < LEVELS; level++, below *= numbers) {
      if (index < below * numbers) {
        return run(follow(number(root, DIRECT + level), index, below, numbers));
      }
      index -= below * numbers;
    }
    throw new BadFilesystemException("a file is longer than block maps reach");
  }

  private static long number(ByteBuffer numbers, int index) {
    return numbers.getInt(index * Integer.BYTES) & 0xffff_ffffL;
  }

  private long follow(long top, long index, long share, long numbers) throws IOException {
    long at = top;
    for (long below = share; at != 0 && below > 0; below /= numbers) {
      at = number(filesystem.block(at), (int) (index / below % numbers));
    }
    return at;
  }

  private static Run run(long place) {
    return new Run(place == 0 ? HOLE : place, 1);
  }
}
