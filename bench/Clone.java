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

  private Clone(Path state, int rounds) {
    this.state = state;
    this.rounds = rounds;
  }

  public static void main(String[] args) throws Exception {
    Clone bench = new Clone(Path.of(args[0]), Integer.parseInt(args[1]));
    bench.fromSnapshot();
    bench.fromDomain();
    bench.memory();
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
        "%-44s %7.1f %s (%.1f to %.1f)%n",
        what,
        values[(values.length - 1) / 2],
        unit,
        values[0],
        values[values.length - 1]);
  }

  private void fromSnapshot() throws IOException {
    double[] asked = new double[rounds];
    double[] answered = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      measure("ready", "a" + i, asked, answered, i);
    }
    print("clone of a snapshot: asked", "ms", asked);
    print("clone of a snapshot: its shell answers", "ms", answered);
  }

  private void fromDomain() throws IOException {
    double[] asked = new double[rounds];
    double[] answered = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      measure("linux", "b" + i, asked, answered, i);
    }
    print("clone of a domain that runs: asked", "ms", asked);
    print("clone of a domain that runs: its shell answers", "ms", answered);
  }

  private void measure(String from, String name, double[] asked, double[] answered, int i)
      throws IOException {
    try (Connection daemon = new Connection()) {
      daemon.ask("hello", "");
      long begin = System.nanoTime();
      daemon.ask("clone", "\"source\": \"" + from + "\", \"name\": \"" + name + "\"");
      asked[i] = (System.nanoTime() - begin) / 1e6;
      answered[i] = shell(name, begin);
      daemon.ask("destroy", "\"domain\": \"" + name + "\"");
    }
  }

  private void memory() throws IOException {
    double[] own = new double[rounds];
    double[] all = new double[rounds];
    double[] later = new double[rounds];
    try (Connection daemon = new Connection()) {
      for (int i = 0; i < rounds; i++) {
        long[] before = anonymous();
        String name = "c" + i;
        daemon.ask(
            "clone", "\"source\": \"ready\", \"paused\": true, \"name\": \"" + name + "\"");
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
    print("private memory before it runs", "MiB", own);
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
