import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** Asks a daemon for clones, and measures; see the script {@code clone}. */
final class Clone {
  private final Path state;
  private final int rounds;

  /** Domains that the script starts to be cloned once. */
  private static final int FRESH = 5;

  private Clone(Path state, int rounds) {
    this.state = state;
    this.rounds = rounds;
  }

  public static void main(String[] args) throws Exception {
    Clone bench = new Clone(Path.of(args[0]), Integer.parseInt(args[1]));
    bench.firstOfDomain();
    bench.fromSnapshot();
    bench.fromDomain();
    bench.memory("ready", "of a snapshot");
    bench.memory("linux", "of a domain that runs");
  }

  /** One connection, which may become a console. */
  private final class Connection implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteBuffer one = ByteBuffer.allocate(1);

    Connection() throws IOException {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(state.resolve("daemon.sock")));
    }

    String ask(String method, String params) throws IOException {
      write("{\"id\": 1, \"method\": \"" + method + "\", \"params\": {" + params + "}}\n");
      String line = readUntil("\n");
      if (line.contains("\"error\"")) {
        throw new IOException(method + ": " + line);
      }
      return line;
    }

    void write(String text) throws IOException {
      channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    String readUntil(String end) throws IOException {
      StringBuilder text = new StringBuilder();
      while (!text.toString().endsWith(end)) {
        one.clear();
        if (channel.read(one) < 0) {
          throw new IOException("the daemon hung up");
        }
        text.append((char) one.get(0));
      }
      return text.toString();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** Has a clone's shell answer; milliseconds. */
  private double shell(String name, long begin) throws IOException {
    try (Connection console = new Connection()) {
      console.ask("console", "\"domain\": \"" + name + "\"");
      console.write("echo alive$((6*7))\n");
      console.readUntil("alive42");
      return (System.nanoTime() - begin) / 1e6;
    }
  }

  private static void print(String what, String unit, double[] values) {
    Arrays.sort(values);
    System.out.printf(
        Locale.ROOT,
        "%-52s %7.1f %s (%.1f to %.1f)%n",
        what,
        values[(values.length - 1) / 2],
        unit,
        values[0],
        values[values.length - 1]);
  }

  /** Each domain is cloned once in its life, as nothing of it is frozen before. */
  private void firstOfDomain() throws IOException {
    Times times = new Times(FRESH);
    for (int i = 0; i < FRESH; i++) {
      times.measure("fresh" + i, "f" + i, i);
    }
    times.print("first clone of a domain");
  }

  private void fromSnapshot() throws IOException {
    Times times = new Times(rounds);
    for (int i = 0; i < rounds; i++) {
      times.measure("ready", "a" + i, i);
    }
    times.print("clone of a snapshot");
  }

  private void fromDomain() throws IOException {
    Times times = new Times(rounds);
    for (int i = 0; i < rounds; i++) {
      times.measure("linux", "b" + i, i);
    }
    times.print("later clone of a domain");
  }

  /** Clones of a kind, in milliseconds. */
  private final class Times {
    private final double[] asked;
    private final double[] answered;
    private final double[] suspending;
    private final double[] still;

    Times(int count) {
      asked = new double[count];
      answered = new double[count];
      suspending = new double[count];
      still = new double[count];
    }

    void measure(String from, String name, int i) throws IOException {
      try (Connection daemon = new Connection()) {
        daemon.ask("hello", "");
        long begin = System.nanoTime();
        String answer =
            daemon.ask("clone", "\"source\": \"" + from + "\", \"name\": \"" + name + "\"");
        asked[i] = (System.nanoTime() - begin) / 1e6;
        suspending[i] = nanos(answer, "suspend_ns") / 1e6;
        still[i] = suspending[i] + nanos(answer, "downtime_ns") / 1e6;
        answered[i] = shell(name, begin);
        daemon.ask("destroy", "\"domain\": \"" + name + "\"");
      }
    }

    void print(String what) {
      Clone.print(what + ": asked", "ms", asked);
      Clone.print(what + ": its shell answers", "ms", answered);
      if (still[0] > 0) {
        Clone.print(what + ": the domain stood still", "ms", still);
        Clone.print(what + ": of this, its kernel", "ms", suspending);
      }
    }
  }

  private static long nanos(String answer, String key) {
    int at = answer.indexOf("\"" + key + "\":");
    return at < 0 ? 0 : Long.parseLong(answer.substring(at + key.length() + 3).split("[,}]")[0]);
  }

  private void memory(String source, String kind) throws IOException {
    double[] own = new double[rounds];
    double[] all = new double[rounds];
    double[] later = new double[rounds];
    try (Connection daemon = new Connection()) {
      for (int i = 0; i < rounds; i++) {
        String name = "c" + i;
        String clone = "\"source\": \"" + source + "\", \"name\": \"" + name + "\"";
        long[] before = anonymous();
        daemon.ask("clone", "\"paused\": true, " + clone);
        long[] made = anonymous();
        daemon.ask("unpause", "\"domain\": \"" + name + "\"");
        shell(name, 0);
        long[] ran = anonymous();
        own[i] = (made[0] - before[0]) / 1024.0;
        all[i] = (made[1] - before[1]) / 1024.0;
        later[i] = (ran[0] - before[0]) / 1024.0;
      }
      for (int i = 0; i < rounds; i++) {
        daemon.ask("destroy", "\"domain\": \"c" + i + "\"");
      }
    }
    print("private memory, clone " + kind, "MiB", own);
    print("the same, and what the daemon took", "MiB", all);
    print("private memory after its shell answered", "MiB", later);
  }

  /** KiB that are anonymous: in private mappings of snapshots, and altogether. */
  private long[] anonymous() throws IOException {
    String pid = Files.readString(state.resolve("daemon.pid")).strip();
    long[] sums = new long[2];
    boolean frozen = false;
    for (String line : Files.readAllLines(Path.of("/proc", pid, "smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        frozen = line.contains(" rw-p ") && line.contains("zendo-frozen");
      } else if (line.startsWith("Anonymous:")) {
        long kib = Long.parseLong(line.replaceAll("[^0-9]", ""));
        sums[0] += frozen ? kib : 0;
        sums[1] += kib;
      }
    }
    return sums;
  }
}
