package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever arrives at the store, it answers or refuses. In a build the seeds are tried; {@code
 * bench/fuzz codecs} lets Jazzer look for more, guided by coverage.
 */
class StoreFuzzTest {
  private static final int GUEST = 5;
  private static final int MOST_OUTPUT = 1 << 22;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static Stream<byte[]> requests() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    String[] payloads = {
      "/local/domain/5/data|x",
      "/local/domain/5|",
      "1|",
      "T|",
      "data|n5|r0|",
      "5|10|3|",
      "@watch|t|"
    };
    for (MessageType type : MessageType.values()) {
      byte[] request =
          WireClient.request(type.number, type.number, 0, payloads[type.number % payloads.length]);
      all.writeBytes(request);
    }
    byte[] early = WireClient.request(MessageType.WRITE.number, 1, 0, "/a|b");
    byte[] cut = Arrays.copyOf(early, early.length - 1);
    return Stream.of(all.toByteArray(), early, cut, new byte[16]);
  }

  /** One connection as a guest's, one as domain 0's, which may do everything. */
  @MethodSource("requests")
  @FuzzTest(maxDuration = "1m")
  void wire(byte[] stream) {
    Store store = new Store();
    serve(store, GUEST, stream);
    serve(store, 0, stream);
  }

  private static void serve(Store store, int domain, byte[] stream) {
    WireConnection wire = new WireConnection(store.connect(domain), () -> {});
    byte[] taken = new byte[4096];
    int output = 0;
    int done = 0;
    for (int round = 0; round < 1000 && done < stream.length && !wire.isBroken(); round++) {
      done += wire.feed(stream, done, stream.length - done);
      for (int n = 1; n > 0; output += n) {
        n = wire.take(taken, 0, taken.length);
      }
      assertTrue(output < MOST_OUTPUT, "answers without end");
    }
    wire.close();
  }

  static Stream<byte[]> documents() {
    return Stream.of(
            "{}",
            "[1,2]",
            "{\"value\":\"x\",\"perms\":[\"n0\",\"r5\"],\"children\":{\"a\":{\"value\":\"\"}}}",
            "{\"base64\":\"AAE=\",\"children\":{\"a\":{\"children\":{\"b\":{}}}}}")
        .map(StoreFuzzTest::bytes);
  }

  @MethodSource("documents")
  @FuzzTest(maxDuration = "1m")
  void json(byte[] document) throws IOException {
    Store store = new Store();
    try {
      StoreJson.restore(store, new ByteArrayInputStream(document));
    } catch (StoreException e) {
      assertTrue(e.getMessage().lines().count() <= 1, e::getMessage);
    }
  }
}
