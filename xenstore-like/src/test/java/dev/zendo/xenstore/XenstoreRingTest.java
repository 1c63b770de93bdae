package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The shared page: wrapping, straddling, back-pressure and guests that lie about their indices. */
class XenstoreRingTest {
  /** A page in memory, with the guest's side of the protocol. */
  private static final class GuestPage implements RingPage {
    final ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    final List<Integer> reads = new ArrayList<>();

    /** What the guest does just before the store looks for requests. */
    Runnable beforeLook = () -> {};

    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    @Override
    public int getIntAcquire(int offset) {
      if (offset == RingLayout.REQUEST_PRODUCER) {
        beforeLook.run();
      }
      reads.add(offset);
      return bytes.getInt(offset);
    }

    @Override
    public void putIntRelease(int offset, int value) {
      bytes.putInt(offset, value);
    }

    @Override
    public byte get(int offset) {
      return bytes.get(offset);
    }

    @Override
    public void put(int offset, byte value) {
      bytes.put(offset, value);
    }

    int index(int offset) {
      return bytes.getInt(offset);
    }

    void index(int offset, int value) {
      bytes.putInt(offset, value);
    }

    /** Puts in what fits; returns how much. */
    int send(byte[] request, int from) {
      int producer = index(RingLayout.REQUEST_PRODUCER);
      int consumer = index(RingLayout.REQUEST_CONSUMER);
      int count = Math.min(request.length - from, 1024 - (producer - consumer));
      for (int i = 0; i < count; i++) {
        bytes.put(RingLayout.position(producer + i), request[from + i]);
      }
      index(RingLayout.REQUEST_PRODUCER, producer + count);
      return count;
    }

    /** Takes out at most {@code limit} bytes. */
    void receive(int limit) {
      int producer = index(RingLayout.RESPONSE_PRODUCER);
      int consumer = index(RingLayout.RESPONSE_CONSUMER);
      int count = Math.min(limit, producer - consumer);
      for (int i = 0; i < count; i++) {
        received.write(bytes.get(RingLayout.RESPONSES + RingLayout.position(consumer + i)));
      }
      index(RingLayout.RESPONSE_CONSUMER, consumer + count);
    }

    List<WireClient.Message> messages() {
      return WireClient.parse(received);
    }
  }

  private final Store store = new Store();
  private final GuestPage page = new GuestPage();
  private int notified;
  private XenstoreRing ring =
      XenstoreRing.reset(page, new WireConnection(store.connect(0), () -> {}), () -> notified++);

  private XenstoreRing attachAt(int requests, int responses) {
    page.index(RingLayout.REQUEST_CONSUMER, requests);
    page.index(RingLayout.REQUEST_PRODUCER, requests);
    page.index(RingLayout.RESPONSE_CONSUMER, responses);
    page.index(RingLayout.RESPONSE_PRODUCER, responses);
    return XenstoreRing.attach(
        page, new WireConnection(store.connect(0), () -> {}), () -> notified++);
  }

  /** Sends everything, pumping and receiving as needed. */
  private List<WireClient.Message> exchange(byte[] request) {
    for (int at = 0; at < request.length; ) {
      at += page.send(request, at);
      assertTrue(ring.pump());
      page.receive(1024);
    }
    while (page.index(RingLayout.RESPONSE_PRODUCER) != page.index(RingLayout.RESPONSE_CONSUMER)) {
      page.receive(1024);
      ring.pump();
    }
    for (boolean more = true; more; ) {
      int before = page.index(RingLayout.RESPONSE_PRODUCER);
      ring.pump();
      page.receive(1024);
      more = page.index(RingLayout.RESPONSE_PRODUCER) != before;
    }
    return page.messages();
  }

  @Test
  void resetClearsTheIndicesAndSaysConnected() {
    for (int offset = 2048; offset < 2076; offset += 4) {
      page.index(offset, -1);
    }
    ring = XenstoreRing.reset(page, new WireConnection(store.connect(0), () -> {}), () -> {});
    for (int offset = 2048; offset < 2076; offset += 4) {
      assertEquals(0, page.index(offset));
    }
  }

  @Test
  void aRequestIsAnsweredWithOneNotification() {
    page.send(WireClient.request(MessageType.GET_DOMAIN_PATH.number, 9, 0, "3|"), 0);
    assertTrue(ring.pump());
    assertEquals(1, notified);
    page.receive(1024);
    assertEquals("/local/domain/3|", page.messages().get(0).outcome());
    assertEquals(18, page.index(RingLayout.REQUEST_CONSUMER));
    ring.pump();
    assertEquals(1, notified, "nothing moved, nothing sent");
  }

  @Test
  void aReplyIsPublishedWhenTheChangeIsKept() {
    List<Integer> published = new ArrayList<>();
    store.addChangeListener(
        new ChangeListener() {
          @Override
          public void changed(List<Change> changes, Node root) {}

          @Override
          public boolean settle() {
            assertTrue(store.root().child("a") != null, "the change has been made");
            published.add(page.index(RingLayout.RESPONSE_PRODUCER));
            return false;
          }
        });
    page.send(WireClient.request(MessageType.WRITE.number, 9, 0, "/a|1"), 0);
    assertTrue(ring.pump(), "a guest is served even when changes cannot be kept");
    assertEquals(List.of(0), published);
    page.receive(1024);
    assertEquals("OK|", page.messages().get(0).outcome());
  }

