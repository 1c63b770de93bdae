package dev.zendo.dom0.ninep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.io.NinePMessage;
import dev.zendo.hypercalls.io.NinePValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A share with limits holds no more than it may, whatever the guest does. */
@EnabledOnOs(OS.LINUX)
class NinePQuotaTest {
  private static final int BLOCK = Usage.BLOCK;
  private static final int BLOCKS = 16;
  private static final int FILES = 8;
  private static final Limits LIMITS = new Limits((long) BLOCKS * BLOCK, FILES);

  @TempDir private Path folder;

  /** Free bytes and files by statfs. */
  private record Free(long bytes, long files) {
    static Free of(Talk talk) {
      ByteBuffer in = talk.ask(talk.to(NinePMessage.TSTATFS).u32(0));
      in.getInt();
      int unit = in.getInt();
      in.getLong();
      long free = in.getLong();
      assertEquals(free, in.getLong());
      in.getLong();
      return new Free(free * unit, in.getLong());
    }
  }

  private Talk attached() throws HostError {
    return Talk.attached(folder, false, LIMITS);
  }

  @Test
  void bytesBeyondTheLimitAreRefused() throws Exception {
    try (Talk talk = attached()) {
      talk.ask(talk.walk(0, 1));
      talk.ask(talk.create(1, "file", NinePValues.OPEN_READ_WRITE, 0644));
      assertEquals(new Free((long) BLOCKS * BLOCK, FILES - 1), Free.of(talk));
      talk.ask(talk.write(1, (BLOCKS - 1) * BLOCK, "x"));
      assertEquals(0, Free.of(talk).bytes());
      talk.ask(talk.write(1, BLOCKS * BLOCK - 1, "x"));
      assertEquals(Errno.ENOSPC, talk.refused(talk.write(1, BLOCKS * BLOCK, "x")));
      assertEquals(Errno.ENOSPC, talk.refused(talk.write(1, Long.MAX_VALUE, "x")));
      assertEquals(Errno.ENOSPC, talk.refused(length(talk, 1, BLOCKS * BLOCK + 1)));
      assertEquals(Errno.ENOSPC, talk.refused(length(talk, 1, Long.MAX_VALUE)));
      talk.ask(talk.write(1, 0, "what is there may be overwritten"));
      talk.ask(length(talk, 1, BLOCK + 1));
      assertEquals((BLOCKS - 2) * BLOCK, Free.of(talk).bytes());
    }
    assertEquals(BLOCK + 1, Files.size(folder.resolve("file")));
  }

  private static Request length(Talk talk, int fid, long length) {
    Request size = talk.to(NinePMessage.TSETATTR).u32(fid).u32(NinePValues.SETATTR_SIZE);
    return size.u32(0).u32(0).u32(0).u64(length).u64(0).u64(0).u64(0).u64(0);
  }

  @Test
  void namesBeyondTheLimitAreRefused() throws Exception {
    Files.createDirectories(folder.resolve("a/b"));
    Files.writeString(folder.resolve("a/b/c"), "x");
    try (Talk talk = attached()) {
      assertEquals(new Free((BLOCKS - 1L) * BLOCK, FILES - 3), Free.of(talk));
      talk.ask(talk.walk(0, 1));
      talk.ask(talk.walk(0, 2, "a", "b", "c"));
      talk.ask(talk.link(0, "link", "x"));
      talk.ask(talk.to(NinePMessage.TLINK).u32(0).u32(2).text("hard"));
      for (int i = 5; i < FILES; i++) {
        talk.ask(talk.to(NinePMessage.TMKDIR).u32(0).text("d" + i).u32(0755).u32(0));
      }
      assertEquals(new Free((BLOCKS - 1L) * BLOCK, 0), Free.of(talk));
      assertEquals(Errno.ENOSPC, talk.refused(talk.link(0, "more", "x")));
      assertEquals(Errno.ENOSPC, talk.refused(talk.create(1, "more", 2, 0644)));
      assertEquals(
          Errno.ENOSPC, talk.refused(talk.to(NinePMessage.TLINK).u32(0).u32(2).text("more")));
      assertEquals(
          Errno.ENOSPC,
          talk.refused(talk.to(NinePMessage.TMKDIR).u32(0).text("more").u32(0755).u32(0)));
      talk.ask(talk.unlink(0, "d5", NinePValues.UNLINK_DIRECTORY));
      talk.ask(talk.create(1, "more", 2, 0644));
    }
  }

