package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.migrate.CodeSample;
import dev.zendo.dom0.migrate.LiveSaver;
import dev.zendo.dom0.migrate.Suspension;
import dev.zendo.dom0.migrate.peer.PacedOutput;
import dev.zendo.dom0.migrate.peer.PeerLink;
import dev.zendo.dom0.migrate.stream.StreamException;
import dev.zendo.dom0.migrate.stream.StreamWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One domain on its way to another daemon. Until that one is told to let it run, the domain goes on
 * here when anything goes wrong. Then it goes on here only if the other daemon says that it does
 * not run there: without an answer it stays suspended, and the other one is asked again and again.
 */
final class OutgoingMigration implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(OutgoingMigration.class);
  private static final int BUFFER = 1 << 18;
  private static final long RETRY_MILLIS = 200;

  private final Machine machine;
  private final DomainTable table;
  private final ManagedDomain domain;
  private final ObjectNode config;
  private final String to;
  private final Dialer dialer;
  private final long bytesPerSecond;
  private final Duration patience;
  private final Runnable afterwards;
  private final String id = UUID.randomUUID().toString();
  private final CompletableFuture<ObjectNode> result = new CompletableFuture<>();
  private volatile ObjectNode news = Json.object().put("connecting", true);
  private volatile boolean forced;

  /** Why the other daemon does not let it run, for the message. */
  private String why = "";

  // Under the lock of this object.
  private Thread worker;
  private PeerLink link;
  private boolean cancelled;
  private boolean committed;

  /** Opens connections to the other daemon. */
  @FunctionalInterface
  interface Dialer {
    /**
     * Opens one more.
     *
     * @throws ToolException when that cannot be, one line
     */
    PeerLink dial();
  }

  OutgoingMigration(
      Machine machine,
      DomainTable table,
      ManagedDomain domain,
      ObjectNode config,
      String to,
      Dialer dialer,
      long bytesPerSecond,
      Duration patience,
      Runnable afterwards) {
    this.machine = machine;
    this.table = table;
    this.domain = domain;
    this.config = config;
    this.to = to;
    this.dialer = dialer;
    this.bytesPerSecond = bytesPerSecond;
    this.patience = patience;
    this.afterwards = afterwards;
  }

  /** Completes when it is over. */
  CompletableFuture<ObjectNode> result() {
    return result;
  }

  /** How far it is; a new object when that has changed. */
  ObjectNode news() {
    return news;
  }

  /** Whether the other daemon was told to let it run. */
  synchronized boolean committed() {
    return committed;
  }

  /** Nanoseconds since anything was sent or came. */
  synchronized long idleNanos() {
    return link == null ? 0 : link.idleNanos();
  }

  /**
   * Gives up, unless the other daemon was told to let it run.
   *
   * @return whether it does
   */
  synchronized boolean cancel() {
    if (committed) {
      return false;
    }
    cancelled = true;
    if (link != null) {
      link.close();
    }
    if (worker != null) {
      worker.interrupt();
    }
    return true;
  }

  /** Has it go on here although the other daemon does not say whether it runs there. */
  void force() {
    forced = true;
  }

  private synchronized void begin() {
    worker = Thread.currentThread();
  }

  private PeerLink open() {
    PeerLink opened = dialer.dial();
    synchronized (this) {
      if (cancelled) {
        opened.close();
      }
      link = opened;
    }
    return opened;
  }

  private synchronized void commit() {
    requireWanted();
    committed = true;
  }

  private synchronized void requireWanted() {
    if (cancelled) {
      throw new DaemonException(Kind.REFUSED, "the migration was cancelled");
    }
  }

  /** Nobody interrupts any more. */
  private synchronized void finish() {
    worker = null;
    boolean unused = Thread.interrupted();
  }

  @Override
  public void run() {
    begin();
    try {
      ObjectNode answer = migrate();
      afterwards.run();
      result.complete(answer);
    } catch (IOException e) {
      fail(new ToolException(to + ": the connection was lost (" + e.getMessage() + ")", e));
    } catch (InterruptedException e) {
      fail(new ToolException("the migration was interrupted", e));
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private void fail(Throwable cause) {
    finish();
    afterwards.run();
    boolean gaveUp;
    synchronized (this) {
      gaveUp = cancelled;
    }
    LOG.info("{} was not moved to {}: {}", domain.name(), to, cause.toString());
    result.completeExceptionally(
        gaveUp ? new DaemonException(Kind.REFUSED, "the migration was cancelled") : cause);
  }

  private ObjectNode migrate() throws IOException, InterruptedException {
    ObjectNode answer = DomainMethods.identity(domain).put("to", to);
    try (PeerLink peer = open()) {
      requireWanted();
      ObjectNode header = Json.object().put("id", id);
      header.set("config", config);
      byte[] code = CodeSample.of(machine, domain.guest());
      header.put("code", Base64.getEncoder().encodeToString(code));
      peer.send(header);
      expect(peer, "ok");
      // It may come to run there without anybody here knowing.
      table.keepDisks(domain);
      try {
        move(peer, answer);
      } catch (StreamException e) {
        throw explained(peer, e);
      }
      answer.put("bytes", peer.sent());
    }
    table.destroy(domain, "was moved to " + to);
    return answer;
  }

  /** What the other daemon says when nothing can be sent to it any more. */
  private ToolException explained(PeerLink peer, StreamException e) {
    if (!(e.getCause() instanceof IOException)) {
      return e;
    }
    try {
      JsonNode reply = peer.receive();
      if (reply.has("error")) {
        return new ToolException(to + ": " + reply.path("error").asText(), e);
      }
    } catch (IOException | ToolException nothing) {
      LOG.debug("{} said nothing", to, nothing);
    }
    return new ToolException(to + ": the connection was lost: " + e.getMessage(), e);
  }

  private void move(PeerLink peer, ObjectNode answer) throws IOException, InterruptedException {
    PacedOutput paced = new PacedOutput(peer.out(), bytesPerSecond);
    BufferedOutputStream out = new BufferedOutputStream(paced, BUFFER);
    StreamWriter stream = new StreamWriter(out);
    try (LiveSaver saver = new LiveSaver(machine.control(), domain.id(), stream, this::tell)) {
      answer.put("rounds", saver.copy());
      out.flush();
      LeavingDisks disks = new LeavingDisks(machine, domain);
      disks.flush();
      paced.unlimited();
      news = Json.object().put("suspending", true);
      long asked = System.nanoTime();
      Suspension suspension = Suspension.of(machine.control(), domain.guest(), patience);
      long stopped = System.nanoTime();
      boolean there = false;
      try {
        saver.finish();
        out.flush();
        expect(peer, "ready");
        disks.release();
        commit();
        there = runsThere(peer);
      } finally {
        if (!there) {
          finish();
          takeBack(disks);
          domain.goOn(suspension, false);
        }
      }
      answer.put("suspend_ns", stopped - asked).put("downtime_ns", System.nanoTime() - stopped);
      if (!there) {
        throw new ToolException(to + ": did not let it run, so it goes on here" + why);
      }
    }
  }

  /** The other daemon may have them open for a moment. */
  private void takeBack(LeavingDisks disks) {
    while (!forced && !domain.gone().isDone()) {
      try {
        disks.takeBack();
        return;
      } catch (ToolException e) {
        news = Json.object().put("disk", e.getMessage());
        LOG.warn("{}: a disk is not back yet: {}", domain.name(), e.getMessage());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS));
    }
  }

  private void tell(int round, long done, long of) {
    news = Json.object().put("round", round).put("pages", done).put("of", of);
  }

  private void expect(PeerLink peer, String word) throws IOException {
    JsonNode reply = peer.receive();
    if (reply.has("error")) {
      throw new ToolException(to + ": " + reply.path("error").asText());
    }
    if (!reply.path(word).asBoolean()) {
      throw new ToolException(to + ": does not speak this protocol");
    }
  }

  /** Lets it run there; whether it does. */
  private boolean runsThere(PeerLink peer) throws InterruptedException {
    try {
      peer.send(Json.object().put("go", true));
      return runs(peer.receive());
    } catch (IOException | ToolException e) {
      LOG.warn("{}: {} is asked again whether it runs: {}", domain.name(), to, e.toString());
    }
    peer.close();
    news = Json.object().put("undecided", true);
    while (!forced && !domain.gone().isDone()) {
      try (PeerLink again = open()) {
        again.send(Json.object().put("ask", id));
        return runs(again.receive());
      } catch (IOException | ToolException e) {
        LOG.debug("{} does not answer", to, e);
      }
      Thread.sleep(RETRY_MILLIS);
    }
    forced = false;
    return false;
  }

  private boolean runs(JsonNode reply) throws IOException {
    if (!reply.path("running").isBoolean()) {
      throw new IOException("no answer to the question");
    }
    String reason = reply.path("why").asText();
    why = reason.isEmpty() ? "" : ": " + reason;
    return reply.path("running").asBoolean();
  }
}
