package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which events a watch gets, in which order and with which path. */
class WatchTest {
  private final Store store = new Store();
  private final StoreClient xs = store.client(0);
  private WireClient dom0;
  private WireClient guest;

  @BeforeEach
  void makeTree() {
    xs.write("/a/b/c", "1");
    xs.write("/local/domain/1", "", Permissions.parse("n0", "r1"));
    xs.write("/local/domain/1/data", "", Permissions.parse("n1"));
    dom0 = new WireClient(store, 0);
    guest = new WireClient(store, 1);
  }

  private void watch(WireClient client, String path, String token) {
    assertEquals("OK|", client.call(MessageType.WATCH, path + "|" + token + "|"));
    assertEquals(List.of(path + "|" + token + "|"), client.events(), "the immediate event");
  }

  @Test
  void theFirstEventComesAtOnceEvenForAMissingOrUnreadableNode() {
    watch(dom0, "/nothing/at/all", "t");
    watch(guest, "/a/b", "t");
    watch(guest, "data", "t");
    watch(guest, "@releaseDomain", "t");
  }

  @Test
  void aWatchSeesTheNodeAndAllBelow() {
    watch(dom0, "/a/b", "t");
    xs.write("/a/b", "x");
    xs.write("/a/b/c", "x");
    xs.mkdir("/a/b/d/e");
    xs.chmod("/a/b/c", Permissions.parse("n0", "r1"));
    xs.rm("/a/b/d/e");
    assertEquals(List.of("/a/b|t|", "/a/b/c|t|", "/a/b/d/e|t|"), dom0.events());
  }

  @Test
  void aWatchDoesNotSeeWhatIsAboveOrBeside() {
    watch(dom0, "/a/b", "t");
    xs.write("/a", "x");
    xs.write("/a/bb", "x");
    xs.write("/a/b-", "x");
    xs.chmod("/a", Permissions.parse("n0"));
    assertEquals(List.of(), dom0.events());
  }

  @Test
  void requestsThatChangeNothingFireNothing() {
    watch(dom0, "/a", "t");
    xs.mkdir("/a/b");
    xs.rm("/a/nothing");
    xs.read("/a/b/c");
    assertEquals(List.of(), dom0.events());
  }

  @Test
  void writingTheSameValueFires() {
    watch(dom0, "/a/b/c", "t");
    xs.write("/a/b/c", "1");
    assertEquals(List.of("/a/b/c|t|"), dom0.events());
    xs.write("/a/b/c", "1");
    assertEquals(List.of("/a/b/c|t|"), dom0.events());
  }

  @Test
  void missingAncestorsAreCreatedSilently() {
    watch(dom0, "/a/x", "t");
    xs.write("/a/x/y/z", "1");
    assertEquals(List.of("/a/x/y/z|t|"), dom0.events());
  }

  @Test
  void removingAnAncestorFiresWithTheOwnPathOfEachWatchOnARemovedNode() {
    xs.write("/a/b/d", "");
    watch(dom0, "/a/b/d", "d");
    watch(dom0, "/a/b/c", "c");
    watch(dom0, "/a/b/missing", "m");
    watch(dom0, "/a", "a");
    watch(dom0, "/", "r");
    xs.rm("/a/b");
    assertEquals(List.of("/a/b|r|", "/a/b|a|", "/a/b/c|c|", "/a/b/d|d|"), dom0.events());
  }

  @Test
  void relativeWatchesGetRelativePaths() {
    watch(guest, "data", "t");
    guest.call(MessageType.WRITE, "data/x|1");
    xs.write("/local/domain/1/data", "2");
    assertEquals(List.of("data/x|t|", "data|t|"), guest.events());
    xs.rm("/local/domain/1");
    assertEquals(List.of("data|t|"), guest.events());
  }

  @Test
  void absoluteWatchesGetAbsolutePaths() {
    watch(guest, "/local/domain/1/data", "t");
    guest.call(MessageType.WRITE, "data/x|1");
    assertEquals(List.of("/local/domain/1/data/x|t|"), guest.events());
  }

