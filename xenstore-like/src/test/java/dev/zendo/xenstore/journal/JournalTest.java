package dev.zendo.xenstore.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.xenstore.Permissions;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.StoreClient;
import dev.zendo.xenstore.StoreException;
import dev.zendo.xenstore.StoreJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a journal restores. */
class JournalTest {
  @TempDir Path folder;

  private static String json(Store store) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      StoreJson.write(store.root(), out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /** The store that another process would find in the folder. */
  private static Store reopen(Path folder) throws IOException {
    Store store = new Store();
    Journal.open(store, folder, Journal.Mode.WRITE).close();
    return store;
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (String name : from.toFile().list()) {
      Files.write(to.resolve(name), Files.readAllBytes(from.resolve(name)));
    }
    return to;
  }

  @Test
  void valuesPermissionsAndRemovalsComeBack() throws IOException {
    Store store = new Store();
    StoreClient client = store.client(0);
    client.write("/before", "the journal");
    try (Journal journal = Journal.open(store, folder, Journal.Mode.SYNC)) {
      client.write("/a/b/c", new byte[] {0, 1, (byte) 0xff});
      client.chmod("/a/b", Permissions.parse("n3", "r5", "b65535"));
      client.chmod(Store.RELEASE_DOMAIN, Permissions.parse("n0", "r7"));
      client.write("/gone/x", "1");
      client.rm("/gone");
      client.mkdir("/empty");
      assertTrue(journal.settle());
    }
    Store restored = reopen(folder);
    assertEquals(json(store), json(restored));
    assertArrayEquals(new byte[] {0, 1, (byte) 0xff}, restored.client(0).readBytes("/a/b/c"));
    assertEquals(store.specialPermissions(), restored.specialPermissions());
    assertEquals(store.usage(3).nodes(), restored.usage(3).nodes());
  }

  @Test
  void whatATransactionMadeAndTookBackInPartComesBack() throws IOException {
    Store store = new Store();
    try (Journal journal = Journal.open(store, folder, Journal.Mode.WRITE)) {
      StoreClient client = store.client(0);
      client.write("/t/old/x", "1");
      client.transact(
          tx -> {
            tx.write("/t/made/inside", "1");
            tx.rm("/t/made/inside");
            tx.rm("/t/old");
            tx.write("/t/old/y", "2");
          });
      assertTrue(journal.settle());
    }
    assertEquals(json(store), json(reopen(folder)));
  }

  @Test
  void randomChangesComeBackThroughManyLogs() throws IOException {
    Random random = new Random(1);
    Store store = new Store();
    for (int life = 0; life < 5; life++) {
      Store next = new Store();
      try (Journal journal =
          Journal.open(next, folder, Journal.Mode.WRITE, 2000, System::nanoTime)) {
        assertEquals(json(store), json(next));
        store = next;
        for (int i = 0; i < 300; i++) {
          change(store.client(0), random);
          assertTrue(journal.settle());
        }
      }
    }
    assertEquals(3, folder.toFile().list().length, "the lock, the latest snapshot and log");
    assertEquals(json(store), json(reopen(folder)));
  }

  @Test
  void whatChangesWhileTheFolderCannotBeWrittenIsKeptOnceItCan(@TempDir Path elsewhere)
      throws IOException {
    Path gone = elsewhere.resolve("gone");
    Random random = new Random(2);
    Store store = new Store();
    long[] now = {0};
    try (Journal journal = Journal.open(store, folder, Journal.Mode.WRITE, 2000, () -> now[0])) {
      Files.move(folder, gone);
      while (journal.settle()) {
        change(store.client(0), random);
      }
      store.client(0).write("/meanwhile", "not kept yet");
      store.setSpecialPermissions(Store.RELEASE_DOMAIN, Permissions.parse("n0", "r7"));
      now[0] += Duration.ofSeconds(2).toNanos();
      assertFalse(journal.settle(), "still gone");
      Files.move(gone, folder);
      assertFalse(journal.settle(), "not tried again at once");
      now[0] += Duration.ofSeconds(2).toNanos();
      assertTrue(journal.settle());
      store.client(0).write("/afterwards", "kept as before");
      assertTrue(journal.settle());
    }
    Store found = reopen(folder);
    assertEquals(json(store), json(found));
    assertEquals(store.specialPermissions(), found.specialPermissions());
  }

  private static void change(StoreClient client, Random random) {
    String path = "/" + random.nextInt(4) + "/" + random.nextInt(4) + "/" + random.nextInt(4);
    path = path.substring(0, 2 + 2 * random.nextInt(3));
    try {
      switch (random.nextInt(5)) {
        case 0, 1 -> client.write(path, "value" + random.nextInt());
        case 2 -> client.mkdir(path);
        case 3 -> client.chmod(path, Permissions.parse("n" + random.nextInt(3), "r9"));
        default -> client.rm(path);
      }
    } catch (StoreException e) {
      // Not there: nothing has changed.
    }
  }

  @Test
  void aLogThatEndsAnywhereRestoresTheLastWholeChange(@TempDir Path copies) throws IOException {
    List<String> states = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    Store store = new Store();
    Path log = folder.resolve("log-1");
    try (Journal journal = Journal.open(store, folder, Journal.Mode.WRITE)) {
      StoreClient client = store.client(0);
      for (int i = 0; i < 12; i++) {
        states.add(json(store));
        sizes.add(i == 0 ? 0 : Files.size(log));
        if (i % 2 == 0) {
          client.write("/n" + i % 4 + "/x", "value " + i);
        } else {
          client.rm("/n" + (i + 1) % 4);
        }
        assertTrue(journal.settle());
      }
    }
    byte[] whole = Files.readAllBytes(log);
    for (int length = 0; length < sizes.get(11); length++) {
      Path cut = copy(folder, copies.resolve("cut" + length));
      Files.write(cut.resolve("log-1"), Arrays.copyOf(whole, length));
      int last = 0;
      while (sizes.get(last + 1) <= length) {
        last++;
      }
      assertEquals(states.get(last), json(reopen(cut)), "at " + length);
      assertEquals(states.get(last), json(reopen(cut)), "again at " + length);
    }
  }

  @Test
  void damageInTheMiddleIsReportedInOneLine() throws IOException {
    Store store = new Store();
    Path log = folder.resolve("log-1");
    long before;
    try (Journal journal = Journal.open(store, folder, Journal.Mode.WRITE)) {
      store.client(0).write("/a", "1");
      before = Files.size(log);
      store.client(0).write("/b", "2");
      store.client(0).write("/c", "3");
      assertTrue(journal.settle());
    }
    byte[] bytes = Files.readAllBytes(log);
    bytes[(int) before + 20] ^= 1;
    Files.write(log, bytes);
    IOException refused = assertThrows(IOException.class, () -> reopen(folder));
    assertTrue(refused.getMessage().contains("log-1 is damaged at byte " + before));
    assertEquals(1, refused.getMessage().lines().count());
    // What the message proposes.
    Files.write(log, Arrays.copyOf(bytes, (int) before));
    Store restored = reopen(folder);
    assertTrue(restored.client(0).exists("/a"));
    assertFalse(restored.client(0).exists("/b"));
  }

  @Test
  void aDamagedSnapshotIsReportedInOneLine() throws IOException {
    Store store = new Store();
    store.client(0).write("/a", "1");
    Journal.open(store, folder, Journal.Mode.WRITE).close();
    Path snapshot = folder.resolve("snapshot-1");
    byte[] bytes = Files.readAllBytes(snapshot);
    for (int at = 0; at < bytes.length; at++) {
      byte[] changed = bytes.clone();
      changed[at] ^= 4;
      Files.write(snapshot, changed);
      IOException refused = assertThrows(IOException.class, () -> reopen(folder));
      assertTrue(refused.getMessage().contains("snapshot-1"), refused.getMessage());
      assertEquals(1, refused.getMessage().lines().count());
    }
  }

  @Test
  void oneProcessAtATime() throws IOException {
    try (Journal journal = Journal.open(new Store(), folder, Journal.Mode.WRITE)) {
      IOException refused = assertThrows(IOException.class, () -> reopen(folder));
      assertTrue(refused.getMessage().contains("used already"), refused.getMessage());
      assertTrue(journal.settle());
    }
    reopen(folder);
  }
}
