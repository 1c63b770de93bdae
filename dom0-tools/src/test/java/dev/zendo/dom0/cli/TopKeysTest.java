package dev.zendo.dom0.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TopKeysTest {
  @Test
  void keysComeInTurnWhateverTheirCase() throws InterruptedException {
    try (TopKeys keys = TopKeys.none()) {
      assertEquals(TopKeys.NONE, keys.await(0));
      keys.read(new ByteArrayInputStream("sSQ ".getBytes(StandardCharsets.US_ASCII)));
      assertEquals(TopKeys.SORT, keys.await(60));
      assertEquals(TopKeys.SORT, keys.await(60));
      assertEquals(TopKeys.QUIT, keys.await(60));
      assertEquals(' ', keys.await(60));
      assertEquals(TopKeys.NONE, keys.await(0));
    }
  }
}
