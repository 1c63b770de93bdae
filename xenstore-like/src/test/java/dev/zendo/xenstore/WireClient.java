package dev.zendo.xenstore;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A client that speaks the wire protocol to a {@link WireConnection} in the same thread. */
final class WireClient {
  /** A message from the store, with {@code |} for NUL in its payload. */
  record Message(int type, int request, int tx, String text) {
    /** The payload of a success, or {@code !} and the name of the error. */
    String outcome() {
      return type == MessageType.ERROR.number ? "!" + text.replace("|", "") : text;
    }
  }

  final WireConnection wire;
  private final Deque<Message> events = new ArrayDeque<>();
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private int lastRequest;

  WireClient(Store store, int domid) {
    this.wire = new WireConnection(store.connect(domid), () -> {});
  }

  /** The bytes of a request; {@code |} in the payload stands for NUL. */
  static byte[] request(int type, int request, int tx, String payload) {
    return request(
        type, request, tx, payload.replace('|', '\0').getBytes(StandardCharsets.ISO_8859_1));
  }

  static byte[] request(int type, int request, int tx, byte[] payload) {
    byte[] bytes = new byte[MessageHeader.SIZE + payload.length];
    MessageHeader.put(bytes, MessageHeader.TYPE, type);
    MessageHeader.put(bytes, MessageHeader.REQUEST_ID, request);
    MessageHeader.put(bytes, MessageHeader.TRANSACTION_ID, tx);
    MessageHeader.put(bytes, MessageHeader.LENGTH, payload.length);
    System.arraycopy(payload, 0, bytes, MessageHeader.SIZE, payload.length);
    return bytes;
  }

  /** Sends a request and returns what came of it; events that come with it are kept. */
  String call(MessageType type, String payload) {
    return call(type, 0, payload);
  }

  String call(MessageType type, int tx, String payload) {
    return reply(type.number, tx, payload).outcome();
  }

  Message reply(int type, int tx, String payload) {
    byte[] bytes = request(type, ++lastRequest, tx, payload);
    wire.feed(bytes, 0, bytes.length);
    Message answer = null;
    for (Message message : receive()) {
      if (message.type == MessageType.WATCH_EVENT.number) {
        events.add(message);
      } else if (answer == null && message.request == lastRequest) {
        answer = message;
      } else {
        throw new AssertionError("unexpected " + message);
      }
    }
    if (answer == null) {
      throw new AssertionError("no reply");
    }
    return answer;
  }

  /** Begins a transaction. */
  int begin() {
    String id = call(MessageType.TRANSACTION_START, "|");
    return Integer.parseInt(id.replace("|", ""));
  }

  /** The events so far as {@code path|token|}. */
  List<String> events() {
    List<String> texts = new ArrayList<>();
    for (Message message : receive()) {
      events.add(message);
    }
    while (!events.isEmpty()) {
      texts.add(events.remove().text());
    }
    return texts;
  }

  /** All messages that have come. */
  List<Message> receive() {
    byte[] buffer = new byte[100];
    for (int n = wire.take(buffer, 0, buffer.length);
        n > 0;
        n = wire.take(buffer, 0, buffer.length)) {
      received.write(buffer, 0, n);
    }
    return parse(received);
  }

  /** Takes the whole messages out of what was received. */
  static List<Message> parse(ByteArrayOutputStream received) {
    byte[] bytes = received.toByteArray();
    received.reset();
    List<Message> messages = new ArrayList<>();
    int at = 0;
    while (bytes.length - at >= MessageHeader.SIZE) {
      int length = MessageHeader.get(bytes, at + MessageHeader.LENGTH);
      if (bytes.length - at < MessageHeader.SIZE + length) {
        break;
      }
      String payload =
          new String(bytes, at + MessageHeader.SIZE, length, StandardCharsets.ISO_8859_1);
      messages.add(
          new Message(
              MessageHeader.get(bytes, at + MessageHeader.TYPE),
              MessageHeader.get(bytes, at + MessageHeader.REQUEST_ID),
              MessageHeader.get(bytes, at + MessageHeader.TRANSACTION_ID),
              payload.replace('\0', '|')));
      at += MessageHeader.SIZE + length;
    }
    received.write(bytes, at, bytes.length - at);
    return messages;
  }
}
