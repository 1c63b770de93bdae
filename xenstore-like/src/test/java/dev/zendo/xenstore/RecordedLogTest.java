package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The life of a domain as the store of a real Xen logged it, replayed here: every client gets the
 * events that it got there, in the same order (equal ones in a row count once).
 */
class RecordedLogTest {
  private final Store store = new Store();
  private final Map<String, WireClient> clients = new LinkedHashMap<>();
  private final Map<String, Integer> transactions = new LinkedHashMap<>();
  private final Map<String, List<String>> recorded = new LinkedHashMap<>();
  private final Map<String, List<String>> replayed = new LinkedHashMap<>();

  @Test
  void theEventsAreThoseThatXenSent() throws IOException {
    store
        .domains()
        .setControl(
            new DomainControl() {
              @Override
              public void introduce(int domid, long gfn, int port) {}

              @Override
              public void release(int domid) {}
            });
    clients.put("D0", new WireClient(store, 0));
    for (String line : log()) {
      String[] words = line.split(" ");
      if (words[1].equals("w")) {
        note(recorded, words[0], words[3] + " " + words[4]);
      } else {
        replay(words[0], words[1], line.substring(words[0].length() + words[1].length() + 2));
        collect();
      }
    }
    assertEquals(recorded, replayed);
    assertTrue(recorded.get("A5").size() > 12 && recorded.get("D0").size() > 12);
    List<String> left = store.client(0).list("/");
    assertEquals(List.of("libxl", "local"), left.stream().filter(n -> !n.equals("vm")).toList());
    assertEquals(List.of("0"), store.client(0).list("/local/domain"));
  }

  private static List<String> log() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                RecordedLogTest.class.getResourceAsStream("access-log.txt"),
                StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.startsWith("#")).map(line -> line + " ").toList();
    }
  }

  private void replay(String who, String operation, String arguments) {
    String name = who.replaceAll("\\..*", "");
    if (operation.equals("newconn")) {
      if (name.startsWith("D")) {
        clients.get("A6").call(MessageType.INTRODUCE, name.substring(1) + "|1|1|");
      }
      int domid = name.startsWith("D") ? Integer.parseInt(name.substring(1)) : 0;
      clients.put(name, new WireClient(store, domid));
      return;
    }
    if (operation.equals("stopped")) {
      store.domains().stopped(Integer.parseInt(name.substring(1)));
      return;
    }
    WireClient client = clients.get(name);
    int tx = who.equals(name) ? 0 : transactions.computeIfAbsent(who, key -> client.begin());
    String[] words = arguments.trim().split(" ");
    switch (operation) {
      case "watch" -> client.call(MessageType.WATCH, words[0] + "|" + words[1] + "|");
      case "unwatch" -> client.call(MessageType.UNWATCH, words[0] + "|" + words[1] + "|");
      case "write" ->
          assertEquals(
              "OK|",
              client.call(
                  MessageType.WRITE, tx, words[0] + "|" + (words.length > 1 ? words[1] : "")));
      case "mkdir" -> assertEquals("OK|", client.call(MessageType.MKDIR, tx, words[0] + "|"));
      case "rm" -> client.call(MessageType.RM, tx, words[0] + "|");
      case "setperms" ->
          assertEquals(
              "OK|",
              client.call(MessageType.SET_PERMS, tx, arguments.trim().replace(' ', '|') + "|"));
      case "commit" -> assertEquals("OK|", client.call(MessageType.TRANSACTION_END, tx, "T|"));
      case "endconn" -> {
        if (name.startsWith("D")) {
          clients.get("A7").call(MessageType.RELEASE, name.substring(1) + "|");
        }
        client.wire.close();
      }
      default -> throw new AssertionError(operation);
    }
  }

  private void collect() {
    clients.forEach(
        (name, client) ->
            client
                .events()
                .forEach(e -> note(replayed, name, e.replaceAll("\\|$", "").replace('|', ' '))));
  }

  private static void note(Map<String, List<String>> events, String client, String event) {
    List<String> list = events.computeIfAbsent(client, key -> new ArrayList<>());
    if (list.isEmpty() || !list.get(list.size() - 1).equals(event)) {
      list.add(event);
    }
  }
}