  @Test
  void messagesStraddleTheEndAndIndicesWrap() {
    for (int start : new int[] {1000, 1023, 0x7ffffff0, -20, -1}) {
      ring = attachAt(start, start + 7);
      for (int i = 0; i < 100; i++) {
        String value = "value-" + i;
        List<WireClient.Message> written =
            exchange(WireClient.request(MessageType.WRITE.number, i, 0, "/k|" + value));
        assertEquals("OK|", written.get(0).outcome());
        List<WireClient.Message> read =
            exchange(WireClient.request(MessageType.READ.number, i, 0, "/k|"));
        assertEquals(value, read.get(0).outcome());
      }
    }
  }

  @Test
  void messagesLongerThanTheRingPass() {
    String value = "0123456789".repeat(400);
    assertEquals(
        "OK|",
        exchange(WireClient.request(MessageType.WRITE.number, 1, 0, "/k|" + value))
            .get(0)
            .outcome());
    assertEquals(
        value, exchange(WireClient.request(MessageType.READ.number, 1, 0, "/k|")).get(0).outcome());
  }

  @Test
  void aFullResponseRingIsContinuedWhenThereIsSpace() {
    store.client(0).write("/k", "x".repeat(3000));
    page.send(WireClient.request(MessageType.READ.number, 1, 0, "/k|"), 0);
    ring.pump();
    assertEquals(1024, page.index(RingLayout.RESPONSE_PRODUCER));
    ring.pump();
    assertEquals(1024, page.index(RingLayout.RESPONSE_PRODUCER));
    page.receive(100);
    ring.pump();
    assertEquals(1124, page.index(RingLayout.RESPONSE_PRODUCER));
    for (int i = 0; i < 4; i++) {
      page.receive(1024);
      ring.pump();
    }
    assertEquals("x".repeat(3000), page.messages().get(0).outcome());
  }

  @Test
  void aGuestThatTakesNoRepliesIsHeldBackNotServedWithoutBound() {
    store.client(0).write("/k", "x".repeat(2000));
    byte[] read = WireClient.request(MessageType.READ.number, 1, 0, "/k|");
    int sent = 0;
    for (int i = 0; i < 1000; i++) {
      sent += page.send(read, 0) == read.length ? 1 : 0;
      ring.pump();
    }
    assertTrue(sent < 100, "sent " + sent);
    int replies = 0;
    for (int i = 0; i < 1000; i++) {
      page.receive(1024);
      ring.pump();
      replies += page.messages().size();
    }
    assertTrue(replies >= 20, "replies " + replies);
  }

  @Test
  void aGuestThatNeverStopsIsLeftAndServedAgainWithoutAnEventOfIts() {
    byte[] request = WireClient.request(MessageType.GET_DOMAIN_PATH.number, 9, 0, "3|");
    int[] sent = new int[1];
    int[] calls = new int[1];
    ring =
        XenstoreRing.reset(
            page, new WireConnection(store.connect(0), () -> calls[0]++), () -> notified++);
    page.beforeLook =
        () -> {
          page.receive(1024);
          assertEquals(request.length, page.send(request, 0));
          sent[0]++;
        };
    for (int pumps = 1; pumps <= 3; pumps++) {
      assertTimeoutPreemptively(Duration.ofSeconds(30), () -> assertTrue(ring.pump()));
      assertEquals(pumps, calls[0], "one call for attention each time");
      assertEquals(pumps, notified);
    }
    // The ring was not empty when the last request came: the guest sends no event for it.
    page.beforeLook.run();
    page.beforeLook = () -> {};
    assertTrue(ring.pump());
    assertEquals(3, calls[0], "nothing is left");
    page.receive(1024);
    assertEquals(sent[0], page.messages().size());
  }

  @Test
  void eachIndexOfTheGuestIsReadOncePerLookAndLookedAtAgainAfterAMoveAndAnEvent() {
    page.send(WireClient.request(MessageType.READ.number, 1, 0, "/|"), 0);
    page.reads.clear();
    ring.pump();
    assertEquals(
        List.of(
            RingLayout.REQUEST_PRODUCER,
            RingLayout.RESPONSE_CONSUMER,
            RingLayout.REQUEST_PRODUCER,
            RingLayout.RESPONSE_CONSUMER,
            RingLayout.REQUEST_PRODUCER,
            RingLayout.RESPONSE_CONSUMER),
        page.reads);
  }

  /** Its store of the index was on the way when we looked; it saw that we were not done. */
  @Test
  void whatAGuestPublishedWithoutAnEventIsSeenAfterTheEventToIt() {
    byte[] request = WireClient.request(MessageType.GET_DOMAIN_PATH.number, 9, 0, "3|");
    int[] late = {2};
    ring =
        XenstoreRing.reset(
            page,
            new WireConnection(store.connect(0), () -> {}),
            () -> {
              notified++;
              if (late[0]-- > 0) {
                page.send(request, 0);
              }
            });
    page.send(request, 0);
    assertTrue(ring.pump());
    assertEquals(3, notified);
    page.receive(1024);
    assertEquals(3, page.messages().size());
  }

