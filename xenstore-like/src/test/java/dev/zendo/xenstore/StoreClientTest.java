package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The store from Java. */
class StoreClientTest {
  private final Store store = new Store();
  private final StoreClient xs = store.client(0);

  @Test
  void textIsUtf8AndMissingNodesAreEmpty() {
    xs.write("/a", "gr\u00fcn \u2713");
    assertEquals("gr\u00fcn \u2713", xs.read("/a"));
    assertEquals(Optional.empty(), xs.find("/b"));
    assertEquals(Optional.of("gr\u00fcn \u2713"), xs.find(Path.of("/a")));
    assertTrue(xs.exists("/a"));
    assertFalse(xs.exists("/b"));
  }

  @Test
  void generationsTellNodesApartThatFollowEachOther() {
    xs.write("/a", "x");
    long first = xs.generation("/a");
    xs.write("/a/b", "x");
    long withChild = xs.generation("/a");
    assertNotEquals(first, withChild, "the names of its children have changed");
    xs.write("/a/b", "y");
    assertEquals(withChild, xs.generation("/a"));
    xs.transact(
        transaction -> {
          assertEquals(withChild, transaction.generation("/a"));
          transaction.rm("/a");
          transaction.write("/a", "x");
          transaction.write("/a/b", "y");
        });
    assertNotEquals(withChild, xs.generation("/a"));
    assertThrows(StoreException.class, () -> xs.generation("/c"));
  }

  @Test
  void relativePathsAreThoseOfTheOwnDomain() {
    xs.write("name", "Domain-0");
    assertEquals("Domain-0", xs.read("/local/domain/0/name"));
  }

  @Test
  void arraysAreCopiedInAndOut() {
    byte[] value = {1, 2, 3};
    xs.write("/a", value);
    value[0] = 9;
    xs.readBytes("/a")[1] = 9;
    assertEquals(1, xs.readBytes("/a")[0]);
    assertEquals(2, xs.readBytes("/a")[1]);
  }

  @Test
  void theSamePermissionsApplyAsOnTheWire() {
    xs.write("/secret", "x");
    StoreClient guest = store.client(5);
    StoreException refused = assertThrows(StoreException.class, () -> guest.read("/secret"));
    assertEquals(StoreError.EACCES, refused.error());
    assertEquals("EACCES: domain 5 may not read /secret", refused.getMessage());
    assertTrue(refused.getStackTrace().length > 0);
    assertThrows(StoreException.class, () -> guest.exists("/secret"));
    assertThrows(StoreException.class, () -> guest.introduce(6, 1, 1));
    assertThrows(StoreException.class, () -> guest.release(6));
    assertThrows(StoreException.class, () -> guest.resume(6));
    assertThrows(StoreException.class, () -> guest.setTarget(6, 0));
  }

  @Test
  void whatIsMissingHasNoChildren() {
    xs.write("/a/b", "1");
    xs.write("/a/c", "2");
    assertEquals(List.of("b", "c"), xs.children("/a"));
    assertEquals(List.of(), xs.children("/a/b"));
    assertEquals(List.of(), xs.children("/nosuch/node"));
    assertThrows(StoreException.class, () -> xs.children("no//path"));
  }

  @Test
  void aListenerIsCalledAtOnceAndForEveryChange() {
    List<String> seen = new ArrayList<>();
    StoreClient.Subscription subscription = xs.watch("/a", seen::add);
    xs.write("/a/b", "1");
    xs.rm("/a");
    subscription.close();
    subscription.close();
    xs.write("/a", "2");
    assertEquals(List.of("/a", "/a/b", "/a"), seen);
    assertEquals(0, store.usage(0).watches());
  }

  @Test
  void aListenerMayUseTheStore() {
    List<String> seen = new ArrayList<>();
    xs.watch(
        "/state",
        path -> {
          String state = xs.find("/state").orElse("none");
          seen.add(state);
          if (state.equals("1")) {
            xs.write("/state", "2");
          }
        });
    xs.write("/state", "1");
    assertEquals(List.of("none", "1", "2"), seen);
  }

