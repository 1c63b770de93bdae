package dev.zendo.dom0.ninep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.io.NinePMessage;
import dev.zendo.hypercalls.io.NinePValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Links in a shared folder: the guest makes and reads them, the server follows none. */
@EnabledOnOs(OS.LINUX)
class NinePLinksTest {
  private static final int READ = 0;

  @TempDir private Path host;
  private Path folder;
  private Talk talk;

  @BeforeEach
  void attach() throws IOException, HostError {
    folder = Files.createDirectory(host.resolve("shared"));
    Files.createDirectory(host.resolve("outside"));
    Files.writeString(host.resolve("outside/file"), "secret");
    talk = Talk.attached(folder, false);
  }

  /** Links out of the folder are of interest to nobody any more, the cleaner of it least. */
  @AfterEach
  void close() throws IOException {
    talk.close();
    assertEquals("secret", Files.readString(host.resolve("outside/file")));
    try (var entries = Files.list(host.resolve("outside"))) {
      assertEquals(List.of(host.resolve("outside/file")), entries.toList());
    }
    try (var entries = Files.list(folder)) {
      for (Path entry : entries.filter(Files::isSymbolicLink).toList()) {
        Files.delete(entry);
      }
    }
  }

  @Test
  void aLinkIsMadeAsItIsAskedForAndRead() throws IOException {
    for (String target : List.of("file", "../outside/file", "/etc/passwd", "a//b/../c", ".")) {
      ByteBuffer made = talk.ask(talk.link(0, "link", target));
      assertEquals(NinePValues.QT_SYMLINK, made.get());
      assertEquals(target, Files.readSymbolicLink(folder.resolve("link")).toString());
      talk.ask(talk.walk(0, 1, "link"));
      assertEquals(target, Talk.text(talk.ask(talk.to(NinePMessage.TREADLINK).u32(1))));
      assertEquals(Errno.EEXIST, talk.refused(talk.link(0, "link", "other")));
      talk.ask(talk.to(NinePMessage.TREMOVE).u32(1));
    }
  }

  @Test
  void whatIsNoLinkIsRefused() {
    assertEquals(Errno.EINVAL, talk.refused(talk.link(0, "link", "")));
    assertEquals(Errno.EINVAL, talk.refused(talk.link(0, "link", "a\0b")));
    assertEquals(Errno.EINVAL, talk.refused(talk.link(0, "..", "a")));
    assertEquals(Errno.ENAMETOOLONG, talk.refused(talk.link(0, "link", "a".repeat(4096))));
    talk.ask(talk.link(0, "link", "a".repeat(4095)));
    assertEquals(Errno.EINVAL, talk.refused(talk.to(NinePMessage.TREADLINK).u32(0)));
  }

  /** Each request that takes a path, once through a link to a directory and once to a file. */
  @Test
  void noRequestFollowsALink() {
    talk.ask(talk.link(0, "up", "../outside"));
    talk.ask(talk.link(0, "deep", "../outside/file"));
    talk.ask(talk.walk(0, 1, "up"));
    talk.ask(talk.walk(0, 2, "deep"));
    for (int fid : List.of(1, 2)) {
      assertEquals(Errno.EPERM, talk.refused(talk.open(fid, READ)));
      assertEquals(Errno.ENOTDIR, talk.refused(talk.create(fid, "new", 2, 0644)));
      assertEquals(Errno.ENOTDIR, talk.refused(talk.walk(fid, 9, "file")));
      assertEquals(
          Errno.ENOTDIR, talk.refused(talk.to(NinePMessage.TMKDIR).u32(fid).text("d").u32(0755)));
      assertEquals(Errno.ENOTDIR, talk.refused(talk.link(fid, "l", "x")));
      assertEquals(Errno.ENOTDIR, talk.refused(talk.unlink(fid, "file", 0)));
      assertEquals(Errno.ENOTDIR, talk.refused(talk.rename(fid, "file", 0, "stolen")));
      assertEquals(Errno.ENOTDIR, talk.refused(talk.rename(0, "deep", fid, "moved")));
      assertEquals(
          Errno.EPERM, talk.refused(talk.to(NinePMessage.TLINK).u32(0).u32(fid).text("hard")));
      assertEquals(Errno.EOPNOTSUPP, talk.refused(talk.createAttribute(fid, "user.a", 1, 0)));
      assertEquals(Errno.EOPNOTSUPP, talk.refused(talk.walkAttribute(fid, 9, "user.a")));
      Request mode = talk.to(NinePMessage.TSETATTR).u32(fid).u32(NinePValues.SETATTR_MODE);
      mode.u32(0777).u32(0).u32(0).u64(0).u64(0).u64(0).u64(0).u64(0);
      assertEquals(Errno.EOPNOTSUPP, talk.refused(mode));
      Request size = talk.to(NinePMessage.TSETATTR).u32(fid).u32(NinePValues.SETATTR_SIZE);
      size.u32(0777).u32(0).u32(0).u64(0).u64(0).u64(0).u64(0).u64(0);
      assertEquals(Errno.EINVAL, talk.refused(size));
    }
  }