  @Test
  void theStoresOwnIndicesAreNotReadBack() {
    page.index(RingLayout.REQUEST_CONSUMER, 77);
    page.index(RingLayout.RESPONSE_PRODUCER, 99);
    page.index(RingLayout.REQUEST_PRODUCER, 0);
    byte[] request = WireClient.request(MessageType.GET_DOMAIN_PATH.number, 1, 0, "3|");
    for (int i = 0; i < request.length; i++) {
      page.put(i, request[i]);
    }
    page.index(RingLayout.REQUEST_PRODUCER, request.length);
    assertTrue(ring.pump());
    assertEquals(request.length, page.index(RingLayout.REQUEST_CONSUMER));
    page.receive(1024);
    assertEquals("/local/domain/3|", page.messages().get(0).outcome());
  }

  @Test
  void impossibleIndicesEndTheService() {
    int[][] cases = {
      {RingLayout.REQUEST_PRODUCER, 1025},
      {RingLayout.REQUEST_PRODUCER, -1},
      {RingLayout.REQUEST_PRODUCER, Integer.MIN_VALUE},
      {RingLayout.RESPONSE_CONSUMER, 1},
      {RingLayout.RESPONSE_CONSUMER, -1025},
      {RingLayout.RESPONSE_CONSUMER, Integer.MAX_VALUE},
    };
    for (int[] lie : cases) {
      ring = attachAt(0, 0);
      page.index(lie[0], lie[1]);
      assertFalse(ring.pump());
      assertTrue(ring.isStopped());
      assertEquals(RingLayout.ERROR_INDEX, page.index(RingLayout.ERROR));
      page.index(lie[0], 0);
      assertFalse(ring.pump(), "for good");
    }
  }

  @Test
  void aMessageThatIsTooLongEndsTheService() {
    byte[] header = WireClient.request(MessageType.WRITE.number, 1, 0, "");
    MessageHeader.put(header, MessageHeader.LENGTH, 4097);
    page.send(header, 0);
    assertFalse(ring.pump());
    assertEquals(RingLayout.ERROR_PROTOCOL, page.index(RingLayout.ERROR));
  }

  @Test
  void aClosedRingDoesNotTouchThePage() {
    page.send(WireClient.request(MessageType.READ.number, 1, 0, "/|"), 0);
    byte[] before = page.bytes.array().clone();
    ring.close();
    page.reads.clear();
    assertFalse(ring.pump());
    assertArrayEquals(before, page.bytes.array());
    assertEquals(List.of(), page.reads);
  }

  @Test
  void randomPagesNeverFailInside() {
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      random.nextBytes(page.bytes.array());
      int at = random.nextInt();
      ring = attachAt(at, random.nextInt());
      page.index(RingLayout.REQUEST_PRODUCER, at + random.nextInt(1100));
      for (int i = 0; i < 5; i++) {
        if (random.nextInt(3) == 0) {
          page.index(RingLayout.REQUEST_CONSUMER + 4 * random.nextInt(4), random.nextInt());
        }
        page.receive(random.nextInt(1024));
        ring.pump();
      }
      ring.close();
    }
  }

  @Test
  void randomTrafficArrivesUnchanged() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      ring = attachAt(random.nextInt(), random.nextInt());
      List<String> expected = new ArrayList<>();
      List<String> actual = new ArrayList<>();
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      for (int i = 0; i < 200; i++) {
        String value = "v".repeat(random.nextInt(1500)) + i;
        stream.writeBytes(WireClient.request(MessageType.WRITE.number, i, 0, "/k|" + value));
        stream.writeBytes(WireClient.request(MessageType.READ.number, i, 0, "/k|"));
        expected.add("OK|");
        expected.add(value);
      }
      byte[] all = stream.toByteArray();
      int sent = 0;
      while (actual.size() < expected.size()) {
        byte[] part = new byte[Math.min(all.length - sent, random.nextInt(700))];
        System.arraycopy(all, sent, part, 0, part.length);
        sent += page.send(part, 0);
        ring.pump();
        page.receive(random.nextInt(700));
        page.messages().forEach(message -> actual.add(message.outcome()));
      }
      assertEquals(expected, actual, "seed " + seed);
    }
  }

  @Test
  void listenersRunWhenThePumpHoldsNoLock() {
    store
        .client(0)
        .watch(
            "/k",
            path -> {
              if (store.client(0).exists("/k")) {
                Thread closer = new Thread(ring::close);
                closer.start();
                try {
                  closer.join();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              }
            });
    page.send(WireClient.request(MessageType.WRITE.number, 1, 0, "/k|1"), 0);
    assertTimeoutPreemptively(Duration.ofSeconds(30), () -> ring.pump());
    assertTrue(ring.isStopped());
    page.receive(1024);
    assertEquals("OK|", page.messages().get(0).outcome());
  }
}
