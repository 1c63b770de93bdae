package dev.zendo.dom0.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.DaemonThreads;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.block.image.DiskImages;
import dev.zendo.dom0.block.image.ImageAccess;
import dev.zendo.dom0.block.image.ImageFormat;
import dev.zendo.dom0.client.DaemonClient;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.dump.GuestPages;
import dev.zendo.dom0.migrate.peer.Identity;
import dev.zendo.dom0.migrate.peer.KnownPeers;
import dev.zendo.dom0.migrate.peer.PeerAddress;
import dev.zendo.dom0.migrate.peer.PeerLink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Moves a domain with a {@link SuspendingKernel} between two daemons. It has a disk, whose lock
 * goes with it.
 */
@Timeout(120)
class LiveMigrationTest {
  private static final long PAGES = SuspendingKernel.PAGES;
  private static final int FIRST = SuspendingKernel.FIRST;
  private static final String NAME = "tiny";

  @TempDir private Path temp;
  private final StateFolder[] folders = new StateFolder[2];
  private final Daemon[] daemons = new Daemon[2];
  private final DaemonClient[] clients = new DaemonClient[2];
  private SuspendingKernel kernel;
  private Path image;

  @BeforeEach
  void start() throws Exception {
    for (int i = 0; i < 2; i++) {
      folders[i] = StateFolder.of(temp.resolve("s" + i));
      daemons[i] = new Daemon(folders[i], 96, 1, EngineChoice.INTERPRETER);
      clients[i] = DaemonClient.find(folders[i]).orElseThrow();
    }
    Path file = temp.resolve("tiny.elf");
    kernel = new SuspendingKernel(file, NAME, List.of(daemons));
    ObjectNode params = Json.object();
    image = temp.resolve("disk.raw");
    Files.write(image, new byte[1 << 20]);
    params
        .putObject("config")
        .put("name", NAME)
        .put("kernel", file.toString())
        .put("memory", 8)
        .put("on_crash", "preserve")
        .putArray("disk")
        .add(image + ",raw,xvda,w");
    clients[0].call("create", params);
    sayWhereTheListIs(0);
  }

  @AfterEach
  void stop() throws Exception {
    kernel.stop();
    for (int i = 0; i < 2; i++) {
      assertTrue(daemons[i].machine().internalErrors().isEmpty());
      clients[i].close();
      daemons[i].close();
    }
  }

  private void sayWhereTheListIs(int where) {
    kernel.sayWhereTheListIs(daemons[where]);
  }

  private boolean has(int where) {
    for (JsonNode each : clients[where].call("list", Json.object())) {
      if (each.path("name").asText().equals(NAME)) {
        return true;
      }
    }
    return false;
  }

  /** The number of the pass that the guest is in. */
  private long pass(int where) {
    Machine machine = daemons[where].machine();
    Guest guest = daemons[where].domain(NAME).guest();
    GuestPages pages = machine.pages(guest);
    for (int i = 0; i < pages.count(); i++) {
      if (pages.pfn(i) == FIRST) {
        MemoryControl memory = machine.control().memory();
        try (Mapping page = memory.mapForeign(guest.id(), new long[] {pages.mfn(i)}, 0, 1)) {
          return memory.memory().getLong(page.address());
        }
      }
    }
    throw new AssertionError("the page is not there");
  }

  /** Where the domain is: it goes on at one daemon, and the other one has nothing of it. */
  private int place() throws InterruptedException {
    int where = 0;
    while (!goesOn(where)) {
      where = 1 - where;
    }
    // A daemon may still be at what it gives up, or had built.
    while (has(1 - where)) {
      Thread.sleep(2);
    }
    JsonNode disks = clients[where].call("block-list", Json.object().put("domain", NAME));
    assertEquals(1, disks.size());
    assertThrows(IOException.class, this::openImage, "nobody has the disk");
    return where;
  }

  private void openImage() throws IOException {
    DiskImages.open(image, ImageFormat.RAW, ImageAccess.WRITE).close();
  }

