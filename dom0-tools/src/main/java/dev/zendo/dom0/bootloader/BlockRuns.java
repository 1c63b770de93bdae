package dev.zendo.dom0.bootloader;

import java.io.IOException;

/** Where the blocks of a file are. */
interface BlockRuns {
  /** What stands for the place of blocks that are nowhere: they read as zeros. */
  long HOLE = -1;

  /**
   * Blocks that follow each other in the file and on the disk.
   *
   * @param first the first one's number on the disk, or {@link #HOLE}
   * @param count how many, at least 1
   */
  record Run(long first, long count) {}

  /** The run that begins with a block of the file. */
  Run at(long block) throws IOException;
}