  /** Otherwise a guest could hold any number of bytes in files without names. */
  @Test
  void aFileWithoutANameCountsUntilItIsClosed() throws Exception {
    try (Talk talk = attached()) {
      talk.ask(talk.walk(0, 1));
      talk.ask(talk.create(1, "file", NinePValues.OPEN_READ_WRITE, 0644));
      talk.ask(talk.walk(0, 2, "file"));
      talk.ask(talk.open(2, 0));
      talk.ask(length(talk, 1, (long) BLOCKS * BLOCK));
      talk.ask(talk.unlink(0, "file", 0));
      assertEquals(new Free(0, FILES), Free.of(talk));
      talk.ask(talk.clunk(1));
      assertEquals(0, Free.of(talk).bytes());
      talk.ask(talk.clunk(2));
      assertEquals(BLOCKS * BLOCK, Free.of(talk).bytes());
    }
  }

  /** What is counted on the way is what somebody counts who comes later. */
  @Test
  void theCountIsRightAfterAnything() throws Exception {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      try (Talk talk = attached()) {
        for (int fid = 1; fid <= 4; fid++) {
          talk.ask(talk.walk(0, fid));
        }
        for (int i = 0; i < 150; i++) {
          talk.attempt(step(talk, random));
        }
        talk.ask(talk.walk(0, 9));
        for (int fid = 1; fid <= 8; fid++) {
          talk.attempt(talk.clunk(fid));
        }
        Free counted = Free.of(talk);
        assertTrue(counted.bytes() >= 0 && counted.files() >= 0);
        try (Talk later = attached()) {
          assertEquals(Free.of(later), counted, "seed " + seed);
        }
      }
    }
  }

  private static Request step(Talk talk, Random random) {
    Supplier<String> name = () -> String.valueOf((char) ('a' + random.nextInt(4)));
    int fid = 1 + random.nextInt(4);
    int other = random.nextInt(5);
    return switch (random.nextInt(14)) {
      case 0 -> talk.create(fid, name.get(), random.nextInt(3) | random.nextInt(2) * 0x400, 0644);
      case 1 -> talk.write(fid, random.nextInt(4 * BLOCK), "x".repeat(random.nextInt(5000)));
      case 2 -> length(talk, fid, random.nextInt(5 * BLOCK));
      case 3 -> talk.to(NinePMessage.TMKDIR).u32(other).text(name.get()).u32(0755).u32(0);
      case 4 -> talk.unlink(other, name.get(), random.nextInt(2) * 0x200);
      case 5 -> talk.rename(other, name.get(), random.nextInt(5), name.get());
      case 6 -> talk.to(NinePMessage.TLINK).u32(other).u32(fid).text(name.get());
      case 7 -> talk.link(other, name.get(), "target");
      case 8 -> talk.open(fid, random.nextInt(3) | random.nextInt(2) * 0x200);
      case 9 -> talk.createAttribute(fid, "user." + name.get(), random.nextInt(3000), 0);
      case 10 -> talk.clunk(fid);
      case 11, 12 -> talk.walk(0, fid, name.get());
      default -> talk.walk(0, fid);
    };
  }

  @Test
  void attributesCount() throws IOException, HostError {
    Files.writeString(folder.resolve("file"), "");
    try (Talk talk = attached()) {
      talk.ask(talk.walk(0, 1, "file"));
      int size = BLOCKS * BLOCK - 6;
      if (talk.attempt(talk.createAttribute(1, "user.a", size + 1, 0)) == 0) {
        int refused = talk.attempt(talk.clunk(1));
        assertTrue(refused == Errno.ENOSPC || refused == Errno.EOPNOTSUPP, () -> "" + refused);
      }
    }
  }
}