  @Test
  void aListenerThatThrowsDoesNotStopTheOthers() {
    List<String> seen = new ArrayList<>();
    xs.watch(
        "/a",
        path -> {
          throw new IllegalStateException("on purpose");
        });
    xs.watch(
        "/a",
        path -> {
          throw new AssertionError("on purpose");
        });
    xs.watch("/a", seen::add);
    xs.write("/a", "1");
    assertEquals(List.of("/a", "/a"), seen);
  }

  @Test
  void anExecutorDecidesWhenListenersRun() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    List<String> seen = new ArrayList<>();
    StoreClient later = store.as(store.connect(0), tasks::add);
    later.watch("/a", seen::add);
    xs.write("/a/1", "");
    xs.write("/a/2", "");
    assertEquals(List.of(), seen);
    assertEquals(1, tasks.size(), "one task for all that waits");
    tasks.remove().run();
    assertEquals(List.of("/a", "/a/1", "/a/2"), seen);
    xs.write("/a/3", "");
    tasks.remove().run();
    assertEquals("/a/3", seen.get(3));
  }

  @Test
  void aClosedClientHasNoWatchesAndCannotSetAny() {
    StoreClient client = store.client(0);
    client.watch("/a", path -> {});
    client.close();
    assertEquals(0, store.usage(0).watches());
    assertThrows(StoreException.class, () -> client.watch("/a", path -> {}));
    assertThrows(StoreException.class, client::begin);
  }

  @Test
  void concurrentIncrementsAreAllCounted() throws InterruptedException {
    xs.write("/counter", "0");
    int threads = 4;
    int rounds = 200;
    AtomicInteger events = new AtomicInteger();
    xs.watch("/counter", path -> events.incrementAndGet());
    List<Thread> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      StoreClient client = store.client(0);
      Thread thread =
          new Thread(
              () -> {
                for (int k = 0; k < rounds; k++) {
                  client.transact(
                      tx ->
                          tx.write(
                              "/counter",
                              Integer.toString(Integer.parseInt(tx.read("/counter")) + 1)));
                }
              });
      thread.start();
      running.add(thread);
    }
    for (Thread thread : running) {
      thread.join();
    }
    assertEquals(Integer.toString(threads * rounds), xs.read("/counter"));
    assertTrue(events.get() >= 2);
  }

  @Test
  void changesAreReportedInOrderBeforeAnyoneElseKnows() {
    List<String> changes = new ArrayList<>();
    ChangeListener listener =
        (list, root) -> {
          for (Change change : list) {
            String kind =
                change.before() == null ? "new" : change.after() == null ? "gone" : "changed";
            changes.add(kind + " " + change.path());
          }
        };
    store.addChangeListener(listener);
    xs.watch("/a", path -> changes.add("event " + path));
    xs.write("/a/b", "1");
    xs.write("/a/b", "2");
    xs.transact(
        tx -> {
          tx.write("/a/c", "1");
          tx.rm("/a/b");
        });
    xs.mkdir("/a");
    store.removeChangeListener(listener);
    xs.rm("/a/c");
    assertEquals(
        List.of(
            "event /a",
            "new /a/b",
            "event /a/b",
            "changed /a/b",
            "event /a/b",
            "new /a/c",
            "gone /a/b",
            "event /a/c",
            "event /a/b",
            "event /a/c"),
        changes);
  }

  @Test
  void missingAncestorsAreCreatedWithTheParentsPermissions() {
    xs.write("/p", "", Permissions.parse("n0", "b4"));
    xs.write("/p/q/r/s", "v");
    store.client(4).write("/p/t/u", "w");
    assertEquals("", xs.read("/p/q/r"));
    assertEquals("n0,b4", xs.permissions("/p/q").toString());
    assertEquals("n0,b4", xs.permissions("/p/q/r/s").toString());
    assertEquals("n4,b4", xs.permissions("/p/t").toString());
    assertEquals("n4,b4", xs.permissions("/p/t/u").toString());
    assertEquals(2, store.usage(4).nodes());
  }
}
