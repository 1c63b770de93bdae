package dev.zendo.xenstore;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the xenstore wire protocol, over any channel that carries bytes: request bytes are
 * {@linkplain #feed fed} in pieces of any size, reply and event bytes are {@linkplain #take taken}
 * out in pieces of any size.
 *
 * <p>Memory is bounded whatever the client does: at most one incomplete request is held; no further
 * request is accepted while {@link Quotas#outstandingRequests} replies wait to be taken; events
 * wait in the {@link Connection}, once each, up to its limit. A request that announces more than
 * 4096 bytes ends the connection ({@link #isBroken}).
 *
 * <p>An event that a client's own request causes follows the reply. Thread-safe; no lock of the
 * store is held when {@code wake} is called.
 */
public final class WireConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WireConnection.class);
  private static final byte[] NOTHING = {};

  private final Store store;
  private final Connection connection;
  private final int maxReplies;

  private final byte[] header = new byte[MessageHeader.SIZE];
  private int headerLength;
  private byte[] body = NOTHING;
  private int bodyLength;
  private boolean broken;

  /** The names of quotas about which the log says that the domain has exhausted them. */
  private final Set<String> exhausted = new HashSet<>();

  /** Whole messages; of the first, {@link #taken} bytes are gone already. */
  private final Deque<byte[]> output = new ArrayDeque<>();

  private int taken;
  private int replies;

  /**
   * Serves a connection.
   *
   * @param wake called on any thread when events wait that may be taken, or after {@link
   *     #callForAttention}; it should only see to it that somebody calls {@link #take}, and offers
   *     what requests there are, soon
   */
  public WireConnection(Connection connection, Runnable wake) {
    this.store = connection.store();
    this.connection = connection;
    this.maxReplies = Math.max(1, store.quotas().outstandingRequests());
    connection.onEvents(wake);
  }

  /** The connection behind the wire. */
  public Connection connection() {
    return connection;
  }

  /**
   * Consumes request bytes and carries out the requests that become complete.
   *
   * @return how many bytes were consumed; fewer than {@code length} when too many replies wait: the
   *     rest is to be offered again after {@link #take}
   */
  public int feed(byte[] bytes, int offset, int length) {
    boolean outermost = Signals.putOff();
    try {
      return consume(bytes, offset, length);
    } finally {
      Signals.resume(outermost);
    }
  }

  private synchronized int consume(byte[] bytes, int offset, int length) {
    int at = offset;
    int end = offset + length;
    while (at < end && !broken) {
      if (headerLength < MessageHeader.SIZE) {
        if (headerLength == 0 && replies >= maxReplies) {
          break;
        }
        int count = Math.min(end - at, MessageHeader.SIZE - headerLength);
        System.arraycopy(bytes, at, header, headerLength, count);
        headerLength += count;
        at += count;
        if (headerLength == MessageHeader.SIZE) {
          beginBody();
        }
      } else {
        int count = Math.min(end - at, body.length - bodyLength);
        System.arraycopy(bytes, at, body, bodyLength, count);
        bodyLength += count;
        at += count;
      }
      if (!broken && headerLength == MessageHeader.SIZE && bodyLength == body.length) {
        carryOut();
      }
    }
    return broken ? length : at - offset;
  }

  private void beginBody() {
    int announced = MessageHeader.get(header, MessageHeader.LENGTH);
    if (Integer.compareUnsigned(announced, MessageHeader.MAX_PAYLOAD) > 0) {
      LOG.warn(
          "{} announced a request of {} bytes: closing its connection",
          connection,
          Integer.toUnsignedString(announced));
      breakOff();
      return;
    }
    body = announced == 0 ? NOTHING : new byte[announced];
    bodyLength = 0;
  }

  private void carryOut() {
    int type = MessageHeader.get(header, MessageHeader.TYPE);
    int tx = MessageHeader.get(header, MessageHeader.TRANSACTION_ID);
    Payload payload = new Payload(body, body.length);
    headerLength = 0;
    body = NOTHING;
    bodyLength = 0;
    moveEvents();
    try {
      reply(type, tx, XenstoreProtocol.answer(store, connection, type, tx, payload));
    } catch (StoreException e) {
      log(type, e);
      refuse(tx, e.error());
    } catch (RuntimeException e) {
      LOG.error("a request of type {} of {} failed", type, connection, e);
      refuse(tx, StoreError.EIO);
    }
    moveEvents();
  }

  /** Says once in the log which of its quotas a domain has exhausted. */
  private void log(int type, StoreException refusal) {
    if (refusal.quota().isPresent() && exhausted.add(refusal.quota().get())) {
      LOG.warn("{} was refused a request: {}", connection, refusal.getMessage());
    } else {
      LOG.debug("{} was refused a request of type {}: {}", connection, type, refusal.getMessage());
    }
  }

  private void refuse(int tx, StoreError error) {
    reply(MessageType.ERROR.number, tx, XenstoreProtocol.text(error.name()));
  }

  private void reply(int type, int tx, byte[] payload) {
    replies++;
    send(type, MessageHeader.get(header, MessageHeader.REQUEST_ID), tx, payload);
  }

  private void send(int type, int request, int tx, byte[] payload) {
    byte[] message = new byte[MessageHeader.SIZE + payload.length];
    MessageHeader.put(message, MessageHeader.TYPE, type);
    MessageHeader.put(message, MessageHeader.REQUEST_ID, request);
    MessageHeader.put(message, MessageHeader.TRANSACTION_ID, tx);
    MessageHeader.put(message, MessageHeader.LENGTH, payload.length);
    System.arraycopy(payload, 0, message, MessageHeader.SIZE, payload.length);
    output.add(message);
  }

  /** Turns waiting events into messages, but only a few ahead: queued ones are still merged. */
  private void moveEvents() {
    while (output.size() < 2 * maxReplies) {
      WatchEvent event = connection.pollEvent();
      if (event == null) {
        return;
      }
      byte[] path = XenstoreProtocol.text(event.path());
      byte[] token = XenstoreProtocol.text(event.token());
      byte[] payload = new byte[path.length + token.length];
      System.arraycopy(path, 0, payload, 0, path.length);
      System.arraycopy(token, 0, payload, path.length, token.length);
      send(MessageType.WATCH_EVENT.number, 0, 0, payload);
    }
  }

  /**
   * Takes reply and event bytes out.
   *
   * @return how many bytes were put into {@code bytes}; 0 when nothing waits
   */
  public synchronized int take(byte[] bytes, int offset, int length) {
    int at = offset;
    int end = offset + length;
    while (at < end && !broken) {
      if (output.isEmpty()) {
        moveEvents();
      }
      byte[] message = output.peek();
      if (message == null) {
        break;
      }
      int count = Math.min(end - at, message.length - taken);
      System.arraycopy(message, taken, bytes, at, count);
      at += count;
      taken += count;
      if (taken == message.length) {
        output.remove();
        taken = 0;
        if (message[MessageHeader.TYPE] != MessageType.WATCH_EVENT.number) {
          replies--;
        }
      }
    }
    return at - offset;
  }

  /** Has {@code wake} called, when no lock of the store is held. */
  void callForAttention() {
    Signals.send(List.of(connection));
  }

  /** Whether {@link #take} would give something. */
  public synchronized boolean hasOutput() {
    return !broken && (!output.isEmpty() || connection.hasEvents());
  }

  /** Whether the client has violated the protocol: it is not served any more. */
  public synchronized boolean isBroken() {
    return broken;
  }

  private void breakOff() {
    broken = true;
    headerLength = 0;
    body = NOTHING;
    bodyLength = 0;
    output.clear();
    connection.close();
  }

  /** Ends the connection: drops its watches, transactions and unsent messages. */
  @Override
  public synchronized void close() {
    if (!broken) {
      breakOff();
    }
  }
}