  /** Whether a daemon has it and it runs; one that is about to go does not. */
  private boolean goesOn(int where) throws InterruptedException {
    try {
      long before = pass(where);
      for (int i = 0; i < 100; i++) {
        assertNotEquals(GuestEnd.CRASH, daemons[where].domain(NAME).end(), "pages were lost");
        if (pass(where) != before) {
          return true;
        }
        Thread.sleep(1);
      }
      return false;
    } catch (ToolException e) {
      return false; // it is not there
    }
  }

  /** Moves it; the other daemon may still be at what it built for a migration before. */
  private void move(int from) throws InterruptedException {
    while (true) {
      try {
        clients[from].call("migrate", request(folders[1 - from]));
        return;
      } catch (DaemonException e) {
        assertTrue(e.getMessage().contains("already"), e.getMessage());
        Thread.sleep(2);
      }
    }
  }

  private ObjectNode request(StateFolder to) {
    return Json.object().put("domain", NAME).put("to", "unix:" + to.path());
  }

  @Test
  void aRunningDomainMovesThereAndBack() throws Exception {
    JsonNode moved = clients[0].call("migrate", request(folders[1]));
    assertTrue(moved.path("downtime_ns").asLong() > 0);
    assertTrue(moved.path("bytes").asLong() > PAGES << 11);
    assertEquals(1, place());
    sayWhereTheListIs(1);
    clients[1].call("migrate", request(folders[0]).put("bandwidth", 100));
    assertEquals(0, place());
  }