  @Test
  void severalWatchesOnOnePathFireInTheOrderInWhichTheyWereSet() {
    watch(dom0, "/a", "z");
    watch(dom0, "/a", "y");
    xs.write("/a", "1");
    assertEquals(List.of("/a|z|", "/a|y|"), dom0.events());
  }

  @Test
  void theSameWatchTwiceIsAnErrorEvenWrittenDifferently() {
    watch(guest, "data", "t");
    assertEquals("!EEXIST", guest.call(MessageType.WATCH, "data|t|"));
    assertEquals("!EEXIST", guest.call(MessageType.WATCH, "/local/domain/1/data|t|"));
    watch(guest, "data", "u");
    assertEquals(
        "OK|", new WireClient(store, 1).call(MessageType.WATCH, "data|t|"), "another connection");
  }

  @Test
  void aRemovedWatchGetsNothingMore() {
    watch(dom0, "/a", "t");
    xs.write("/a", "1");
    assertEquals("OK|", dom0.call(MessageType.UNWATCH, "/a|t|"));
    dom0.events();
    xs.write("/a", "2");
    assertEquals(List.of(), dom0.events());
    assertEquals("!ENOENT", dom0.call(MessageType.UNWATCH, "/a|t|"));
  }

  @Test
  void resetDropsWatchesAndTransactions() {
    watch(dom0, "/a", "t");
    int tx = dom0.begin();
    dom0.call(MessageType.RESET_WATCHES, "|");
    xs.write("/a", "1");
    assertEquals(List.of(), dom0.events());
    assertEquals("!ENOENT", dom0.call(MessageType.READ, tx, "/a|"));
    watch(dom0, "/a", "t");
  }

  @Test
  void anEventOfTheOwnRequestFollowsItsReply() {
    watch(dom0, "/a", "t");
    byte[] write = WireClient.request(MessageType.WRITE.number, 7, 0, "/a|1");
    byte[] read = WireClient.request(MessageType.READ.number, 8, 0, "/a|");
    dom0.wire.feed(write, 0, write.length);
    dom0.wire.feed(read, 0, read.length);
    List<Integer> types = dom0.receive().stream().map(WireClient.Message::type).toList();
    assertEquals(
        List.of(MessageType.WRITE.number, MessageType.WATCH_EVENT.number, MessageType.READ.number),
        types);
  }

  @Test
  void anEventHasNoRequestAndNoTransaction() {
    dom0.call(MessageType.WATCH, "/a|t|");
    dom0.events();
    xs.write("/a", "1");
    WireClient.Message event = dom0.receive().get(0);
    assertEquals(0, event.request());
    assertEquals(0, event.tx());
  }

  @Test
  void equalEventsThatWaitTogetherAreOne() {
    StoreClient watcher = store.client(0);
    Connection connection = store.connect(0);
    store.watches().watch(connection, "/a", "t");
    connection.pollEvent();
    for (int i = 0; i < 10; i++) {
      xs.write("/a/b", "" + i);
      xs.write("/a/b/c", "" + i);
    }
    assertEquals("/a/b t", connection.pollEvent().toString());
    assertEquals("/a/b/c t", connection.pollEvent().toString());
    assertEquals(null, connection.pollEvent());
    watcher.close();
  }

  @Test
  void specialEventsAreNeverMerged() {
    Connection connection = store.connect(0);
    store.watches().watch(connection, Store.RELEASE_DOMAIN, "t");
    connection.pollEvent();
    store.domains().stopped(1);
    store.domains().stopped(2);
    store.domains().stopped(2);
    assertEquals("@releaseDomain t", connection.pollEvent().toString());
    assertEquals("@releaseDomain t", connection.pollEvent().toString());
    assertEquals(null, connection.pollEvent());
  }