  @Test
  void aFileHasSeveralNames() throws IOException {
    talk.ask(talk.to(NinePMessage.TMKDIR).u32(0).text("a").u32(0755).u32(0));
    talk.ask(talk.to(NinePMessage.TMKDIR).u32(0).text("b").u32(0755).u32(0));
    talk.ask(talk.walk(0, 1, "a"));
    talk.ask(talk.walk(0, 2, "b"));
    talk.ask(talk.walk(1, 3));
    talk.ask(talk.create(3, "one", 2, 0644));
    talk.ask(talk.to(NinePMessage.TLINK).u32(2).u32(3).text("two"));
    talk.ask(talk.write(3, 0, "hello"));
    assertEquals("hello", Files.readString(folder.resolve("b/two")));
    talk.ask(talk.rename(1, "one", 2, "three"));
    assertFalse(Files.exists(folder.resolve("a/one")));
    assertTrue(Files.isSameFile(folder.resolve("b/two"), folder.resolve("b/three")));
    talk.ask(talk.to(NinePMessage.TRENAME).u32(2).u32(1).text("b"));
    talk.ask(talk.unlink(2, "three", 0));
    assertEquals("hello", Files.readString(folder.resolve("a/b/two")), "the fid moved, too");
  }

  /**
   * What a hostile guest with a helper would do: while a path is walked, the directory on it turns
   * into a link that leads out, and back. Whichever it is at that moment, nothing outside is seen.
   */
  @Test
  void aDirectoryThatTurnsIntoALinkAndBackLeadsNowhere() throws Exception {
    Path directory = Files.createDirectory(folder.resolve("directory"));
    Files.writeString(directory.resolve("file"), "harmless");
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Integer> swapper = CompletableFuture.supplyAsync(() -> swap(done));
    try {
      int seen = 0;
      for (int i = 0; i < 3000; i++) {
        if (talk.attempt(talk.walk(0, 1, "directory", "file")) == 0) {
          if (talk.attempt(talk.open(1, NinePValues.OPEN_READ_WRITE)) == 0) {
            assertEquals("harmless", Talk.data(talk.ask(talk.read(1, 0, 100))));
            seen++;
          }
          talk.attempt(talk.clunk(1));
        }
        talk.ask(talk.walk(0, 2));
        talk.attempt(talk.walk(2, 2, "directory"));
        talk.attempt(talk.link(2, "link-" + i, "x"));
        talk.attempt(talk.unlink(2, "file-" + i, 0));
        talk.attempt(talk.create(2, "new-" + i, 2, 0644));
        talk.ask(talk.clunk(2));
      }
      assertTrue(seen > 0, "the walk never got through");
    } finally {
      done.set(true);
      assertTrue(swapper.get() > 0, "nothing was swapped");
    }
  }

  private int swap(AtomicBoolean done) {
    Path directory = folder.resolve("directory");
    Path link = folder.resolve("swapped");
    Path kept = folder.resolve("kept");
    int swaps = 0;
    try {
      Files.createSymbolicLink(link, host.resolve("outside"));
      for (; !done.get(); swaps++) {
        Files.move(directory, kept);
        Files.move(link, directory);
        Files.move(directory, link);
        Files.move(kept, directory);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return swaps;
  }
}
