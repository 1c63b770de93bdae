import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.xenstore.StoreSocket;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.StoreClient;
import dev.zendo.xenstore.journal.Journal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Kills zl under load and checks what it had promised; see bench/kill. */
final class Kill {
  private static final int SECTOR = 512;
  private static final int BLOCK_SECTORS = 8;
  private static final int MOST_BLOCKS = 8;
  private static final int WRITES = 4;
  private static final long DISK = 64L << 20;
  private static final int KEYS = 40;

  private final Path root;
  private final Path work;
  private final String format;
  private final String mode;
  private final Path image;
  private final Path journal;
  private final Random random;

  /** The batch that each sector was seen to be of at the end of the last round. */
  private final long[] seen = new long[(int) (DISK / SECTOR)];

  /** Values of the host program's keys that were acknowledged in any round. */
  private final Map<String, Long> acknowledged = new HashMap<>();

  private long batches;
  private long hostWrites;
  private int leaks;
  private int early;

  private Kill(String[] arguments) {
    root = Path.of(arguments[0]);
    work = Path.of(arguments[1]);
    format = arguments[3];
    mode = arguments[5];
    image = work.resolve("disk");
    journal = work.resolve("journal");
    random = new Random(Long.parseLong(arguments[4]));
  }

  /** Arguments: the project, a folder to work in, rounds, format, seed, mode. */
  public static void main(String[] arguments) throws Exception {
    Kill kill = new Kill(arguments);
    int rounds = Integer.parseInt(arguments[2]);
    kill.run("qemu-img", "create", "-q", "-f", kill.format, kill.image, Long.toString(DISK));
    for (int round = 1; round <= rounds; round++) {
      kill.round(round);
      if (round % 20 == 0) {
        kill.report(round);
      }
    }
    kill.report(rounds);
    System.exit(0);
  }

  private void report(int rounds) {
    System.out.printf(
        "%d kills (%d before the guest wrote): %d durable batches, %d acknowledged writes of the host,"
            + " all there; leaked clusters after %d%n",
        rounds, early, batches, hostWrites, leaks);
  }

