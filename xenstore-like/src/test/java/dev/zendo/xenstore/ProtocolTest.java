package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests and their replies, as the protocol's documentation and Xen's C daemon have them. */
class ProtocolTest {
  private final Store store = new Store();
  private final List<String> domainCalls = new ArrayList<>();
  private WireClient dom0;
  private WireClient guest;

  @BeforeEach
  void makeTree() {
    store
        .domains()
        .setControl(
            new DomainControl() {
              @Override
              public void introduce(int domid, long gfn, int port) {
                domainCalls.add("introduce " + domid + " " + gfn + " " + port);
              }

              @Override
              public void release(int domid) {
                domainCalls.add("release " + domid);
              }
            });
    try (StoreClient xs = store.client(0)) {
      xs.write("/secret", "hidden");
      xs.write("/local/domain/1", "", Permissions.parse("n0", "r1"));
      xs.write("/local/domain/1/name", "web");
      xs.write("/local/domain/1/data", "", Permissions.parse("n1"));
      xs.write("/open", "for all", Permissions.parse("b0"));
      xs.write("/drop", "", Permissions.parse("w0"));
      xs.write("/binary", new byte[] {0, 1, -1});
    }
    dom0 = new WireClient(store, 0);
    guest = new WireClient(store, 1);
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "READ; /local/domain/1/name|; web",
        "READ; name|; !ENOENT",
        "READ; /|; \"\"",
        "READ; /nothing|; !ENOENT",
        "READ; /secret; !EINVAL",
        "READ; /secret||; !EINVAL",
        "READ; \"\"; !EINVAL",
        "READ; |; !EINVAL",
        "READ; /secret/|; !EINVAL",
        "READ; //secret|; !EINVAL",
        "READ; /sec ret|; !EINVAL",
        "READ; /s\u00e9cret|; !EINVAL",
        "READ; @releaseDomain|; !EINVAL",
        "WRITE; /a/b/c|value; OK|",
        "WRITE; /a; !EINVAL",
        "WRITE; /a/|x; !EINVAL",
        "WRITE; /|root; OK|",
        "MKDIR; /x/y|; OK|",
        "MKDIR; /secret|; OK|",
        "MKDIR; /secret|more|; !EINVAL",
        "RM; /secret|; OK|",
        "RM; /nothing|; OK|",
        "RM; /nothing/below|; !ENOENT",
        "RM; /|; !EINVAL",
        "DIRECTORY; /local/domain/1|; data|name|",
        "DIRECTORY; /secret|; \"\"",
        "DIRECTORY; /nothing|; !ENOENT",
        "DIRECTORY_PART; /nothing|0|; !ENOENT",
        "DIRECTORY_PART; /secret|; !EINVAL",
        "DIRECTORY_PART; /secret|x|; !EINVAL",
        "GET_PERMS; /local/domain/1|; n0|r1|",
        "GET_PERMS; /nothing|; !ENOENT",
        "SET_PERMS; /secret|b1|r2|w3|n4|; OK|",
        "SET_PERMS; /secret|; !EINVAL",
        "SET_PERMS; /secret|x1|; !EINVAL",
        "SET_PERMS; /secret|r|; !EINVAL",
        "SET_PERMS; /secret|r1x|; !EINVAL",
        "SET_PERMS; /secret|r65536|; !EINVAL",
        "SET_PERMS; /secret|r-1|; !EINVAL",
        "SET_PERMS; /nothing|n0|; !ENOENT",
        "SET_PERMS; @releaseDomain|n0|r1|; OK|",
        "SET_PERMS; @somethingElse|n0|; !ENOENT",
        "WATCH; /secret|token|; OK|",
        "WATCH; /nothing/at/all|token|; OK|",
        "WATCH; @releaseDomain|token|; OK|",
        "WATCH; /secret|; !EINVAL",
        "WATCH; /sec ret|token|; !EINVAL",
        "WATCH; |token|; !EINVAL",
        "UNWATCH; /secret|token|; !ENOENT",
        "RESET_WATCHES; |; OK|",
        "TRANSACTION_END; T|; !ENOENT",
        "GET_DOMAIN_PATH; 17|; /local/domain/17|",
        "GET_DOMAIN_PATH; 017|; /local/domain/17|",
        "GET_DOMAIN_PATH; x|; !EINVAL",
        "GET_DOMAIN_PATH; 65536|; !EINVAL",
        "IS_DOMAIN_INTRODUCED; 0|; T|",
        "IS_DOMAIN_INTRODUCED; 32752|; T|",
        "IS_DOMAIN_INTRODUCED; 5|; F|",
        "INTRODUCE; 5|4711|3|; OK|",
        "INTRODUCE; 5|-1|3|; OK|",
        "INTRODUCE; 5|4711|0|; !EINVAL",
        "INTRODUCE; 0|4711|3|; !EINVAL",
        "INTRODUCE; 5|4711|; !EINVAL",
        "INTRODUCE; 5|page|3|; !EINVAL",
        "RELEASE; 5|; !ENOENT",
        "RELEASE; 0|; !EINVAL",
        "RESUME; 5|; !ENOENT",
        "SET_TARGET; 5|6|; !ENOENT",
        "CONTROL; nonsense|; !EINVAL",
        "WATCH_EVENT; |; !ENOSYS",
        "ERROR; |; !ENOSYS",
      })
  void dom0(MessageType type, String payload, String outcome) {
    assertEquals(outcome, dom0.call(type, payload));
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "READ; name|; web",
        "READ; /local/domain/1/name|; web",
        "READ; nothing|; !ENOENT",
        "READ; /secret|; !EACCES",
        "READ; /nothing|; !EACCES",
        "READ; /local/domain/2/name|; !EACCES",
        "READ; /open|; for all",
        "READ; /drop|; !EACCES",
        "DIRECTORY; /|; !EACCES",
        "DIRECTORY; data|; \"\"",
        "GET_PERMS; /secret|; !EACCES",
        "GET_PERMS; data|; n1|",
        "WRITE; name|x; !EACCES",
        "WRITE; new|x; !EACCES",
        "WRITE; data/new/key|x; OK|",
        "WRITE; /open|x; OK|",
        "WRITE; /open/below|x; OK|",
        "WRITE; /drop|x; OK|",
        "MKDIR; data/new|; OK|",
        "MKDIR; name|; !EACCES",
        "RM; name|; !EACCES",
        "RM; data|; OK|",
        "RM; data/nothing|; OK|",
        "RM; data/nothing/below|; !ENOENT",
        "SET_PERMS; data|n1|r2|; OK|",
        "SET_PERMS; data|n2|; !EPERM",
        "SET_PERMS; name|n1|; !EACCES",
        "SET_PERMS; /open|b0|; !EACCES",
        "SET_PERMS; data/nothing|n1|; !ENOENT",
        "SET_PERMS; @releaseDomain|n1|; !EACCES",
        "IS_DOMAIN_INTRODUCED; 1|; !EACCES",
        "INTRODUCE; 5|4711|3|; !EACCES",
        "RELEASE; 5|; !EACCES",
        "RESUME; 5|; !EACCES",
        "SET_TARGET; 1|0|; !EACCES",
        "CONTROL; help|; !EACCES",
        "GET_DOMAIN_PATH; 1|; /local/domain/1|",
        "RESET_WATCHES; |; OK|",
      })
  void guest(MessageType type, String payload, String outcome) {
    assertEquals(outcome, guest.call(type, payload));
  }

  @Test
  void aReplyCarriesTypeRequestAndTransactionOfItsRequest() {
    int tx = dom0.begin();
    WireClient.Message reply = dom0.reply(MessageType.READ.number, tx, "/open|");
    assertEquals(MessageType.READ.number, reply.type());
    assertEquals(2, reply.request());
    assertEquals(tx, reply.tx());
    WireClient.Message error = dom0.reply(MessageType.READ.number, tx, "/nothing|");
    assertEquals(MessageType.ERROR.number, error.type());
    assertEquals("ENOENT|", error.text());
    assertEquals(tx, error.tx());
  }

  @Test
  void unknownTypesAnswerEnosys() {
    for (int type : new int[] {20, 23, 128, 65535, -1, Integer.MIN_VALUE}) {
      assertEquals("!ENOSYS", dom0.reply(type, 0, "|").outcome(), "type " + type);
    }
  }

  @Test
  void anUnknownTransactionAnswersEnoent() {
    assertEquals("!ENOENT", dom0.call(MessageType.READ, 99, "/open|"));
    assertEquals("!ENOENT", dom0.call(MessageType.TRANSACTION_START, 99, "|"));
    assertEquals("!ENOENT", dom0.call(MessageType.RESET_WATCHES, 99, "|"));
  }

  @Test
  void watchAndUnwatchIgnoreTheTransaction() {
    assertEquals("OK|", dom0.call(MessageType.WATCH, 99, "/open|t|"));
    assertEquals("OK|", dom0.call(MessageType.UNWATCH, 99, "/open|t|"));
  }

  @Test
  void transactionsCannotBeNested() {
    int tx = dom0.begin();
    assertEquals("!EBUSY", dom0.call(MessageType.TRANSACTION_START, tx, "|"));
  }

  @Test
  void aTransactionEndsWithTrueOrFalse() {
    int tx = dom0.begin();
    assertEquals("!EINVAL", dom0.call(MessageType.TRANSACTION_END, tx, "X|"));
    assertEquals("OK|", dom0.call(MessageType.TRANSACTION_END, tx, "F|"));
    assertEquals("!ENOENT", dom0.call(MessageType.TRANSACTION_END, tx, "T|"));
  }

  @Test
  void valuesMayHoldAnyBytes() {
    assertEquals("|\u0001\u00ff", dom0.call(MessageType.READ, "/binary|"));
    dom0.call(MessageType.WRITE, "/binary|a||b|");
    assertEquals("a||b|", dom0.call(MessageType.READ, "/binary|"));
  }

  @Test
  void aListingThatDoesNotFitIsReadInParts() {
    StringBuilder expected = new StringBuilder();
    try (StoreClient xs = store.client(0)) {
      for (int i = 100_000; i < 100_900; i++) {
        xs.write("/many/entry-" + i, "");
        expected.append("entry-").append(i).append('|');
      }
    }
    assertEquals("!E2BIG", dom0.call(MessageType.DIRECTORY, "/many|"));
    StringBuilder listing = new StringBuilder();
    String generation = null;
    int parts = 0;
    do {
      String part = dom0.call(MessageType.DIRECTORY_PART, "/many|" + listing.length() + "|");
      int head = part.indexOf('|') + 1;
      assertTrue(generation == null || part.startsWith(generation), "generation changed");
      generation = part.substring(0, head);
      listing.append(part.substring(head));
      parts++;
    } while (!listing.toString().endsWith("||"));
    assertEquals(expected + "|", listing.toString());
    assertEquals(3, parts);
    String beyond = dom0.call(MessageType.DIRECTORY_PART, "/many|999999|");
    assertEquals(generation + "|", beyond);
    dom0.call(MessageType.MKDIR, "/many/another|");
    assertTrue(!dom0.call(MessageType.DIRECTORY_PART, "/many|0|").startsWith(generation));
  }

  @Test
  void theControlDomainIsAskedToServeAndToReleaseDomains() {
    assertEquals("OK|", dom0.call(MessageType.INTRODUCE, "5|4711|3|"));
    assertEquals("T|", dom0.call(MessageType.IS_DOMAIN_INTRODUCED, "5|"));
    assertEquals("OK|", dom0.call(MessageType.RESUME, "5|"));
    assertEquals("OK|", dom0.call(MessageType.RELEASE, "5|"));
    assertEquals("F|", dom0.call(MessageType.IS_DOMAIN_INTRODUCED, "5|"));
    assertEquals(List.of("introduce 5 4711 3", "release 5"), domainCalls);
  }

  @Test
  void controlShowsWhatADomainUses() {
    guest.call(MessageType.WRITE, "data/x|1");
    guest.call(MessageType.WRITE, "data/y|1");
    guest.call(MessageType.RM, "data/y|");
    String usage = dom0.call(MessageType.CONTROL, "quota|1|");
    assertTrue(usage.startsWith("Domain 1:\nnodes           :        2 (max 3)\n"), usage);
    assertEquals("!ENOENT", dom0.call(MessageType.CONTROL, "quota|77|"));
    String most = dom0.call(MessageType.CONTROL, "quota|max|");
    assertTrue(most.contains("nodes           :        3\n"), most);
    assertEquals("OK|", dom0.call(MessageType.CONTROL, "check|"));
    assertTrue(dom0.call(MessageType.CONTROL, "help|").contains("quota\t"));
  }

  @Test
  void controlChangesQuotas() {
    String before = dom0.call(MessageType.CONTROL, "quota|");
    assertTrue(before.contains("\nnode-size        :     2048 "), before);
    assertEquals("OK|", dom0.call(MessageType.CONTROL, "quota|set|node-size|3|"));
    assertEquals("!ENOSPC", guest.call(MessageType.WRITE, "data/x|1234"));
    assertEquals("OK|", guest.call(MessageType.WRITE, "data/x|123"));
    for (String wrong : List.of("node-size|0", "node-size|x", "node-size|-1", "size|1", "nodes")) {
      assertEquals("!EINVAL", dom0.call(MessageType.CONTROL, "quota|set|" + wrong + "|"));
    }
  }
}
