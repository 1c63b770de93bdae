package dev.zendo.dom0.ninep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.io.NinePMessage;
import dev.zendo.hypercalls.io.NinePValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A shared folder as a guest sees it, and what a guest cannot do through it. */
@EnabledOnOs(OS.LINUX)
class NinePServerTest {
  private static final int ELOOP = 40;
  private static final int READ = 0;

  @TempDir private Path host;
  private Path folder;
  private Talk talk;

  @BeforeEach
  void attach() throws IOException, HostError {
    folder = Files.createDirectory(host.resolve("shared"));
    Files.writeString(host.resolve("secret"), "secret");
    talk = Talk.attached(folder, false);
  }

  @AfterEach
  void close() {
    talk.close();
  }

  /** How many files of the folder this process has open. */
  private int descriptors() throws IOException {
    int count = 0;
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : open) {
        try {
          count += Files.readSymbolicLink(descriptor).startsWith(folder) ? 1 : 0;
        } catch (NoSuchFileException e) {
          // Of somebody else, who has closed it meanwhile.
        }
      }
    }
    return count;
  }

  private String content(int fid, String... path) {
    talk.ask(talk.walk(0, fid, path));
    talk.ask(talk.open(fid, READ));
    String text = Talk.data(talk.ask(talk.read(fid, 0, 1000)));
    talk.ask(talk.clunk(fid));
    return text;
  }

  @Test
  void agreesOnTheSmallerMessageSizeAndTheDialect() {
    ByteBuffer version = talk.ask(talk.version(8192, "9P2000.L"));
    assertEquals(8192, version.getInt());
    assertEquals("9P2000.L", Talk.text(version));
    version = talk.ask(talk.version(-1, "9P2000.u"));
    assertEquals(Talk.LARGEST, version.getInt());
    assertEquals("unknown", Talk.text(version));
    assertEquals(Errno.EMSGSIZE, talk.refused(talk.version(100, "9P2000.L")));
  }

  @Test
  void aNewSessionForgetsAllFids() {
    talk.ask(talk.version(8192, "9P2000.L"));
    assertEquals(Errno.EBADF, talk.refused(talk.walk(0, 1)));
  }

  @Test
  void readsWhatTheHostWrote() throws IOException {
    Files.createDirectories(folder.resolve("a/b"));
    Files.writeString(folder.resolve("a/b/file"), "0123456789");
    assertEquals("0123456789", content(1, "a", "b", "file"));
    talk.ask(talk.walk(0, 1, "a", "b", "..", "b", "file"));
    talk.ask(talk.open(1, READ));
    assertEquals("456", Talk.data(talk.ask(talk.read(1, 4, 3))));
    assertEquals("", Talk.data(talk.ask(talk.read(1, 10, 3))));
    assertEquals("0123456789", Talk.data(talk.ask(talk.read(1, 0, -1))));
    assertEquals(Errno.EINVAL, talk.refused(talk.read(1, -1, 3)));
  }

  @Test
  void theHostReadsWhatTheGuestWrote() throws IOException {
    talk.ask(talk.to(NinePMessage.TMKDIR).u32(0).text("new").u32(0755).u32(0));
    talk.ask(talk.walk(0, 1, "new"));
    talk.ask(talk.create(1, "file", NinePValues.OPEN_READ_WRITE, 0644));
    assertEquals(5, talk.ask(talk.write(1, 0, "hello")).getInt());
    assertEquals(3, talk.ask(talk.write(1, 7, "you")).getInt());
    talk.ask(talk.to(NinePMessage.TFSYNC).u32(1).u32(0));
    assertEquals("hello\0\0you", Files.readString(folder.resolve("new/file")));
    assertEquals("hello\0\0you", Talk.data(talk.ask(talk.read(1, 0, 100))));
  }

  @Test
  void creatingWithoutExclusionOpensWhatIsThere() throws IOException {
    Files.writeString(folder.resolve("file"), "there");
    talk.ask(talk.walk(0, 1));
    int exclusive = NinePValues.OPEN_EXCLUSIVE;
    assertEquals(Errno.EEXIST, talk.refused(talk.create(1, "file", exclusive, 0644)));
    talk.ask(talk.create(1, "file", READ, 0644));
    assertEquals("there", Talk.data(talk.ask(talk.read(1, 0, 100))));
  }

  @Test
  void walksAsFarAsItGoes() throws IOException {
    Files.createDirectories(folder.resolve("a"));
    assertEquals(1, talk.ask(talk.walk(0, 1, "a", "missing", "b")).getShort());
    assertEquals(Errno.EBADF, talk.refused(talk.clunk(1)), "no fid for half a walk");
    assertEquals(Errno.ENOENT, talk.refused(talk.walk(0, 1, "missing")));
    talk.ask(talk.walk(0, 1));
    assertEquals(1, talk.ask(talk.walk(1, 1, "a")).getShort());
    assertEquals(Errno.EINVAL, talk.refused(talk.walk(0, 1)), "the number is in use");
  }

  @Test
  void nothingLeadsOutOfTheFolder() throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), host.resolve("secret"));
    Files.createSymbolicLink(folder.resolve("up"), Path.of(".."));
    // Above the root is the root.
    talk.ask(talk.walk(0, 1, "..", ".."));
    assertEquals(Errno.ENOENT, talk.refused(talk.walk(1, 2, "secret")));
    assertEquals(1, talk.ask(talk.walk(0, 2, "up", "secret")).getShort(), "the link alone");
    assertEquals(Errno.EBADF, talk.refused(talk.clunk(2)));
    for (String name : List.of("../secret", "/etc/passwd", ".", "", "a\0b")) {
      assertEquals(Errno.EINVAL, talk.refused(talk.walk(0, 2, name)), name);
    }
    // The link itself can be looked at and read as a link, not opened.
    talk.ask(talk.walk(0, 3, "link"));
    assertEquals(Errno.EPERM, talk.refused(talk.open(3, READ)));
    ByteBuffer target = talk.ask(talk.to(NinePMessage.TREADLINK).u32(3));
    assertEquals(host.resolve("secret").toString(), Talk.text(target));
    talk.ask(talk.walk(0, 4));
    assertEquals(
        Errno.EPERM, talk.refused(talk.create(4, "link", NinePValues.OPEN_WRITE_ONLY, 0644)));
    assertEquals("secret", Files.readString(host.resolve("secret")));
  }

  @Test
  void aDirectoryReplacedByALinkIsNotFollowed() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("directory"));
    Files.writeString(directory.resolve("secret"), "harmless");
    talk.ask(talk.walk(0, 1, "directory", "secret"));
    Files.delete(directory.resolve("secret"));
    Files.delete(directory);
    Files.createSymbolicLink(directory, host);
    int error = talk.refused(talk.open(1, READ));
    assertTrue(error == Errno.ENOTDIR || error == ELOOP, () -> "error " + error);
  }

  @Test
  void makesNoSpecialFiles() {
    Request node = talk.to(NinePMessage.TMKNOD).u32(0).text("n").u32(020666).u32(1).u32(3).u32(0);
    assertEquals(Errno.EPERM, talk.refused(node));
    talk.ask(talk.walk(0, 1));
    talk.ask(talk.create(1, "file", READ, 04777));
    assertTrue((attributes(1).mode & 07000) == 0, "no set-user-id");
  }

  @Test
  void pipesAreShownButNeverOpened() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    talk.ask(talk.walk(0, 1, "pipe"));
    assertEquals(Errno.EPERM, talk.refused(talk.open(1, READ)));
    assertEquals(0010000, attributes(1).mode & 0170000);
  }

  @Test
  void aReadOnlyShareChangesNothing() throws IOException, HostError {
    Files.writeString(folder.resolve("file"), "text");
    try (Talk reader = Talk.attached(folder, true)) {
      reader.ask(reader.walk(0, 1, "file"));
      List<Request> changes =
          List.of(
              reader.open(1, NinePValues.OPEN_READ_WRITE),
              reader.open(1, NinePValues.OPEN_TRUNCATE),
              reader.create(0, "new", READ, 0644),
              reader.to(NinePMessage.TMKDIR).u32(0).text("new").u32(0755).u32(0),
              reader.to(NinePMessage.TUNLINKAT).u32(0).text("file").u32(0),
              reader.to(NinePMessage.TRENAMEAT).u32(0).text("file").u32(0).text("new"),
              reader.to(NinePMessage.TLINK).u32(0).u32(1).text("new"),
              reader.link(0, "l", "x"),
              reader.createAttribute(1, "user.a", 1, 0),
              setAttributes(1, NinePValues.SETATTR_SIZE, 0, 0));
      for (Request change : changes) {
        assertEquals(Errno.EROFS, reader.refused(change));
      }
      reader.ask(reader.open(1, READ));
      assertEquals("text", Talk.data(reader.ask(reader.read(1, 0, 100))));
    }
    assertEquals("text", Files.readString(folder.resolve("file")));
  }

  private Request setAttributes(int fid, int valid, int mode, long size) {
    Request request = talk.to(NinePMessage.TSETATTR).u32(fid).u32(valid).u32(mode).u32(0).u32(0);
    return request.u64(size).u64(1000).u64(5).u64(2000).u64(7);
  }

  /** What getattr says, as far as tests look. */
  private record Attributes(int mode, long size) {}

  private Attributes attributes(int fid) {
    ByteBuffer in = talk.ask(talk.to(NinePMessage.TGETATTR).u32(fid).u64(-1));
    assertEquals(NinePValues.GETATTR_BASIC, in.getLong());
    Talk.skipQid(in);
    int mode = in.getInt();
    in.position(in.position() + 24); // owner, group, links, device
    long size = in.getLong();
    in.position(in.position() + 16 + 64);
    assertEquals(16, in.remaining());
    return new Attributes(mode, size);
  }

  @Test
  void changesAttributes() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "0123456789");
    talk.ask(talk.walk(0, 1, "file"));
    assertEquals(10, attributes(1).size);
    int times = NinePValues.SETATTR_ATIME_SET | NinePValues.SETATTR_MTIME_SET;
    int valid = NinePValues.SETATTR_MODE | NinePValues.SETATTR_SIZE | NinePValues.SETATTR_ATIME;
    talk.ask(setAttributes(1, valid | NinePValues.SETATTR_MTIME | times, 0600, 4));
    assertEquals(new Attributes(0100600, 4), attributes(1));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    FileTime modified = Files.getLastModifiedTime(file);
    assertEquals(FileTime.from(java.time.Instant.ofEpochSecond(2000, 7)), modified);
    assertEquals(Errno.EINVAL, talk.refused(setAttributes(1, NinePValues.SETATTR_SIZE, 0, -1)));
    assertEquals(Errno.EINVAL, talk.refused(setAttributes(0, NinePValues.SETATTR_SIZE, 0, 0)));
  }

  @Test
  void renamesAndRemoves() throws IOException {
    Files.createDirectories(folder.resolve("a/b"));
    Files.writeString(folder.resolve("a/b/file"), "x");
    talk.ask(talk.walk(0, 1, "a"));
    talk.ask(talk.walk(0, 2, "a", "b", "file"));
    talk.ask(talk.to(NinePMessage.TRENAMEAT).u32(0).text("a").u32(0).text("moved"));
    talk.ask(talk.open(2, READ));
    assertEquals("x", Talk.data(talk.ask(talk.read(2, 0, 10))), "the fid moved with its file");
    assertEquals(
        Errno.ENOTEMPTY,
        talk.refused(talk.to(NinePMessage.TUNLINKAT).u32(0).text("moved").u32(0x200)));
    talk.ask(talk.walk(0, 3, "moved", "b", "file"));
    talk.ask(talk.to(NinePMessage.TLINK).u32(1).u32(3).text("second"));
    talk.ask(talk.to(NinePMessage.TREMOVE).u32(3));
    assertEquals(Errno.EBADF, talk.refused(talk.clunk(3)));
    assertEquals("x", Files.readString(folder.resolve("moved/second")));
    assertFalse(Files.exists(folder.resolve("moved/b/file")));
    talk.ask(talk.walk(0, 4));
    assertEquals(Errno.EBUSY, talk.refused(talk.to(NinePMessage.TREMOVE).u32(4)));
  }

  @Test
  void listsALargeDirectoryInPieces() throws IOException {
    List<String> expected = new ArrayList<>(List.of(".", ".."));
    for (int i : IntStream.range(0, 500).toArray()) {
      Files.writeString(folder.resolve("file-" + i), "");
      expected.add("file-" + i);
    }
    talk.ask(talk.walk(0, 1));
    talk.ask(talk.open(1, READ));
    List<String> found = new ArrayList<>();
    long offset = 0;
    while (true) {
      ByteBuffer in = talk.ask(talk.readDirectory(1, offset, 1000));
      if (in.getInt() == 0) {
        break;
      }
      assertTrue(in.remaining() <= 1000);
      while (in.hasRemaining()) {
        Talk.skipQid(in);
        offset = in.getLong();
        in.get();
        found.add(Talk.text(in));
      }
    }
    assertEquals(expected.stream().sorted().toList(), found.stream().sorted().toList());
    assertTrue(talk.ask(talk.readDirectory(1, 0, 1000)).getInt() > 0, "from the start again");
    assertTrue(talk.ask(talk.readDirectory(1, Long.MIN_VALUE + 99, 1000)).getInt() >= 0);
  }

  @Test
  void fidsAndOpenFilesAreBoundedAndGivenBack() throws IOException {
    Files.writeString(folder.resolve("file"), "x");
    int before = descriptors();
    for (int fid = 1; fid < FidTable.MAX_FIDS; fid++) {
      talk.ask(talk.walk(0, fid, "file"));
    }
    assertEquals(Errno.ENFILE, talk.refused(talk.walk(0, -5, "file")));
    for (int fid = 1; fid <= FidTable.MAX_OPEN; fid++) {
      talk.ask(talk.open(fid, READ));
    }
    assertEquals(Errno.EMFILE, talk.refused(talk.open(FidTable.MAX_OPEN + 1, READ)));
    assertEquals(before + FidTable.MAX_OPEN, descriptors());
    talk.ask(talk.clunk(1));
    talk.ask(talk.open(FidTable.MAX_OPEN + 1, READ));
    talk.ask(talk.version(8192, "9P2000.L"));
    assertEquals(before, descriptors());
  }

  @Test
  void refusesWhatItDoesNotHave() {
    assertEquals(
        Errno.EOPNOTSUPP, talk.refused(talk.to(NinePMessage.TAUTH).u32(1).text("").text("")));
    assertEquals(Errno.EOPNOTSUPP, talk.refused(talk.to(2)));
    assertEquals(Errno.EINVAL, talk.refused(talk.to(NinePMessage.TGETATTR).u16(0)), "cut short");
    talk.ask(talk.to(NinePMessage.TFLUSH).u16(7));
    talk.ask(talk.to(NinePMessage.TSTATFS).u32(0));
  }
}
