package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Domains come and go. */
class DomainTest {
  private final Store store = new Store();
  private final StoreClient xs = store.client(0);
  private final List<String> events = new ArrayList<>();
  private boolean refuse;

  @BeforeEach
  void watchDomains() {
    store
        .domains()
        .setControl(
            new DomainControl() {
              @Override
              public void introduce(int domid, long gfn, int port) {
                if (refuse) {
                  throw new StoreException(StoreError.EINVAL, "no such domain");
                }
              }

              @Override
              public void release(int domid) {}
            });
    xs.watch(Store.INTRODUCE_DOMAIN, events::add);
    xs.watch(Store.RELEASE_DOMAIN, events::add);
    events.clear();
  }

  @Test
  void introducingFiresOnce() {
    xs.introduce(1, 10, 3);
    xs.introduce(1, 10, 4);
    assertEquals(List.of("@introduceDomain"), events);
    assertTrue(store.domains().isIntroduced(1));
  }

  @Test
  void aRefusedIntroductionChangesNothing() {
    refuse = true;
    assertThrows(StoreException.class, () -> xs.introduce(1, 10, 3));
    assertEquals(List.of(), events);
    assertFalse(store.domains().isIntroduced(1));
  }

  @Test
  void withoutAControlDomainNothingIsIntroduced() {
    assertThrows(StoreException.class, () -> new Store().client(0).introduce(1, 10, 3));
  }

  @Test
  void theEndOfADomainFiresOnceUntilItIsResumed() {
    xs.introduce(1, 10, 3);
    store.domains().stopped(1);
    store.domains().stopped(1);
    xs.resume(1);
    store.domains().stopped(1);
    xs.introduce(1, 10, 3);
    store.domains().stopped(1);
    assertEquals(
        List.of("@introduceDomain", "@releaseDomain", "@releaseDomain", "@releaseDomain"), events);
  }

  @Test
  void releasingForgetsWhatBelongsToTheDomain() {
    xs.introduce(1, 10, 3);
    xs.write("/local/domain/1", "", Permissions.parse("n0", "r1"));
    xs.write("/local/domain/1/data", "", Permissions.parse("n1"));
    xs.write("/local/domain/1/data/below", "dom0's");
    xs.chmod("/local/domain/1/data/below", Permissions.parse("n0"));
    xs.write("/shared", "", Permissions.parse("n0", "r1", "w2", "b1"));
    xs.watch("/local/domain/1/data", events::add);
    WireClient guest = new WireClient(store, 1);
    guest.call(MessageType.WATCH, "data|t|");
    guest.begin();
    events.clear();
    xs.release(1);
    assertEquals(List.of("/local/domain/1/data", "@releaseDomain"), events);
    assertEquals(List.of(), xs.list("/local/domain/1"));
    assertEquals("n0", xs.permissions("/local/domain/1").toString());
    assertEquals("n0,w2", xs.permissions("/shared").toString());
    assertEquals(new DomainUsage(1, 0, 0, 0, 0, 0, 0, 0), store.usage(1));
    assertEquals("!EIO", guest.call(MessageType.WATCH, "data|t|"));
    assertThrows(StoreException.class, () -> xs.release(1));
  }

  @Test
  void aDomainThatWasNeverIntroducedIsForgottenToo() {
    xs.write("/g", "", Permissions.parse("n9"));
    store.domains().stopped(9);
    store.domains().forget(9);
    assertFalse(xs.exists("/g"));
    store.domains().stopped(9);
    assertEquals(3, events.size());
    assertThrows(StoreException.class, () -> store.domains().forget(0));
  }

  @Test
  void aTargetLendsItsRights() {
    xs.introduce(1, 10, 3);
    xs.introduce(2, 11, 3);
    xs.write("/of1", "x", Permissions.parse("n1"));
    xs.write("/for1", "y", Permissions.parse("n0", "r1"));
    StoreClient before = store.client(2);
    assertThrows(StoreException.class, () -> before.read("/of1"));
    xs.setTarget(2, 1);
    StoreClient after = store.client(2);
    for (StoreClient stub : List.of(before, after)) {
      stub.write("/of1", "written");
      assertEquals("y", stub.read("/for1"));
      assertThrows(StoreException.class, () -> stub.write("/for1", "z"));
    }
    assertThrows(StoreException.class, () -> store.client(1).read("/of2"));
    xs.release(2);
    assertThrows(StoreException.class, () -> store.client(2).read("/of1"));
  }

  @Test
  void manyDomainsLeaveNothingBehind() {
    xs.mkdir("/local/domain");
    for (int domid = 1; domid <= 200; domid++) {
      xs.introduce(domid, 10, 3);
      xs.write("/local/domain/" + domid, "", Permissions.parse("n" + domid));
      WireClient guest = new WireClient(store, domid);
      guest.call(MessageType.WRITE, "data/x|1");
      guest.call(MessageType.WATCH, "data|t|");
      xs.release(domid);
    }
    assertEquals(List.of(), xs.list("/local/domain"));
    assertEquals(3, store.usage(0).nodes());
    assertEquals(400, events.size());
  }
}