  private int run(Object... words) throws Exception {
    List<String> command = new ArrayList<>();
    for (Object word : words) {
      command.add(word.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    boolean check = command.contains("check");
    if (status != 0 && !(check && status == 3)) {
      throw new IllegalStateException(command + " ended with " + status + ": " + output);
    }
    return status;
  }

  private void round(int round) throws Exception {
    Path socket = work.resolve("store");
    Files.deleteIfExists(socket);
    Process zl =
        new ProcessBuilder(
                root.resolve("zl").toString(),
                "run",
                root.resolve("examples/bench/bench.elf").toString(),
                "--disk",
                image + "," + format + ",xvda,w",
                "--store-socket",
                socket.toString(),
                "--store-journal",
                journal.toString(),
                "--journal-mode",
                mode,
                "--cmdline",
                "writer=" + round)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .start();
    AtomicLong durable = new AtomicLong(-1);
    AtomicLong stored = new AtomicLong(-1);
    StringBuilder other = new StringBuilder();
    Thread reader = new Thread(() -> read(zl, durable, stored, other));
    reader.start();
    Map<String, Long> acks = new ConcurrentHashMap<>();
    AtomicLong writes = new AtomicLong();
    Thread writer = new Thread(() -> write(socket, round, acks, writes));
    writer.start();
    if (random.nextInt(8) == 0) {
      Thread.sleep(random.nextInt(600));
    } else {
      for (int i = 0; durable.get() < 0 && zl.isAlive() && i < 10_000; i++) {
        Thread.sleep(1);
      }
      TimeUnit.MICROSECONDS.sleep(random.nextInt(800_000));
    }
    if (!zl.isAlive()) {
      reader.join();
      throw new IllegalStateException("zl ended by itself: " + other);
    }
    zl.destroyForcibly();
    zl.waitFor();
    reader.join();
    writer.join();
    hostWrites += writes.get();
    acknowledged.putAll(acks);
    checkImage(round, durable.get());
    checkStore(round, stored.get());
    early += durable.get() < 0 ? 1 : 0;
    batches += durable.get() < 0 ? 0 : (durable.get() & 0xffffffffL) + 1;
  }

  private static void read(Process zl, AtomicLong durable, AtomicLong stored, StringBuilder other) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(zl.getInputStream(), StandardCharsets.UTF_8))) {
      while (true) {
        StringBuilder text = new StringBuilder();
        int next;
        while ((next = lines.read()) >= 0 && next != '\n') {
          text.append((char) next);
        }
        if (next < 0) {
          return; // what has no line end may be the beginning of a larger number
        }
        String line = text.toString().strip();
        if (line.startsWith("DURABLE ")) {
          durable.set(Long.parseLong(line.substring(8)));
        } else if (line.startsWith("STORED ")) {
          stored.set(Long.parseLong(line.substring(7)));
        } else {
          other.append(line).append('\n');
        }
      }
    } catch (IOException e) {
      other.append(e).append('\n');
    }
  }

  /** A program of the host that writes until nobody answers. */
  private static void write(Path socket, int round, Map<String, Long> acks, AtomicLong writes) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
    while (!Files.exists(socket) && System.nanoTime() - deadline < 0) {
      Thread.onSpinWait();
    }
    try (StoreSocket store = new StoreSocket(socket)) {
      for (long i = 0; ; i++) {
        String key = "/kill/" + i % KEYS;
        long value = (long) round << 32 | i;
        store.write(key, Long.toString(value).getBytes(StandardCharsets.UTF_8));
        acks.put(key, value);
        writes.incrementAndGet();
      }
    } catch (ToolException e) {
      // It was killed.
    }
  }

  private void checkStore(int round, long stored) throws IOException {
    if (!Files.exists(journal)) {
      return; // killed before it began
    }
    Store store = new Store();
    try (Journal opened = Journal.open(store, journal, Journal.Mode.WRITE);
        StoreClient client = store.client(0)) {
      if (opened == null) {
        throw new IllegalStateException("no journal");
      }
      for (Map.Entry<String, Long> entry : acknowledged.entrySet()) {
        long there = Long.parseLong(client.find(entry.getKey()).orElse("-1"));
        require(
            there >= entry.getValue(),
            "round " + round + ": " + entry.getKey() + " is " + there + ", acknowledged " + entry.getValue());
        acknowledged.put(entry.getKey(), there);
      }
      long batch = Long.parseLong(client.find("/local/domain/1/data/batch").orElse("-1"));
      require(
          stored < 0 || batch >= stored,
          "round " + round + ": the guest's key is " + batch + ", acknowledged " + stored);
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }

  private void checkImage(int round, long durable) throws Exception {
    Path raw = work.resolve("raw");
    if (format.equals("raw")) {
      raw = image;
    } else {
      leaks += run("qemu-img", "check", "-q", "-f", format, image) == 3 ? 1 : 0;
      run("qemu-img", "convert", "-f", format, "-O", "raw", image, raw);
    }
    long[] least = new long[seen.length];
    for (long batch = (long) round << 32; batch <= durable; batch++) {
      mark(batch, least);
    }
    try (FileChannel file = FileChannel.open(raw)) {
      ByteBuffer sector = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < seen.length; i++) {
        sector.clear();
        while (sector.hasRemaining() && file.read(sector, (long) i * SECTOR + sector.position()) > 0) {
          // the whole sector
        }
        checkSector(round, i, sector, least[i]);
      }
    }
  }

  private void checkSector(int round, int number, ByteBuffer sector, long least) {
    long batch = sector.getLong(0);
    String where = "round " + round + ", sector " + number + ": ";
    for (int at = 8; at < SECTOR; at += 8) {
      require(sector.getLong(at) == batch, where + "it is torn");
    }
    require(batch >= least, where + "batch " + batch + " is there, " + least + " was durable");
    if (batch >> 32 == round) {
      require(writes(batch, number), where + "batch " + batch + " does not write there");
    } else {
      require(batch == seen[number], where + "batch " + batch + " is back, was " + seen[number]);
    }
    seen[number] = batch;
  }

  private static long mix(long from) {
    long value = (from ^ from >>> 30) * 0xbf58476d1ce4e5b9L;
    value = (value ^ value >>> 27) * 0x94d049bb133111ebL;
    return value ^ value >>> 31;
  }

  /** Writes a batch as examples/bench/writer.c does. */
  private static void mark(long batch, long[] sectors) {
    for (int i = 0; i < WRITES; i++) {
      int first = first(batch, i);
      for (int k = 0; k < count(batch, i); k++) {
        sectors[first + k] = batch;
      }
    }
  }

  private static boolean writes(long batch, int sector) {
    for (int i = 0; i < WRITES; i++) {
      int behind = sector - first(batch, i);
      if (behind >= 0 && behind < count(batch, i)) {
        return true;
      }
    }
    return false;
  }

  private static int first(long batch, int write) {
    long blocks = DISK / SECTOR / BLOCK_SECTORS;
    long number = mix(batch * WRITES + write) & 0xffffffffL;
    return (int) (number % (blocks - MOST_BLOCKS)) * BLOCK_SECTORS;
  }

  private static int count(long batch, int write) {
    return (int) (1 + (mix(batch * WRITES + write) >>> 32) % MOST_BLOCKS) * BLOCK_SECTORS;
  }
}
