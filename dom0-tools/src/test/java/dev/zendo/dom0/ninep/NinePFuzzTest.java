package dev.zendo.dom0.ninep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.zendo.hypercalls.io.NinePMessage;
import dev.zendo.hypercalls.io.NinePValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever stands in requests, each gets one answer of a plausible form, and the host's files
 * outside of the folder stay as they are.
 */
@EnabledOnOs(OS.LINUX)
class NinePFuzzTest {
  private static final String SECRET = "nobody may read this";

  /** A folder with a secret beside it, and a server of it. */
  private static final class Share implements AutoCloseable {
    final Path host = Files.createTempDirectory("ninep-fuzz");
    final Path folder = Files.createDirectories(host.resolve("shared/a/b"));
    final Talk talk;
    final byte[] answer = new byte[Talk.LARGEST];

    Share() throws IOException, HostError {
      Files.writeString(host.resolve("secret"), SECRET);
      Files.writeString(folder.resolve("file"), "content");
      Files.createSymbolicLink(folder.resolve("link"), host.resolve("secret"));
      talk = Talk.attached(host.resolve("shared"), false, new Limits(1 << 20, 100));
    }

    /** Lets the server answer whatever can be a message. */
    void answer(byte[] request) {
      int length = talk.server.answer(request, request.length, answer);
      assertTrue(length >= NinePValues.HEADER_SIZE && length <= answer.length);
      int type = answer[4] & 0xff;
      assertTrue(type == NinePMessage.RLERROR || type == ((request[4] & 0xff) + 1 & 0xff));
      String said = new String(answer, 0, length, java.nio.charset.StandardCharsets.ISO_8859_1);
      assertTrue(!said.contains(SECRET));
    }

    @Override
    public void close() throws IOException {
      talk.close();
      assertEquals(SECRET, Files.readString(host.resolve("secret")));
      try (Stream<Path> all = Files.walk(host)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static List<Request> conversation(Talk talk) {
    return List.of(
        talk.walk(0, 1, "a", "b"),
        talk.walk(0, 2, "a", "b", "file"),
        talk.walk(0, 3, "a", "b", "link"),
        talk.open(2, NinePValues.OPEN_READ_WRITE),
        talk.read(2, 0, 100),
        talk.write(2, 3, "text"),
        talk.to(NinePMessage.TMKDIR).u32(1).text("new").u32(0755).u32(0),
        talk.to(NinePMessage.TRENAMEAT).u32(1).text("new").u32(0).text("old"),
        talk.to(NinePMessage.TLINK).u32(1).u32(2).text("name"),
        talk.to(NinePMessage.TGETATTR).u32(2).u64(-1),
        talk.to(NinePMessage.TSETATTR).u32(2).u32(-1).u32(0644).u32(0).u32(0).u64(9).u64(0),
        talk.to(NinePMessage.TREADLINK).u32(3),
        talk.link(1, "made", "../../../secret"),
        talk.walkAttribute(2, 5, ""),
        talk.read(5, 0, 100),
        talk.walk(2, 6),
        talk.createAttribute(6, "user.a", 3, 0),
        talk.write(6, 0, "abc"),
        talk.clunk(6),
        talk.clunk(5),
        talk.to(NinePMessage.TUNLINKAT).u32(1).text("name").u32(0),
        talk.to(NinePMessage.TSTATFS).u32(0),
        talk.to(NinePMessage.TGETLOCK).u32(2).u8(0).u64(0).u64(0).u32(1).text("guest"),
        talk.open(1, 0),
        talk.readDirectory(1, 0, 500),
        talk.create(0, "created", 2, 0644),
        talk.to(NinePMessage.TREMOVE).u32(2),
        talk.clunk(1));
  }

  static Stream<byte[]> messages() throws IOException, HostError {
    try (Share share = new Share()) {
      return conversation(share.talk).stream().map(Request::bytes);
    }
  }

  @MethodSource("messages")
  @FuzzTest(maxDuration = "1m")
  void request(byte[] message) throws IOException, HostError {
    if (!Talk.isMessage(message)) {
      return;
    }
    try (Share share = new Share()) {
      share.talk.ask(share.talk.walk(0, 1, "a", "b"));
      share.talk.ask(share.talk.walk(0, 2, "a", "b", "file"));
      share.talk.ask(share.talk.open(2, NinePValues.OPEN_READ_WRITE));
      share.answer(message);
    }
  }

  /** A guest that damages what it sends, in long sessions with state. */
  @Test
  void damagedConversations() throws IOException, HostError {
    Random random = new Random(9);
    for (int session = 0; session < 40; session++) {
      try (Share share = new Share()) {
        for (int round = 0; round < 10; round++) {
          for (Request request : conversation(share.talk)) {
            share.answer(damage(random, request.bytes()));
          }
        }
      }
    }
  }

  private static byte[] damage(Random random, byte[] message) {
    byte[] damaged = message;
    if (random.nextInt(8) == 0) {
      int length = random.nextInt(message.length + 1);
      damaged = Arrays.copyOf(message, Math.max(NinePValues.HEADER_SIZE, length));
    }
    // Sizes of sparse files are left alone: their first bytes would fill the disk of a build.
    for (int i = random.nextInt(3); i > 0; i--) {
      damaged[4 + random.nextInt(damaged.length - 4)] = (byte) random.nextInt(8);
    }
    return damaged;
  }
}
