package dev.zendo.dom0.bootloader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Finds the partitions of a disk: MBR with logical ones, and GPT (UEFI 2.10, chapter 5). */
final class PartitionTable {
  private static final int SECTOR = 512;
  private static final int MAX_PARTITIONS = 128;
  private static final int MBR_ENTRIES = 446;
  private static final int MBR_ENTRY_BYTES = 16;
  private static final int PROTECTIVE = 0xee;
  private static final long GPT_SIGNATURE = 0x5452_4150_2049_4645L;

  private final ImageBytes disk;
  private final List<ImageBytes> found = new ArrayList<>();
  private boolean gpt;

  private PartitionTable(ImageBytes disk) {
    this.disk = disk;
  }

  /**
   * Where a file system may be: the partition marked active first, then the others in their order,
   * at last the whole disk, which may have no partitions.
   */
  static List<ImageBytes> of(ImageBytes disk) throws IOException {
    PartitionTable table = new PartitionTable(disk);
    table.readMbr();
    if (table.gpt) {
      table.readGpt();
    }
    table.found.add(disk);
    return table.found;
  }

  private static boolean isBootSector(ByteBuffer sector) {
    return (sector.getShort(SECTOR - 2) & 0xffff) == 0xaa55;
  }

  private static boolean isExtended(int type) {
    return type == 0x05 || type == 0x0f || type == 0x85;
  }

  private void add(ImageBytes from, long sector, long sectors, boolean first) {
    ImageBytes part = from.part(sector, sectors);
    if (part != null && found.size() < MAX_PARTITIONS) {
      found.add(first ? 0 : found.size(), part);
    }
  }

  private void readMbr() throws IOException {
    if (disk.length() < SECTOR) {
      return;
    }
    ByteBuffer mbr = disk.read(0, SECTOR);
    for (int i = 0; i < 4 && isBootSector(mbr); i++) {
      int at = MBR_ENTRIES + i * MBR_ENTRY_BYTES;
      int type = mbr.get(at + 4) & 0xff;
      long sector = mbr.getInt(at + 8) & 0xffff_ffffL;
      if (isExtended(type)) {
        readLogical(sector);
      } else if (type == PROTECTIVE) {
        gpt = true;
      } else if (type != 0) {
        add(disk, sector, mbr.getInt(at + 12) & 0xffff_ffffL, (mbr.get(at) & 0x80) != 0);
      }
    }
  }

  /** Each logical partition has a table of its own, whose second entry leads to the next one. */
  private void readLogical(long extended) throws IOException {
    long at = extended;
    for (int i = 0; i < MAX_PARTITIONS && at * SECTOR <= disk.length() - SECTOR; i++) {
      ByteBuffer table = disk.read(at * SECTOR, SECTOR);
      if (!isBootSector(table)) {
        return;
      }
      long sector = at + (table.getInt(MBR_ENTRIES + 8) & 0xffff_ffffL);
      add(disk, sector, table.getInt(MBR_ENTRIES + 12) & 0xffff_ffffL, false);
      int second = MBR_ENTRIES + MBR_ENTRY_BYTES;
      if (!isExtended(table.get(second + 4) & 0xff)) {
        return;
      }
      at = extended + (table.getInt(second + 8) & 0xffff_ffffL);
    }
  }

  private void readGpt() throws IOException {
    if (disk.length() < 2 * SECTOR) {
      return;
    }
    ByteBuffer header = disk.read(SECTOR, SECTOR);
    if (header.getLong(0) != GPT_SIGNATURE) {
      return;
    }
    long entries = header.getLong(72);
    int count = header.getInt(80);
    int bytes = header.getInt(84);
    if (entries < 0 || entries > disk.length() / SECTOR || bytes < 128 || bytes > 4096) {
      throw new BadFilesystemException("its GPT is damaged");
    }
    for (int i = 0; i < count && i < MAX_PARTITIONS; i++) {
      ByteBuffer entry = disk.read(entries * SECTOR + (long) i * bytes, 128);
      if ((entry.getLong(0) | entry.getLong(8)) != 0) {
        long first = entry.getLong(32);
        add(disk, first, entry.getLong(40) - first + 1, false);
      }
    }
  }
}
