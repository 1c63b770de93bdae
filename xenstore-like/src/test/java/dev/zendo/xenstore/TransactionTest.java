package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a transaction sees, what it conflicts with, and what it merges. */
class TransactionTest {
  private final Store store = new Store();
  private final StoreClient xs = store.client(0);

  @BeforeEach
  void makeTree() {
    xs.write("/dir/a", "a");
    xs.write("/dir/b", "b");
    xs.write("/dir/sub/x", "x");
  }

  /** Whether a transaction that does {@code mine} commits though {@code other} came in between. */
  private boolean commits(Consumer<StoreAccess> mine, Consumer<StoreAccess> other) {
    try (StoreTransaction tx = xs.begin()) {
      mine.accept(tx);
      other.accept(xs);
      tx.commit();
      return true;
    } catch (StoreException e) {
      assertEquals(StoreError.EAGAIN, e.error());
      return false;
    }
  }

  @Test
  void itSeesItsOwnChangesAndNobodyElses() {
    try (StoreTransaction tx = xs.begin()) {
      tx.write("/dir/a", "mine");
      xs.write("/dir/b", "theirs");
      assertEquals("mine", tx.read("/dir/a"));
      assertEquals("b", tx.read("/dir/b"));
      assertEquals("a", xs.read("/dir/a"));
      tx.rm("/dir/sub");
      assertFalse(tx.exists("/dir/sub/x"));
      assertTrue(xs.exists("/dir/sub/x"));
      assertEquals(List.of("a", "b"), tx.list("/dir"));
    }
    assertEquals("a", xs.read("/dir/a"));
  }

  @Test
  void aCommitMakesAllChangesAtOnce() {
    xs.transact(
        tx -> {
          tx.write("/dir/a", "1");
          tx.write("/dir/new/deep", "2");
          tx.chmod("/dir/b", Permissions.parse("n3", "r4"));
          tx.rm("/dir/sub");
        });
    assertEquals("1", xs.read("/dir/a"));
    assertEquals("2", xs.read("/dir/new/deep"));
    assertEquals("n3,r4", xs.permissions("/dir/b").toString());
    assertFalse(xs.exists("/dir/sub"));
  }

  @Test
  void writingWhatIsUntouchedElsewhereIsMerged() {
    assertTrue(commits(tx -> tx.write("/dir/a", "1"), o -> o.write("/dir/b", "2")));
    assertEquals("1", xs.read("/dir/a"));
    assertEquals("2", xs.read("/dir/b"));
    assertTrue(commits(tx -> tx.rm("/dir/sub"), o -> o.rm("/dir/b")));
    assertEquals(List.of("a"), xs.list("/dir"));
  }

  @Test
  void differentNewChildrenOfOneDirectoryAreMerged() {
    assertTrue(commits(tx -> tx.write("/dir/n1", "1"), o -> o.write("/dir/n2", "2")));
    assertEquals(List.of("a", "b", "n1", "n2", "sub"), xs.list("/dir"));
  }

  @Test
  void writingWhatWasWrittenMeanwhileConflicts() {
    assertFalse(commits(tx -> tx.write("/dir/a", "1"), o -> o.write("/dir/a", "2")));
    assertEquals("2", xs.read("/dir/a"));
    assertFalse(commits(tx -> tx.write("/dir/a", "1"), o -> o.rm("/dir/a")));
    assertFalse(commits(tx -> tx.write("/dir/n", "1"), o -> o.write("/dir/n", "2")));
    assertFalse(commits(tx -> tx.write("/dir/m/x", "1"), o -> o.mkdir("/dir/m")));
    assertFalse(commits(tx -> tx.write("/dir/o", "1"), o -> o.rm("/dir")));
  }

  @Test
  void readingWhatWasChangedMeanwhileConflictsIfSomethingIsWritten() {
    Consumer<StoreAccess> reads =
        tx -> {
          tx.read("/dir/a");
          tx.write("/dir/b", "1");
        };
    assertFalse(commits(reads, o -> o.write("/dir/a", "2")));
    assertFalse(commits(reads, o -> o.chmod("/dir/a", Permissions.parse("n0", "r1"))));
    assertTrue(commits(reads, o -> o.write("/dir/a/below", "2")));
    assertFalse(commits(reads, o -> o.rm("/dir/a")));
  }

  @Test
  void readingThatSomethingIsMissingIsReadingToo() {
    Consumer<StoreAccess> looks =
        tx -> {
          tx.exists("/dir/new/deep");
          tx.write("/dir/b", "1");
        };
    assertFalse(commits(looks, o -> o.mkdir("/dir/new")));
    xs.rm("/dir/new");
    assertTrue(commits(looks, o -> o.mkdir("/dir/other")));
  }

