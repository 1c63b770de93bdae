package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same requests to this store and to a real xenstored that runs on this machine: same replies,
 * same events. Runs when {@code XENSTORED_ORACLE} names the socket of Xen's C daemon, whose content
 * below {@code /oracle} and {@code /local/domain/0/oracle} is used and removed.
 */
@EnabledIfEnvironmentVariable(named = "XENSTORED_ORACLE", matches = ".+")
@Timeout(600)
class XenstoredOracleTest {
  private static final String[] NAMES = {"a", "b", "c", "a-b", "@x", "_"};
  private static final String[] ODD = {
    "/oracle/", "//oracle", "/oracle/a b", "oracle/rel", "", "/oracle/a/", "@releaseDomain", "@x"
  };
  private static final String[] PERMS = {"n0|", "r0|", "n0|b0|", "b0|r0|w0|", "x0|", "n|", "r0x|"};

  @TempDir Path directory;

  private static String path(Random random) {
    if (random.nextInt(25) == 0) {
      return ODD[random.nextInt(ODD.length)];
    }
    StringBuilder path = new StringBuilder("/oracle");
    for (int depth = random.nextInt(4); depth > 0; depth--) {
      path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
    }
    return path.toString();
  }

  @Test
  void theSameRequestsGetTheSameReplies() throws IOException {
    Path oracle = Path.of(System.getenv("XENSTORED_ORACLE"));
    long seeds = Long.parseLong(System.getenv().getOrDefault("XENSTORED_ORACLE_SEEDS", "200"));
    try (SocketServer server = SocketServer.start(new Store(), directory.resolve("socket"))) {
      for (long seed = 0; seed < seeds; seed++) {
        try (SocketClient ours = new SocketClient(server.file());
            SocketClient real = new SocketClient(oracle)) {
          compare(seed, ours, real);
        }
      }
    }
  }

  private static void compare(long seed, SocketClient ours, SocketClient real) throws IOException {
    Random random = new Random(seed);
    List<String> log = new ArrayList<>();
    for (SocketClient client : List.of(ours, real)) {
      client.call(MessageType.RM, "/oracle|");
      client.call(MessageType.MKDIR, "/oracle|");
      client.call(MessageType.MKDIR, "oracle|");
      client.call(MessageType.RM, "oracle|");
    }
    int ourTx = 0;
    int realTx = 0;
    for (int i = 0; i < 300; i++) {
      if (ourTx == 0 && random.nextInt(20) == 0) {
        ourTx = ours.begin();
        realTx = real.begin();
        log.add("begin");
      }
      MessageType type =
          switch (random.nextInt(11)) {
            case 0, 1 -> MessageType.READ;
            case 2, 3, 4 -> MessageType.WRITE;
            case 5 -> MessageType.MKDIR;
            case 6 -> MessageType.RM;
            case 7 -> MessageType.DIRECTORY;
            case 8 -> MessageType.GET_PERMS;
            case 9 -> MessageType.SET_PERMS;
            default -> random.nextBoolean() ? MessageType.WATCH : MessageType.UNWATCH;
          };
      String payload = path(random) + "|";
      if (type == MessageType.SET_PERMS && payload.startsWith("@")) {
        // Here too the C daemon answers with whatever error came last.
        continue;
      }
      payload +=
          switch (type) {
            case WRITE -> "value" + random.nextInt(100);
            case SET_PERMS -> PERMS[random.nextInt(PERMS.length)];
            case WATCH, UNWATCH -> "t" + random.nextInt(2) + "|";
            default -> "";
          };
      if (random.nextInt(40) == 0 && payload.indexOf('|') < payload.length() - 1) {
        // Not without any NUL: there the C daemon answers with whatever error came last.
        payload = payload.substring(0, payload.indexOf('|') + 1);
      }
      log.add(type + " " + payload);
      String expected = normal(type, real.call(type, realTx, payload));
      String actual = normal(type, ours.call(type, ourTx, payload));
      assertEquals(expected, actual, () -> "reply, seed " + seed + " " + tail(log));
      boolean ended = ourTx != 0 && random.nextInt(12) == 0;
      if (ended) {
        String how = random.nextInt(4) == 0 ? "F|" : "T|";
        log.add("end " + how);
        assertEquals(
            real.call(MessageType.TRANSACTION_END, realTx, how),
            ours.call(MessageType.TRANSACTION_END, ourTx, how),
            () -> "end, seed " + seed + " " + tail(log));
        ourTx = 0;
        realTx = 0;
      }
      if (ourTx == 0) {
        Set<String> expectedEvents = events(real);
        Set<String> actualEvents = events(ours);
        if (ended) {
          // The C daemon also fires for what a transaction made, removed and made again.
          expectedEvents.retainAll(actualEvents);
        }
        assertEquals(expectedEvents, actualEvents, () -> "events, seed " + seed + " " + tail(log));
      }
    }
  }

  /** The order of children is not guaranteed. */
  private static String normal(MessageType type, String outcome) {
    if (type != MessageType.DIRECTORY || outcome.startsWith("!")) {
      return outcome;
    }
    String[] names = outcome.split("\\|");
    Arrays.sort(names);
    return String.join("|", names);
  }

  /** The events so far: order and number of equal ones are not guaranteed. */
  private static Set<String> events(SocketClient client) throws IOException {
    client.call(MessageType.GET_DOMAIN_PATH, "0|");
    return new TreeSet<>(client.takeEvents());
  }

  private static String tail(List<String> log) {
    return String.join("; ", log.subList(Math.max(0, log.size() - 40), log.size()));
  }
}
