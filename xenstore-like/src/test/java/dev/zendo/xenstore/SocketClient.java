package dev.zendo.xenstore;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/** A blocking client of a socket that speaks the wire protocol: ours or a real xenstored's. */
final class SocketClient implements AutoCloseable {
  final SocketChannel channel;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private final Deque<WireClient.Message> messages = new ArrayDeque<>();
  private final Deque<String> events = new ArrayDeque<>();
  private int lastRequest;

  SocketClient(java.nio.file.Path file) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(file));
  }

  String call(MessageType type, String payload) throws IOException {
    return call(type, 0, payload);
  }

  String call(MessageType type, int tx, String payload) throws IOException {
    send(WireClient.request(type.number, ++lastRequest, tx, payload));
    while (true) {
      WireClient.Message message = next();
      if (message.type() != MessageType.WATCH_EVENT.number) {
        return message.outcome();
      }
      events.add(message.text());
    }
  }

  int begin() throws IOException {
    return Integer.parseInt(call(MessageType.TRANSACTION_START, "|").replace("|", ""));
  }

  void send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** The next event, waiting for it. */
  String event() throws IOException {
    if (!events.isEmpty()) {
      return events.remove();
    }
    return next().text();
  }

  /** The events that have come with replies so far. */
  Deque<String> takeEvents() {
    Deque<String> taken = new ArrayDeque<>(events);
    events.clear();
    return taken;
  }

  WireClient.Message next() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    while (messages.isEmpty()) {
      int count = channel.read(buffer.clear());
      if (count < 0) {
        throw new EOFException();
      }
      received.write(buffer.array(), 0, count);
      messages.addAll(WireClient.parse(received));
    }
    return messages.remove();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
