package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits hold for guests and not for domain 0, and the error says which one was hit. */
class QuotaTest {
  private final Store store = new Store(new Quotas(10, 4, 3, 100, 3, 20, 5, 20_000));
  private final StoreClient xs = store.client(0);
  private final StoreClient guest = store.client(1);

  @BeforeEach
  void makeTree() {
    xs.write("/g", "", Permissions.parse("n1"));
    xs.write("/all", "", Permissions.parse("b0"));
  }

  private static void refused(StoreError error, String quota, Runnable operation) {
    StoreException e = assertThrows(StoreException.class, operation::run);
    assertEquals(error, e.error());
    assertTrue(e.getMessage().contains("quota " + quota), e.getMessage());
    assertTrue(e.getMessage().contains("domain 1"), e.getMessage());
  }

  @Test
  void nodes() {
    for (int i = 1; i < 10; i++) {
      guest.write("/g/" + i, "");
    }
    assertEquals(10, store.usage(1).nodes());
    refused(StoreError.ENOSPC, "nodes", () -> guest.write("/g/more", ""));
    refused(StoreError.ENOSPC, "nodes", () -> guest.mkdir("/all/more"));
    guest.write("/g/1", "existing nodes can be written");
    guest.rm("/g/1");
    refused(StoreError.ENOSPC, "nodes", () -> guest.write("/g/two/more", ""));
    guest.write("/g/more", "");
    xs.write("/g/by-dom0", "is not limited");
    assertEquals(11, store.usage(1).nodes());
    xs.rm("/g");
    assertEquals(0, store.usage(1).nodes());
    assertEquals(11, store.usage(1).maxNodes());
  }

  @Test
  void nodesCountToTheirOwner() {
    xs.chmod("/g", Permissions.parse("n2"));
    assertEquals(0, store.usage(1).nodes());
    assertEquals(1, store.usage(2).nodes());
    guest.write("/all/mine", "");
    assertEquals(1, store.usage(1).nodes());
  }

  @Test
  void nodesInsideATransaction() {
    StoreTransaction tx = guest.begin();
    for (int i = 1; i < 8; i++) {
      tx.write("/g/d/" + i, "");
    }
    tx.write("/g/d/8", "");
    refused(StoreError.ENOSPC, "nodes", () -> tx.write("/g/d/9", ""));
    tx.rm("/g/d/8");
    tx.write("/g/d/9", "");
    tx.commit();
    assertEquals(10, store.usage(1).nodes());
  }

  @Test
  void nodesOfTransactionsThatAreMerged() {
    StoreTransaction tx = guest.begin();
    for (int i = 1; i < 6; i++) {
      tx.write("/all/a" + i, "");
      guest.write("/g/b" + i, "");
    }
    refused(StoreError.ENOSPC, "nodes", tx::commit);
    assertEquals(6, store.usage(1).nodes());
    assertEquals(0, xs.list("/all").size());
  }

  @Test
  void nodesThatATransactionTouches() {
    StoreTransaction tx = guest.begin();
    for (int i = 0; i < 19; i++) {
      tx.exists("/all/" + i);
    }
    refused(StoreError.ENOSPC, "transaction-nodes", () -> tx.exists("/all/19"));
    tx.exists("/all/0");
    StoreTransaction churn = guest.begin();
    refused(
        StoreError.ENOSPC,
        "transaction-nodes",
        () -> {
          for (int i = 0; i < 100; i++) {
            churn.write("/g/new/" + i, "");
            churn.rm("/g/new");
          }
        });
  }

  @Test
  void watches() {
    StoreClient second = store.client(1);
    for (int i = 0; i < 4; i++) {
      (i % 2 == 0 ? guest : second).watch("/g/" + i, path -> {});
    }
    refused(StoreError.E2BIG, "watches", () -> guest.watch("/g/more", path -> {}));
    second.close();
    guest.watch("/g/more", path -> {});
    assertEquals(3, store.usage(1).watches());
    assertEquals(4, store.usage(1).maxWatches());
    for (int i = 0; i < 100; i++) {
      xs.watch("/g/" + i, path -> {});
    }
  }

  @Test
  void transactions() {
    StoreTransaction first = guest.begin();
    guest.begin();
    guest.begin();
    refused(StoreError.ENOSPC, "transactions", guest::begin);
    first.close();
    guest.begin();
    assertEquals(3, store.usage(1).transactions());
    guest.close();
    assertEquals(0, store.usage(1).transactions());
    assertEquals(3, store.usage(1).maxTransactions());
  }

  @Test
  void valueBytes() {
    guest.write("/g", "x".repeat(100));
    refused(StoreError.ENOSPC, "node-size", () -> guest.write("/g", "x".repeat(101)));
    xs.write("/g", "x".repeat(4096));
    StoreException e = assertThrows(StoreException.class, () -> xs.write("/g", "x".repeat(4097)));
    assertEquals(StoreError.E2BIG, e.error());
  }

  @Test
  void permissionsPerNode() {
    guest.chmod("/g", Permissions.parse("n1", "r2", "r3"));
    refused(
        StoreError.ENOSPC,
        "permissions",
        () -> guest.chmod("/g", Permissions.parse("n1", "r2", "r3", "r4")));
    xs.chmod("/g", Permissions.parse("n1", "r2", "r3", "r4"));
  }

  @Test
  void eventsThatAreNotTakenAreDroppedAndCounted() {
    Connection silent = store.connect(1);
    store.watches().watch(silent, "/g", "t");
    for (int i = 0; i < 1000; i++) {
      xs.write("/g/" + i, "");
    }
    assertTrue(store.usage(1).droppedEvents() > 800);
    int events = 0;
    while (silent.pollEvent() != null) {
      events++;
    }
    assertTrue(events > 100 && events < 200, "events " + events);
    xs.write("/g/again", "");
    assertEquals("/g/again t", silent.pollEvent().toString());
  }

  @Test
  void outstandingRequestsHoldBackFurtherOnes() {
    WireClient client = new WireClient(store, 1);
    byte[] request = WireClient.request(MessageType.READ.number, 1, 0, "/all|");
    for (int i = 0; i < 5; i++) {
      assertEquals(request.length, client.wire.feed(request, 0, request.length));
    }
    assertEquals(0, client.wire.feed(request, 0, request.length));
    byte[] reply = new byte[MessageHeader.SIZE];
    assertEquals(16, client.wire.take(reply, 0, 16));
    assertEquals(request.length, client.wire.feed(request, 0, request.length));
    assertEquals(5, client.receive().size());
  }

  @Test
  void theDefaultsAreThoseOfXen() {
    assertEquals(new Quotas(1000, 128, 10, 2048, 5, 1024, 20, 2 << 20), new Store().quotas());
  }
}