  @Test
  void guestsGetSpecialEventsOnlyWithPermission() {
    watch(guest, "@releaseDomain", "t");
    watch(dom0, "@releaseDomain", "t");
    store.domains().stopped(5);
    assertEquals(List.of(), guest.events());
    assertEquals(List.of("@releaseDomain|t|"), dom0.events());
    xs.chmod("@releaseDomain", Permissions.parse("n0", "r1"));
    store.domains().stopped(6);
    assertEquals(List.of("@releaseDomain|t|"), guest.events());
  }

  @Test
  void guestsGetNoEventsForWhatTheyCannotRead() {
    watch(guest, "/a", "t");
    watch(guest, "/", "r");
    xs.write("/a/b", "x");
    xs.rm("/a");
    assertEquals(List.of(), guest.events());
  }

  @Test
  void aReadableParentIsEnough() {
    watch(guest, "/local/domain/1", "t");
    xs.write("/local/domain/1/hidden", "", Permissions.parse("n0"));
    assertEquals(List.of("/local/domain/1/hidden|t|"), guest.events());
    xs.write("/local/domain/1/hidden/below", "x");
    assertEquals(List.of(), guest.events());
  }

  @Test
  void losingTheRightToReadIsStillSeen() {
    xs.write("/b", "x", Permissions.parse("r0"));
    watch(guest, "/b", "t");
    xs.chmod("/b", Permissions.parse("n0"));
    assertEquals(List.of("/b|t|"), guest.events());
    xs.write("/b", "y");
    assertEquals(List.of(), guest.events());
  }

  @Test
  void theRemovalOfAReadableNodeBelowAnUnreadableOneIsSeen() {
    xs.write("/p/q", "x", Permissions.parse("r0"));
    watch(guest, "/p/q", "t");
    xs.rm("/p");
    assertEquals(List.of("/p/q|t|"), guest.events());
  }

  @Test
  void aTransactionFiresOnlyWhenItIsCommitted() {
    watch(dom0, "/a", "t");
    try (StoreTransaction tx = xs.begin()) {
      tx.write("/a/x", "1");
      tx.rm("/a/b");
      tx.write("/a/y", "1");
      assertEquals(List.of(), dom0.events());
      tx.commit();
    }
    assertEquals(List.of("/a/x|t|", "/a/b|t|", "/a/y|t|"), dom0.events());
    try (StoreTransaction tx = xs.begin()) {
      tx.write("/a/z", "1");
    }
    assertEquals(List.of(), dom0.events());
  }

  @Test
  void aTransactionFiresForTheWholeOfARemovedSubtree() {
    watch(dom0, "/a/b/c", "t");
    xs.transact(tx -> tx.rm("/a"));
    assertEquals(List.of("/a/b/c|t|"), dom0.events());
  }

  @Test
  void removingAndMakingAnewInOneTransactionFiresForBoth() {
    watch(dom0, "/a/b/c", "c");
    watch(dom0, "/a/b", "b");
    xs.transact(
        tx -> {
          tx.rm("/a/b");
          tx.write("/a/b", "new");
        });
    assertEquals(List.of("/a/b|b|", "/a/b/c|c|"), dom0.events());
    assertEquals(List.of(), xs.list("/a/b"));
  }

  @Test
  void whatATransactionMakesAndRemovesIsNotAnnounced() {
    watch(dom0, "/a", "t");
    xs.transact(
        tx -> {
          tx.write("/a/new/below", "1");
          tx.rm("/a/new");
          tx.write("/a/b", "1");
        });
    assertEquals(List.of("/a/b|t|"), dom0.events());
  }

  @Test
  void anEventThatWouldBeTooLongIsNotSent() {
    String token = "t".repeat(4000);
    watch(dom0, "/a", token);
    xs.write("/a/" + "x".repeat(200), "");
    assertEquals(List.of(), dom0.events());
    xs.write("/a", "");
    assertEquals(1, dom0.events().size());
  }

  @Test
  void tokensMayHoldAnyBytes() {
    String token = new String(new byte[] {1, -1, 127}, StandardCharsets.ISO_8859_1);
    watch(dom0, "/a", token);
    assertTrue(dom0.call(MessageType.UNWATCH, "/a|" + token + "|").equals("OK|"));
  }
}
