package dev.zendo.dom0.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsoleViewersTest {
  private final ConsoleViewers viewers = new ConsoleViewers();
  private SocketChannel user;
  private SocketChannel viewer;

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      user = SocketChannel.open(server.getLocalAddress());
      viewer = server.accept();
    }
  }

  @AfterEach
  void disconnect() throws IOException {
    user.close();
  }

  @Test
  void whoComesAfterTheEndSeesThePastAndIsSentAway() throws IOException {
    print("hello\r\n");
    viewers.close();
    viewers.serve(viewer);
    assertEquals("hello\r\n", allThatComes());
  }

  @Test
  void aViewerSeesThePastThenWhatComesThenTheEnd() throws Exception {
    print("one ");
    Thread server = new Thread(() -> viewers.serve(viewer));
    server.start();
    byte[] past = Channels.newInputStream(user).readNBytes(4);
    assertEquals("one ", new String(past, StandardCharsets.UTF_8));
    print("two");
    viewers.close();
    assertEquals("two", allThatComes());
    server.join();
  }

  private void print(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    viewers.accept(bytes, bytes.length);
  }

  private String allThatComes() throws IOException {
    return new String(Channels.newInputStream(user).readAllBytes(), StandardCharsets.UTF_8);
  }
}