  @Test
  void listingConflictsWithNewAndRemovedChildrenOnly() {
    Consumer<StoreAccess> lists =
        tx -> {
          tx.list("/dir");
          tx.write("/dir/b", "1");
        };
    assertFalse(commits(lists, o -> o.write("/dir/n", "1")));
    assertFalse(commits(lists, o -> o.rm("/dir/n")));
    assertTrue(commits(lists, o -> o.write("/dir/a", "changed")));
    assertTrue(commits(lists, o -> o.write("/dir/a/below", "new")));
  }

  @Test
  void removingConflictsWithAnyChangeBelow() {
    assertFalse(commits(tx -> tx.rm("/dir/sub"), o -> o.write("/dir/sub/x", "changed")));
    assertFalse(commits(tx -> tx.rm("/dir/sub"), o -> o.write("/dir/sub/x/y/z", "new")));
    assertFalse(commits(tx -> tx.rm("/dir/sub"), o -> o.rm("/dir/sub")));
    assertTrue(commits(tx -> tx.rm("/dir/sub"), o -> o.write("/dir/a", "changed")));
  }

  @Test
  void aTransactionThatWroteNothingNeverConflicts() {
    assertTrue(commits(tx -> tx.read("/dir/a"), o -> o.write("/dir/a", "2")));
  }

  @Test
  void aDiscardedTransactionNeverConflicts() {
    StoreTransaction tx = xs.begin();
    tx.write("/dir/a", "1");
    xs.write("/dir/a", "2");
    tx.close();
    assertEquals("2", xs.read("/dir/a"));
  }

  @Test
  void afterAConflictTheTransactionIsGone() {
    WireClient client = new WireClient(store, 0);
    int tx = client.begin();
    client.call(MessageType.WRITE, tx, "/dir/a|1");
    xs.write("/dir/a", "2");
    assertEquals("!EAGAIN", client.call(MessageType.TRANSACTION_END, tx, "T|"));
    assertEquals("!ENOENT", client.call(MessageType.TRANSACTION_END, tx, "T|"));
    assertEquals("!ENOENT", client.call(MessageType.READ, tx, "/dir/a|"));
  }

  @Test
  void transactionsOfOneClientAreIndependent() {
    WireClient client = new WireClient(store, 0);
    int first = client.begin();
    int second = client.begin();
    assertTrue(first != second && first != 0 && second != 0);
    client.call(MessageType.WRITE, first, "/dir/a|1");
    client.call(MessageType.WRITE, second, "/dir/b|2");

    assertEquals("OK|", client.call(MessageType.TRANSACTION_END, first, "T|"));
    assertEquals("OK|", client.call(MessageType.TRANSACTION_END, second, "T|"));
    assertEquals("1", xs.read("/dir/a"));
    assertEquals("2", xs.read("/dir/b"));
  }

  @Test
  void aTransactionOfAnotherClientIsUnknown() {
    WireClient client = new WireClient(store, 0);
    int tx = client.begin();
    assertEquals("!ENOENT", new WireClient(store, 0).call(MessageType.READ, tx, "/dir/a|"));
  }

  @Test
  void aConflictIsRetriedUntilItSucceeds() {
    int[] rounds = {0};
    int result =
        xs.inTransaction(
            tx -> {
              int value = tx.find("/counter").map(Integer::parseInt).orElse(0) + 1;
              tx.write("/counter", Integer.toString(value));
              if (rounds[0]++ < 3) {
                xs.write("/counter", Integer.toString(rounds[0] * 10));
              }
              return value;
            });
    assertEquals(4, rounds[0]);
    assertEquals(31, result);
    assertEquals("31", xs.read("/counter"));
  }

  @Test
  void aFailureInsideDiscardsTheTransaction() {
    assertThrows(
        IllegalStateException.class,
        () ->
            xs.transact(
                tx -> {
                  tx.write("/dir/a", "1");
                  throw new IllegalStateException();
                }));
    assertEquals("a", xs.read("/dir/a"));
    assertEquals(0, store.usage(0).transactions());
  }

  @Test
  void rightsThatAreTakenAwayMeanwhileAreNotUsed() {
    xs.write("/shared", "", Permissions.parse("b0"));
    StoreClient guest = store.client(1);
    StoreTransaction tx = guest.begin();
    tx.write("/shared/new", "1");
    xs.chmod("/shared", Permissions.parse("n0"));
    StoreException refused = assertThrows(StoreException.class, tx::commit);
    assertEquals(StoreError.EAGAIN, refused.error());
    assertFalse(xs.exists("/shared/new"));
  }

  @Test
  void theOwnerCountsFollowTheMergedTree() {
    xs.write("/shared", "", Permissions.parse("b0"));
    StoreClient guest = store.client(1);
    StoreTransaction tx = guest.begin();
    tx.write("/shared/one", "1");
    tx.write("/shared/two/three", "1");
    guest.write("/shared/four", "1");
    assertEquals(1, store.usage(1).nodes());
    tx.commit();
    assertEquals(4, store.usage(1).nodes());
    guest.transact(t -> t.rm("/shared/two"));
    assertEquals(2, store.usage(1).nodes());
  }
}
