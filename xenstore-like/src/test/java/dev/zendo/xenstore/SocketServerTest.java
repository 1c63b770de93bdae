package dev.zendo.xenstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The socket for host programs. */
@Timeout(60)
class SocketServerTest {
  @TempDir Path directory;
  private final Store store = new Store();
  private Path file;
  private SocketServer server;

  @BeforeEach
  void start() throws IOException {
    file = directory.resolve("socket");
    server = SocketServer.start(store, file);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void aProgramOnTheHostIsDomain0() throws IOException {
    store.client(0).write("/secret", "x");
    try (SocketClient client = new SocketClient(file)) {
      assertEquals("x", client.call(MessageType.READ, "/secret|"));
      assertEquals("OK|", client.call(MessageType.WRITE, "name|Domain-0"));
      assertEquals("Domain-0", store.client(0).read("/local/domain/0/name"));
    }
  }

  @Test
  void onlyTheOwnerCanOpenTheSocket() throws IOException {
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(List.of("socket"), List.of(directory.toFile().list()));
  }

  @Test
  void eventsOfOthersChangesArrive() throws IOException {
    try (SocketClient client = new SocketClient(file)) {
      client.call(MessageType.WATCH, "/a|t|");
      assertEquals("/a|t|", client.event());
      store.client(0).write("/a/b", "1");
      assertEquals("/a/b|t|", client.event());
      try (SocketClient other = new SocketClient(file)) {
        other.call(MessageType.RM, "/a|");
      }
      assertEquals("/a|t|", client.event());
    }
  }

  @Test
  void manyClientsAreServedAtOnce() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 8; i++) {
      int number = i;
      Thread thread =
          new Thread(
              () -> {
                try (SocketClient client = new SocketClient(file)) {
                  for (int k = 0; k < 200; k++) {
                    String path = "/client/" + number;
                    assertEquals("OK|", client.call(MessageType.WRITE, path + "|" + k));
                    assertEquals("" + k, client.call(MessageType.READ, path + "|"));
                  }
                } catch (Throwable e) {
                  failures.add(e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(), failures);
    assertEquals(8, store.client(0).list("/client").size());
  }

  @Test
  void aClientThatBreaksTheProtocolIsCutOffAndTheOthersAreNot() throws IOException {
    try (SocketClient good = new SocketClient(file);
        SocketClient bad = new SocketClient(file)) {
      good.call(MessageType.WRITE, "/a|1");
      byte[] header = WireClient.request(MessageType.WRITE.number, 1, 0, "");
      MessageHeader.put(header, MessageHeader.LENGTH, 4097);
      bad.send(header);
      assertThrows(EOFException.class, bad::next);
      assertEquals("1", good.call(MessageType.READ, "/a|"));
    }
  }

  @Test
  void aClientThatDoesNotReadHoldsNobodyUp() throws IOException {
    store.client(0).write("/big", "x".repeat(4000));
    try (SocketClient silent = new SocketClient(file);
        SocketClient good = new SocketClient(file)) {
      silent.channel.configureBlocking(false);
      ByteBuffer request =
          ByteBuffer.wrap(WireClient.request(MessageType.READ.number, 1, 0, "/big|"));
      int refused = 0;
      while (refused < 100) {
        refused = silent.channel.write(request.rewind()) < request.limit() ? refused + 1 : 0;
      }
      assertEquals("OK|", good.call(MessageType.WRITE, "/a|1"));
      assertEquals("1", good.call(MessageType.READ, "/a|"));
    }
  }

  /** A listener that keeps changes as long as it can, and knows what it has kept. */
  private static final class Keeper implements ChangeListener {
    private volatile boolean able = true;
    private volatile Node latest;
    private volatile Node kept;

    @Override
    public void changed(List<Change> changes, Node root) {
      latest = root;
    }

    @Override
    public boolean settle() {
      kept = latest;
      return able;
    }
  }

  @Test
  void aClientIsToldWhenTheChangeIsKeptAndNotOtherwise() throws IOException {
    Keeper keeper = new Keeper();
    store.addChangeListener(keeper);
    try (SocketClient client = new SocketClient(file)) {
      for (int i = 0; i < 100; i++) {
        client.call(MessageType.WRITE, "/a|" + i);
        assertEquals("" + i, new String(keeper.kept.child("a").value(), UTF_8));
      }
      keeper.able = false;
      assertThrows(IOException.class, () -> client.call(MessageType.WRITE, "/a|lost"));
    }
  }

  @Test
  void aClientThatLeavesTakesItsWatchesAndTransactionsAlong() throws IOException {
    try (SocketClient client = new SocketClient(file)) {
      client.call(MessageType.WATCH, "/a|t|");
      client.begin();
      assertEquals(1, store.usage(0).watches());
    }
    try (SocketClient other = new SocketClient(file)) {
      // Its end is noticed in the same thread that serves the others, after some round trip.
      while (store.usage(0).watches() + store.usage(0).transactions() > 0) {
        other.call(MessageType.READ, "/|");
      }
    }
  }

  @Test
  void aLiveSocketIsNotTakenOverAndADeadOneIs() throws IOException {
    IOException refused =
        assertThrows(IOException.class, () -> SocketServer.start(new Store(), file));
    assertTrue(refused.getMessage().contains("another process"), refused.getMessage());
    Path dead = directory.resolve("dead");
    ServerSocketChannel stale =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(dead));
    stale.close();
    assertTrue(Files.exists(dead));
    try (SocketServer second = SocketServer.start(store, dead);
        SocketClient client = new SocketClient(second.file())) {
      assertEquals("", client.call(MessageType.READ, "/|"));
    }
    assertFalse(Files.exists(dead));
  }

  @Test
  void closingDisconnectsEveryone() throws IOException {
    try (SocketClient client = new SocketClient(file)) {
      client.call(MessageType.READ, "/|");
      server.close();
      assertThrows(IOException.class, client::next);
    }
    assertFalse(Files.exists(file));
  }
}
