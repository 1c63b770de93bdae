package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Framing: pieces of any size, limits, and what ends a connection. */
class WireConnectionTest {
  private final Store store = new Store();

  @Test
  void requestsMayComeInPiecesOfAnySize() {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = 0; i < 10; i++) {
      stream.writeBytes(
          WireClient.request(MessageType.WRITE.number, 2 * i, 0, "/k" + i + "|value " + i));
      stream.writeBytes(WireClient.request(MessageType.READ.number, 2 * i + 1, 0, "/k" + i + "|"));
    }
    byte[] bytes = stream.toByteArray();
    for (int size = 1; size < 60; size++) {
      WireClient client = new WireClient(new Store(), 0);
      int replies = 0;
      for (int at = 0; at < bytes.length; at += size) {
        int length = Math.min(size, bytes.length - at);
        assertEquals(length, client.wire.feed(bytes, at, length));
        for (WireClient.Message message : client.receive()) {
          assertEquals(replies, message.request());
          assertEquals(
              replies % 2 == 0 ? "OK|" : "value " + replies / 2, message.outcome(), "size " + size);
          replies++;
        }
      }
      assertEquals(20, replies);
    }
  }

  @Test
  void repliesMayBeTakenInPiecesOfAnySize() {
    for (int size = 1; size < 40; size++) {
      WireClient client = new WireClient(store, 0);
      ByteArrayOutputStream received = new ByteArrayOutputStream();
      byte[] request = WireClient.request(MessageType.GET_DOMAIN_PATH.number, 5, 0, "77|");
      byte[] piece = new byte[size];
      for (int i = 0; i < 10; i++) {
        client.wire.feed(request, 0, request.length);
      }
      for (int n = client.wire.take(piece, 0, size); n > 0; n = client.wire.take(piece, 0, size)) {
        received.write(piece, 0, n);
      }
      List<WireClient.Message> messages = WireClient.parse(received);
      assertEquals(10, messages.size());
      assertTrue(messages.stream().allMatch(m -> m.text().equals("/local/domain/77|")));
      assertEquals(0, received.size());
    }
  }

  @Test
  void theLongestRequestIsServed() {
    WireClient client = new WireClient(store, 0);
    assertEquals("OK|", client.call(MessageType.WRITE, "/k|" + "x".repeat(4093)));
    assertEquals("x".repeat(4093), client.call(MessageType.READ, "/k|"));
  }

  @Test
  void aLongerRequestEndsTheConnection() {
    for (int length : new int[] {4097, 65536, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
      WireClient client = new WireClient(store, 0);
      client.call(MessageType.WATCH, "/k|t|");
      byte[] header = WireClient.request(MessageType.WRITE.number, 1, 0, "");
      MessageHeader.put(header, MessageHeader.LENGTH, length);
      assertEquals(16, client.wire.feed(header, 0, 16));
      assertTrue(client.wire.isBroken());
      assertFalse(client.wire.hasOutput());
      byte[] more = new byte[1000];
      assertEquals(1000, client.wire.feed(more, 0, 1000), "what follows is ignored");
      assertEquals(0, client.wire.take(more, 0, 1000));
    }
    assertEquals(0, store.usage(0).watches());
  }

  @Test
  void theWireCallsForAttentionWhenEventsWait() {
    AtomicInteger calls = new AtomicInteger();
    WireConnection wire = new WireConnection(store.connect(0), calls::incrementAndGet);
    byte[] watch = WireClient.request(MessageType.WATCH.number, 1, 0, "/k|t|");
    wire.feed(watch, 0, watch.length);
    byte[] buffer = new byte[1000];
    wire.take(buffer, 0, buffer.length);
    assertFalse(wire.hasOutput());
    int before = calls.get();
    store.client(0).write("/k", "1");
    assertEquals(before + 1, calls.get());
    assertTrue(wire.hasOutput());
    wire.close();
    store.client(0).write("/k", "2");
    assertEquals(before + 1, calls.get());
    assertFalse(wire.hasOutput());
  }

  @Test
  void rubbishIsAnsweredWithErrorsOrEndsTheConnection() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      WireClient client = new WireClient(store, random.nextInt(3));
      for (int i = 0; i < 50 && !client.wire.isBroken(); i++) {
        byte[] bytes = new byte[random.nextInt(600)];
        random.nextBytes(bytes);
        client.wire.feed(bytes, 0, bytes.length);
        client.receive();
      }
      client.wire.close();
    }
    assertEquals(0, store.usage(1).watches());
    assertEquals(0, store.usage(1).transactions());
  }

  @Test
  void mutatedRequestsNeverFailInside() {
    String[] payloads = {
      "/a/b|value",
      "/a|",
      "/a|t|",
      "a|t|",
      "|",
      "T|",
      "F|",
      "1|",
      "/a|0|",
      "/a|n1|r2|",
      "@x|t|",
      "5|6|7|",
      "quota|1|"
    };
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Store fuzzed = new Store();
      fuzzed.client(0).chmod("/", Permissions.parse("b0"));
      WireClient[] clients = {new WireClient(fuzzed, 0), new WireClient(fuzzed, 1)};
      for (int i = 0; i < 200; i++) {
        WireClient client = clients[random.nextInt(2)];
        byte[] request =
            WireClient.request(
                random.nextInt(24),
                i,
                random.nextInt(3) == 0 ? random.nextInt(4) : 0,
                payloads[random.nextInt(payloads.length)]);
        if (random.nextInt(4) == 0 && request.length > 16) {
          request[16 + random.nextInt(request.length - 16)] = (byte) random.nextInt(256);
        }
        client.wire.feed(request, 0, request.length);
        for (WireClient.Message message : client.receive()) {
          assertFalse(
              message.outcome().equals("!EIO"), "seed " + seed + " request " + i + " failed");
        }
        assertFalse(client.wire.isBroken());
      }
    }
  }
}
