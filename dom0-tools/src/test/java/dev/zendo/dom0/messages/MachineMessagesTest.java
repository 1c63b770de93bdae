package dev.zendo.dom0.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineMessagesTest {
  private static List<String> texts(MessageRing ring) {
    return ring.lines().stream().map(Message::text).toList();
  }

  @Test
  void domainsHaveLinesOfTheirOwn() {
    MachineMessages messages = new MachineMessages();
    MessageRing own = new MessageRing(3);
    messages.add(1, "early");
    messages.open(1, own);
    messages.add(1, "one\ntwo");
    messages.add(2, "other");
    messages.add(Message.NOBODY, "all");
    messages.add(1, "three\nfour");
    assertEquals(List.of("two", "three", "four"), texts(own));
    assertEquals(
        List.of("early", "one", "two", "other", "all", "three", "four"), texts(messages.all()));
    messages.close(1);
    messages.add(1, "late");
    assertEquals(3, own.take().size());
    assertEquals(List.of(), own.lines());
    assertEquals(8, messages.all().lines().size());
  }

  @Test
  void linesCannotTroubleATerminal() {
    assertEquals("a?[2Jb c?", Message.of(0, 1, "a\033[2Jb\tc\u009b").text());
    assertTrue(Message.of(0, 1, "x".repeat(5000)).text().length() < 500);
  }

  @Test
  void linesLookLikeXens() {
    assertEquals(
        "(XEN) [    1.000002] d7: text", new Message(1_000_002_999L, 7, "text").toString());
    assertEquals("(XEN) [    0.000000] text", new Message(5, Message.NOBODY, "text").toString());
  }
}
