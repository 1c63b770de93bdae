package dev.zendo.xenstore.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.xenstore.SocketServer;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.StoreClient;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed while clients write: whatever a client was told is there afterwards.
 * {@code STORE_KILL_ROUNDS} sets how often it is killed (3), {@code STORE_KILL_MODE} the journal's
 * mode (WRITE).
 */
@Timeout(1200)
class JournalKillTest {
  private static final int CLIENTS = 4;

  @TempDir Path folder;

  /** The process that is killed. */
  static final class Server {
    private Server() {}

    /** Serves a store until the end: socket, folder, mode. */
    public static void main(String[] arguments) throws Exception {
      Store store = new Store();
      // Small logs, so that the process is also killed while it begins a new one.
      Journal.open(
          store,
          Path.of(arguments[1]),
          Journal.Mode.valueOf(arguments[2]),
          20_000,
          System::nanoTime);
      SocketServer.start(store, Path.of(arguments[0]), 2);
      System.out.println("ready");
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  /** A client that counts up in single writes and in transactions until the server is gone. */
  private static final class Writer extends Thread {
    private final SocketChannel channel;
    private final String home;
    private final int first;
    private int sent;
    private int told;
    private int toldTransaction;
    private String made;
    private String removed;
    private Throwable failure;

    Writer(Path socket, int number, int first) throws IOException {
      this.channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      this.home = "/writer/" + number;
      this.first = first;
      this.sent = first;
      this.told = first;
      this.toldTransaction = first;
    }

    private String ask(int type, int transaction, String payload) throws IOException {
      byte[] bytes = payload.replace('|', '\0').getBytes(StandardCharsets.ISO_8859_1);
      ByteBuffer message = ByteBuffer.allocate(16 + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
      message.putInt(type).putInt(0).putInt(transaction).putInt(bytes.length).put(bytes).flip();
      while (message.hasRemaining()) {
        channel.write(message);
      }
      ByteBuffer header = fill(16);
      assertEquals(type, header.getInt(0), payload);
      return new String(fill(header.getInt(12)).array(), StandardCharsets.ISO_8859_1);
    }

    private ByteBuffer fill(int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer) < 0) {
          throw new IOException("gone");
        }
      }
      return buffer;
    }

    @Override
    public void run() {
      try {
        while (true) {
          int count = ++sent;
          ask(11, 0, home + "/count|" + count);
          told = count;
          if (count % 5 == 0) {
            int id = Integer.parseInt(ask(6, 0, "|").replace("\0", ""));
            for (String node : List.of("x", "y", "z")) {
              ask(11, id, home + "/tx/" + node + "|" + count);
            }
            ask(7, id, "T|");
            toldTransaction = count;
          }
          ask(12, 0, home + "/dir/" + count + "|");
          made = home + "/dir/" + count;
          String old = home + "/dir/" + (count - 1);
          ask(13, 0, old + "|");
          removed = old;
        }
      } catch (IOException e) {
        // The server was killed.
      } catch (RuntimeException | AssertionError e) {
        failure = e;
      }
    }

    /** Checks what another process finds; gives how far this client had come. */
    int check(StoreClient store) {
      assertEquals(null, failure);
      int count = Integer.parseInt(store.find(home + "/count").orElse("0"));
      assertTrue(count == told || count == sent, home + ": told " + told + ", found " + count);
      List<String> values = new ArrayList<>();
      for (String node : List.of("x", "y", "z")) {
        values.add(store.find(home + "/tx/" + node).orElse("0"));
      }
      assertEquals(1, values.stream().distinct().count(), home + ": half a transaction " + values);
      int transaction = Integer.parseInt(values.get(0));
      assertTrue(
          transaction >= toldTransaction || toldTransaction == first,
          home + ": told " + toldTransaction + ", found " + transaction);
      assertTrue(transaction <= sent);
      assertTrue(made == null || store.exists(made), made);
      assertTrue(removed == null || !store.exists(removed), removed);
      return count;
    }
  }

  @Test
  void nothingThatAClientWasToldIsLost() throws Exception {
    int rounds = Integer.parseInt(System.getenv().getOrDefault("STORE_KILL_ROUNDS", "3"));
    String mode = System.getenv().getOrDefault("STORE_KILL_MODE", "WRITE");
    Random random = new Random(7);
    int[] counts = new int[CLIENTS];
    long changes = 0;
    for (int round = 0; round < rounds; round++) {
      changes += -sum(counts) + sum(counts = killOnce(mode, random.nextInt(400), counts));
    }
    System.out.println(rounds + " kills, " + changes + " counted changes, none lost");
  }

  private static long sum(int[] counts) {
    return java.util.Arrays.stream(counts).asLongStream().sum();
  }

  private int[] killOnce(String mode, int milliseconds, int[] counts) throws Exception {
    Path socket = folder.resolve("socket");
    Path journal = folder.resolve("journal");
    Process server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Server.class.getName(),
                socket.toString(),
                journal.toString(),
                mode)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertEquals("ready", server.inputReader().readLine());
      List<Writer> writers = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        writers.add(new Writer(socket, i, counts[i]));
      }
      writers.forEach(Thread::start);
      Thread.sleep(milliseconds);
      // SIGKILL on all systems with Unix-domain sockets.
      server.destroyForcibly().waitFor();
      Store found = new Store();
      int[] reached = new int[CLIENTS];
      Journal.open(found, journal, Journal.Mode.WRITE).close();
      for (int i = 0; i < CLIENTS; i++) {
        writers.get(i).join();
        writers.get(i).channel.close();
        reached[i] = writers.get(i).check(found.client(0));
      }
      return reached;
    } finally {
      server.destroyForcibly();
    }
  }
}