  @Test
  void aDiskThatCannotBeHadThereIsTakenBack() throws Exception {
    Path away = temp.resolve("away.raw");
    ObjectNode slowly = request(folders[1]).put("bandwidth", 16);
    Consumer<JsonNode> vandal =
        news -> {
          try {
            if (news.has("round") && Files.exists(image)) {
              assertDevicesStay();
              Files.move(image, away);
            } else if (news.has("disk") && Files.exists(away)) {
              Files.move(away, image);
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    DaemonException refusal =
        assertThrows(DaemonException.class, () -> clients[0].call("migrate", slowly, vandal));
    assertTrue(refusal.getMessage().contains("so it goes on here: "), refusal.getMessage());
    assertEquals(0, place());
    move(0);
    assertEquals(1, place());
  }

  /** While it moves: what came now would not go with it. */
  private void assertDevicesStay() {
    ObjectNode params = Json.object().put("domain", NAME).put("source", NAME);
    params.put("device", "xvda").put("name", "other").put("file", temp + "/file");
    try (DaemonClient client = DaemonClient.find(folders[0]).orElseThrow()) {
      for (String method : List.of("block-detach", "rename", "clone", "snapshot", "save")) {
        DaemonException refusal =
            assertThrows(DaemonException.class, () -> client.call(method, params));
        assertTrue(refusal.getMessage().contains("or moved"), refusal.getMessage());
      }
    }
  }

  @Test
  void overTlsItMovesBetweenDaemonsThatKnowEachOther() throws Exception {
    daemons[1].takeDomains("127.0.0.1:0");
    String address = clients[1].call("hello", Json.object()).path("migrations").asText();
    ObjectNode there = request(folders[1]).put("to", address);
    String own = Identity.fingerprint(folders[0]);
    String other = Identity.fingerprint(folders[1]);
    assertRefused(there, address + ": the fingerprint " + other + " is not known (zl peers add)");
    new KnownPeers(folders[0]).add(other, "there");
    String unknown = address + ": it does not know this daemon's fingerprint (zl peers add, there)";
    assertRefused(there, unknown);
    new KnownPeers(folders[1]).add(other, "not the one that comes");
    assertRefused(there, unknown);
    new KnownPeers(folders[1]).add(own, "here");
    clients[0].call("migrate", there);
    assertEquals(1, place());
  }

  private void assertRefused(ObjectNode request, String message) throws Exception {
    DaemonException refusal =
        assertThrows(DaemonException.class, () -> clients[0].call("migrate", request));
    assertEquals(message, refusal.getMessage());
    assertEquals(0, place());
  }

  @Test
  void networksThatBreakLoseNothing() throws Exception {
    Random random = new Random(11);
    StateFolder way = StateFolder.of(temp.resolve("way"));
    int where = 0;
    int moves = 0;
    for (int i = 0; i < 20; i++) {
      try (CuttingProxy proxy = new CuttingProxy(way, folders[1 - where])) {
        if (i % 2 == 0) {
          proxy.cut(random.nextInt((int) PAGES << 12), Long.MAX_VALUE);
        } else {
          // In one of the three short answers.
          proxy.cut(Long.MAX_VALUE, random.nextInt(50));
        }
        try {
          clients[where].call("migrate", request(way));
        } catch (ToolException e) {
          assertTrue(e.getMessage().contains("unix:"), e.getMessage());
        }
        int now = place();
        moves += now == where ? 0 : 1;
        where = now;
        sayWhereTheListIs(where);
      }
    }
    assertTrue(moves < 20, "nothing was cut");
    move(where);
    assertEquals(1 - where, place());
  }

  @Test
  void cancelledMigrationsLoseNothing() throws Exception {
    Random random = new Random(5);
    int where = 0;
    for (int i = 0; i < 20; i++) {
      int from = where;
      try (DaemonClient other = DaemonClient.find(folders[from]).orElseThrow()) {
        int millis = random.nextInt(60);
        Thread canceller =
            DaemonThreads.start(
                "canceller",
                () -> {
                  try {
                    Thread.sleep(millis);
                    other.call("migrate-cancel", Json.object().put("domain", NAME));
                  } catch (InterruptedException | ToolException e) {
                    // It was too early, or too late.
                  }
                });
        try {
          clients[from].call("migrate", request(folders[1 - from]));
        } catch (DaemonException e) {
          // The other daemon may still be at what it built for the migration before.
          assertTrue(e.getMessage().matches(".*(cancelled|already).*"), e.getMessage());
        }
        canceller.join();
      }
      where = place();
      sayWhereTheListIs(where);
    }
  }

  @Test
  void whatCannotBeMovedIsRefused() {
    ObjectNode nowhere = request(StateFolder.of(temp.resolve("nowhere")));
    assertEquals(Kind.REFUSED, refusal("migrate", nowhere));
    ObjectNode other = request(folders[1]).put("domain", "nosuch");
    assertEquals(Kind.NO_DOMAIN, refusal("migrate", other));
    assertEquals(Kind.REFUSED, refusal("migrate", request(folders[1]).put("to", "host:99999")));
    assertEquals(Kind.REFUSED, refusal("migrate", request(folders[1]).put("bandwidth", -1)));
    ObjectNode tiny = Json.object().put("domain", NAME);
    assertEquals(Kind.WRONG_STATE, refusal("migrate-cancel", tiny.deepCopy()));
    // To itself: the name is taken.
    assertEquals(Kind.REFUSED, refusal("migrate", request(folders[0])));
    clients[0].call("pause", tiny);
    assertEquals(Kind.WRONG_STATE, refusal("migrate", request(folders[1])));
  }

  @Test
  void whoSaysWhatNoDaemonSaysIsRefused() throws Exception {
    ObjectNode config = Json.object().put("name", "other").put("kernel", "/none");
    ObjectNode header = Json.object().put("id", "1").put("code", "%");
    header.set("config", config);
    assertEquals("\"code\" is not in base 64", answer(header).path("error").asText());
    assertTrue(answer(header.put("id", "").put("code", "")).path("error").isTextual());
    config.putArray("disk").add(temp + "/none,raw,xvda,w");
    assertTrue(answer(header).path("error").asText().contains("xvda: " + temp + "/none cannot be"));
    assertFalse(answer(Json.object().put("ask", "1")).path("running").asBoolean(true));
  }

  /** What the second daemon says to a line. */
  private JsonNode answer(JsonNode line) throws Exception {
    try (PeerLink link = PeerAddress.parse("unix:" + folders[1].path()).dial(folders[0])) {
      link.send(line);
      return link.receive();
    }
  }

  private Kind refusal(String method, ObjectNode params) {
    return assertThrows(DaemonException.class, () -> clients[0].call(method, params)).kind();
  }
}
