import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The peer of the guest of bench/save: sends numbered lines on one connection for as long as that
 * lasts, and meanwhile saves and restores the guest.
 */
final class Save {
  /** Lines that may be under way. */
  private static final int WINDOW = 8;

  /** Lines that must be answered, passes and blocks that must be made before the next round. */
  private static final int LINES = 40;

  private static final int WORK = 3;
  private static final long PATIENCE_SECONDS = 120;

  /** An answer that took longer says nothing about the clock. */
  private static final long PROMPT_NANOS = 100_000_000;

  private static final long MICROS = 1000;
  private static final double LIMIT_SECONDS = 0.5;

  
  private final BufferedReader in;
  private final OutputStream out;
  private final long[] sent = new long[WINDOW];
  private long asked;

  /** Nanoseconds of the way there and back that told most about the clock. */
  private long shortest;

  private State state = new State(0, 0, 0, 0, Double.NaN);
  private Throwable failure;

  /** What is known: answers, the guest's counters, and how far its clock is from ours. */
  private record State(long lines, long passes, long blocks, long errors, double seconds) {}

  private Save(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    out = socket.getOutputStream();
  }

  /** zl, its configuration file, the folder for files, the domain's name, port, rounds. */
  public static void main(String[] arguments) throws Exception {
    Path zl = Path.of(arguments[0]);
    Path file = Path.of(arguments[2]).resolve("saved");
    String name = arguments[3];
    int rounds = Integer.parseInt(arguments[5]);
    try (ServerSocket server =
        new ServerSocket(Integer.parseInt(arguments[4]), 1, InetAddress.getLoopbackAddress())) {
      zl(zl, "create", "-q", arguments[1]);
      server.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      try (Socket socket = server.accept()) {
        server.close();
        Save peer = new Save(socket);
        Thread thread = new Thread(peer::talk, "peer");
        thread.setDaemon(true);
        thread.start();
        peer.rounds(zl, name, file, rounds);
        // Before its connection ends, which it would take for an error.
        zl(zl, "destroy", name);
      }
    }
  }

  private void rounds(Path zl, String name, Path file, int rounds) throws Exception {
    List<Double> saves = new ArrayList<>();
    List<Double> restores = new ArrayList<>();
    List<Double> silences = new ArrayList<>();
    double worst = 0;
    // A kernel that loses ticks while it boots on a busy host is wrong from the start.
    double boot = goOn().seconds();
    System.out.printf(Locale.ROOT, "clock after its boot: %+.6f s%n", boot);
    Random random = new Random(1);
    for (int round = 1; round <= rounds; round++) {
      Thread.sleep(random.nextInt(200));
      long begin = System.nanoTime();
      zl(zl, "save", name, file.toString());
      long saved = System.nanoTime();
      zl(zl, "restore", file.toString());
      long restored = System.nanoTime();
      Files.delete(file);
      silences.add(millis(restored, awaitLine()));
      saves.add(millis(begin, saved));
      restores.add(millis(saved, restored));
      State now = goOn();
      double wrong = Math.min(Math.abs(now.seconds()), Math.abs(now.seconds() - boot));
      if (wrong >= LIMIT_SECONDS) {
        throw new IOException("the guest's clock is wrong by " + now.seconds() + " s");
      }
      worst = Math.max(worst, wrong);
      if (round % 10 == 0 || round == rounds) {
        System.out.printf(
            Locale.ROOT,
            "round %d: %d lines, %d passes over memory, %d blocks of the disk, clock %+.6f s%n",
            round, now.lines(), now.passes(), now.blocks(), now.seconds());
      }
    }
    print("zl save", saves);
    print("zl restore", restores);
    print("restore to the next line", silences);
    System.out.printf(
        Locale.ROOT, "rounds: %d, worst difference of the clocks: %.6f s%n", rounds, worst);
  }

  /** Until the guest has answered, worked, and its clock is known again. */
  private State goOn() throws IOException, InterruptedException {
    State first = state();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (this) {
      state = new State(first.lines(), first.passes(), first.blocks(), first.errors(), Double.NaN);
    }
    while (System.nanoTime() - end < 0) {
      State now = state();
      if (now.lines() >= first.lines() + LINES
          && now.passes() >= first.passes() + WORK
          && now.blocks() >= first.blocks() + WORK
          && !Double.isNaN(now.seconds())) {
        return now;
      }
      Thread.sleep(5);
    }
    throw new IOException("the guest does not go on: was " + first + ", is " + state());
  }

  /** When the next line is answered. */
  private long awaitLine() throws IOException, InterruptedException {
    long before = state().lines();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() - end < 0) {
      if (state().lines() > before) {
        return System.nanoTime();
      }
      Thread.sleep(1);
    }
    throw new IOException("no line came after " + state());
  }

  private synchronized State state() throws IOException {
    if (failure != null) {
      throw new IOException("the connection failed after " + state + ": " + failure, failure);
    }
    if (state.errors() != 0) {
      throw new IOException("the guest found errors: " + state);
    }
    return state;
  }

  /** The peer's thread. */
  private void talk() {
    try {
      for (int i = 0; i < WINDOW; i++) {
        ask();
      }
      for (long expected = 0; ; expected++) {
        String line = in.readLine();
        if (line == null) {
          throw new IOException("it was closed");
        }
        take(expected, line.split(" "));
        Thread.sleep(1);
        ask();
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      synchronized (this) {
        failure = e;
      }
    }
  }

  private void ask() throws IOException {
    sent[(int) (asked % WINDOW)] = System.nanoTime();
    out.write((asked++ + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private synchronized void take(long expected, String[] words) throws IOException {
    if (words.length != 5 || Long.parseLong(words[0]) != expected) {
      throw new IOException("not the answer to " + expected + ": " + String.join(" ", words));
    }
    long way = System.nanoTime() - sent[(int) (expected % WINDOW)];
    double seconds = state.seconds();
    if (way < PROMPT_NANOS && (Double.isNaN(seconds) || way < shortest)) {
      Instant now = Instant.now();
      long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / MICROS - way / MICROS / 2;
      seconds = (Long.parseLong(words[1]) - micros) / 1e6;
      shortest = way;
    }
    state =
        new State(
            expected + 1,
            Long.parseLong(words[2]),
            Long.parseLong(words[3]),
            Long.parseLong(words[4]),
            seconds);
  }

  private static double millis(long from, long to) {
    return (to - from) / 1e6;
  }

  private static void print(String what, List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    System.out.printf(
        Locale.ROOT,
        "%-28s %7.0f ms (%.0f to %.0f)%n",
        what,
        sorted.get(sorted.size() / 2),
        sorted.get(0),
        sorted.get(sorted.size() - 1));
  }

  private static void zl(Path zl, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(zl.toString()));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }
}
