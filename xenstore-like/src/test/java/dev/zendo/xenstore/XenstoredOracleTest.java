package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
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

  private static final Set<MessageType> CHANGE_NOTHING =
      EnumSet.of(
          MessageType.READ,
          MessageType.DIRECTORY,
          MessageType.DIRECTORY_PART,
          MessageType.GET_PERMS,
          MessageType.WATCH,
          MessageType.UNWATCH,
          MessageType.IS_DOMAIN_INTRODUCED,
          MessageType.GET_DOMAIN_PATH);

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

  /** A client of this store and one of the other, which get the same requests. */
  private static final class Pair implements AutoCloseable {
    private final SocketClient ours;
    private final SocketClient real;
    private int ourTx;
    private int realTx;

    Pair(Path ours, Path real) throws IOException {
      this.ours = new SocketClient(ours);
      this.real = new SocketClient(real);
    }

    void begin() throws IOException {
      ourTx = ours.begin();
      realTx = real.begin();
    }

    void end(String how, Supplier<String> message) throws IOException {
      assertEquals(
          real.call(MessageType.TRANSACTION_END, realTx, how),
          ours.call(MessageType.TRANSACTION_END, ourTx, how),
          message);
      ourTx = 0;
      realTx = 0;
    }

    void ask(MessageType type, String payload, Supplier<String> message) throws IOException {
      assertEquals(
          normal(type, real.call(type, realTx, payload)),
          normal(type, ours.call(type, ourTx, payload)),
          message);
    }

    @Override
    public void close() throws IOException {
      ours.close();
      real.close();
    }
  }

  private static MessageType type(Random random) {
    return switch (random.nextInt(24)) {
      case 0, 1, 2 -> MessageType.READ;
      case 3, 4, 5, 6, 7 -> MessageType.WRITE;
      case 8, 9 -> MessageType.MKDIR;
      case 10, 11 -> MessageType.RM;
      case 12, 13 -> MessageType.DIRECTORY;
      case 14 -> MessageType.DIRECTORY_PART;
      case 15 -> MessageType.GET_PERMS;
      case 16 -> MessageType.SET_PERMS;
      case 17, 18 -> MessageType.WATCH;
      case 19 -> MessageType.UNWATCH;
      case 20 -> MessageType.RESET_WATCHES;
      case 21 -> MessageType.IS_DOMAIN_INTRODUCED;
      case 22 -> MessageType.GET_DOMAIN_PATH;
      default -> MessageType.SET_TARGET;
    };
  }

  private static String payload(MessageType type, Random random) {
    String special = random.nextInt(4) == 0 ? "@releaseDomain" : path(random);
    return switch (type) {
      case WRITE -> path(random) + "|value" + random.nextInt(100);
      case SET_PERMS -> "/oracle/a|" + PERMS[random.nextInt(PERMS.length)];
      case WATCH, UNWATCH -> special + "|t" + random.nextInt(2) + "|";
      case RESET_WATCHES -> "|";
      case DIRECTORY_PART -> path(random) + "|0|";
      case IS_DOMAIN_INTRODUCED, GET_DOMAIN_PATH ->
          List.of("0|", "7|", "32752|").get(random.nextInt(3));
      case SET_TARGET -> List.of("0|0|", "7|0|", "0|7|").get(random.nextInt(3));
      default -> path(random) + "|";
    };
  }

  @Test
  void twoClientsSeeTheSame() throws IOException {
    Path oracle = Path.of(System.getenv("XENSTORED_ORACLE"));
    long seeds = Long.parseLong(System.getenv().getOrDefault("XENSTORED_ORACLE_SEEDS", "200"));
    try (SocketServer server = SocketServer.start(new Store(), directory.resolve("second"))) {
      for (long seed = 0; seed < seeds; seed++) {
        try (Pair one = new Pair(server.file(), oracle);
            Pair two = new Pair(server.file(), oracle)) {
          compareTwo(seed, List.of(one, two));
        }
      }
    }
  }

  private static void compareTwo(long seed, List<Pair> pairs) throws IOException {
    Random random = new Random(seed);
    List<String> log = new ArrayList<>();
    Supplier<String> message = () -> "seed " + seed + ": " + tail(log);
    pairs.get(0).ask(MessageType.MKDIR, "/oracle|", message);
    pairs.get(0).ask(MessageType.RM, "/oracle|", message);
    pairs.get(0).ask(MessageType.MKDIR, "/oracle|", message);
    for (int i = 0; i < 200; i++) {
      int which = random.nextInt(2);
      Pair pair = pairs.get(which);
      boolean free = pairs.get(0).ourTx == 0 && pairs.get(1).ourTx == 0;
      if (free && random.nextInt(12) == 0) {
        log.add(which + " begin");
        pair.begin();
      } else if (pair.ourTx != 0 && random.nextInt(5) == 0) {
        String how = random.nextInt(4) == 0 ? "F|" : "T|";
        log.add(which + " end " + how);
        pair.end(how, message);
        // The C daemon also fires for what a transaction made, removed and made again.
        for (Pair each : pairs) {
          events(each.real).retainAll(events(each.ours));
        }
      } else {
        MessageType type = type(random);
        String payload = payload(type, random);
        boolean changes = !CHANGE_NOTHING.contains(type);
        if (type == MessageType.RESET_WATCHES && pair.ourTx != 0
            || changes && pairs.get(1 - which).ourTx != 0) {
          // The C daemon's transactions see what others change until they look at it first.
          continue;
        }
        log.add(which + " " + type + " " + payload);
        pair.ask(type, payload, message);
        for (Pair each : pairs) {
          assertEquals(events(each.real), events(each.ours), () -> "events, " + message.get());
        }
      }
    }
  }

  /** The order of children and the numbers of generations are not guaranteed. */
  private static String normal(MessageType type, String outcome) {
    boolean part = type == MessageType.DIRECTORY_PART;
    if (type != MessageType.DIRECTORY && !part || outcome.startsWith("!")) {
      return outcome;
    }
    String[] names = outcome.split("\\|");
    if (part) {
      names[0] = "generation";
    }
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
