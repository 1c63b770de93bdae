package dev.zendo.dom0.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.device.FakeFrontend;
import dev.zendo.hypercalls.io.ConsoleRing;
import dev.zendo.hypercalls.io.XenbusState;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Places of the host where a console can be, and further consoles of a domain. */
class ConsoleEndsTest {
  @TempDir private Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Keeps what is typed. */
  private static final class Typed implements ConsoleInput {
    final BlockingQueue<String> texts = new LinkedBlockingQueue<>();

    @Override
    public void type(byte[] bytes, int offset, int length) {
      texts.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void resume() {}

    String next() throws InterruptedException {
      return texts.poll(1, TimeUnit.MINUTES);
    }
  }

  private static String read(SocketChannel viewer, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      assertTrue(viewer.read(buffer) >= 0, "the socket stays open");
    }
    return new String(buffer.array(), StandardCharsets.UTF_8);
  }

  @Test
  void aFileIsRotatedAndKeepsAllThatFits() throws IOException {
    Path log = folder.resolve("log");
    try (RotatingFile file = new RotatingFile(log, 10, 2)) {
      file.write(bytes("0123456789abcdefghijABCDEFGHIJxyz"));
    }
    try (RotatingFile file = new RotatingFile(log, 10, 2)) {
      file.write(bytes("w"));
    }
    assertEquals("xyzw", Files.readString(log));
    assertEquals("ABCDEFGHIJ", Files.readString(folder.resolve("log.1")));
    assertEquals("abcdefghij", Files.readString(folder.resolve("log.2")));
    assertFalse(Files.exists(folder.resolve("log.3")));
  }

  @Test
  void aFileGoesOnWhenThereIsRoomAgain() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "there is no /dev/full");
    Path log = Files.createSymbolicLink(folder.resolve("log"), full);
    try (RotatingFile file = new RotatingFile(log, 10, 2)) {
      file.write(bytes("lost"));
      file.write(bytes("lost"));
      Files.delete(log);
      file.write(bytes("kept"));
    }
    assertEquals("kept", Files.readString(log));
  }

  @Test
  void aStreamThatFailsIsToldAndHoldsUpNothing() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    OutputWriter writer = new OutputWriter("full", full);
    for (int i = 0; i < 100; i++) {
      writer.accept(bytes("text"), 4);
    }
    writer.close();
    assertEquals("No space left on device", writer.failure().orElseThrow().getMessage());
  }

  @Test
  void manyViewersOfASocketSeeTheSame() throws Exception {
    Path path = folder.resolve("socket");
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
    Typed typed = new Typed();
    try (SocketEnd end = new SocketEnd(path)) {
      end.connect(typed);
      end.output().accept(bytes("past."), 5);
      try (SocketChannel one = SocketChannel.open(address);
          SocketChannel two = SocketChannel.open(address)) {
        assertEquals("past.", read(one, 5));
        assertEquals("past.", read(two, 5));
        end.output().accept(bytes("now"), 3);
        assertEquals("now", read(one, 3));
        assertEquals("now", read(two, 3));
        one.write(ByteBuffer.wrap(bytes("key")));
        assertEquals("key", typed.next());
        assertEquals(Integer.MAX_VALUE, end.output().room(), "no viewer holds the guest up");
        assertThrows(ToolException.class, () -> new SocketEnd(path).close());
      }
    }
    assertFalse(Files.exists(path));
    Path file = Files.writeString(folder.resolve("file"), "precious");
    assertThrows(ToolException.class, () -> new SocketEnd(file).close());
    assertEquals("precious", Files.readString(file));
  }

  @Test
  void aTerminalProgramUsesAPseudoTerminal() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/ptmx")), "the host has no pseudo-terminals");
    Typed typed = new Typed();
    try (PtyEnd end = new PtyEnd()) {
      end.connect(typed);
      try (RandomAccessFile terminal = new RandomAccessFile(end.address(), "rw")) {
        end.output().accept(bytes("hello"), 5);
        byte[] seen = new byte[5];
        terminal.readFully(seen);
        assertEquals("hello", new String(seen, StandardCharsets.UTF_8));
        terminal.write(bytes("a\r"));
        assertEquals("a\r", typed.next(), "raw: nothing is translated or echoed");
      }
    }
  }

  @Test
  void aChannelIsAConsoleOfItsOwn() throws Exception {
    Path path = folder.resolve("channel");
    DeviceSpec device = ChannelSpec.parse("name=a,connection=socket,path=" + path, Path.of(""), 1);
    try (Machine machine = Machine.start(64, 1)) {
      try (FakeFrontend frontend = new FakeFrontend(machine, List.of(device));
          SocketChannel viewer = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        FakeFrontend.Page page = frontend.pages(1).get(0);
        int port = frontend.port();
        frontend.write(device, "ring-ref", frontend.grant(page, true));
        frontend.write(device, "port", port);
        frontend.state(device, XenbusState.INITIALISED);
        frontend.awaitState(device, XenbusState.CONNECTED);
        frontend.memory().write(ConsoleRing.OUT.at(page.address()), bytes("hello"), 0, 5);
        long produced = page.address() + ConsoleRing.OUT_PROD.offset();
        frontend.memory().putIntRelease(produced, 5);
        frontend.send(port);
        assertEquals("hello", read(viewer, 5));
        viewer.write(ByteBuffer.wrap(bytes("key")));
        long typed = page.address() + ConsoleRing.IN_PROD.offset();
        while (frontend.memory().getIntAcquire(typed) < 3) {
          Thread.sleep(1);
        }
        frontend.memory().putIntRelease(produced, 1 << 20);
        frontend.send(port);
        frontend.awaitState(device, XenbusState.CLOSING);
      }
      assertEquals(0, machine.internalErrors().size());
    }
  }

  @Test
  void whatAChannelSaysIsChecked() {
    assertThrows(ToolException.class, () -> ChannelSpec.parse("connection=pty", Path.of(""), 1));
    assertThrows(
        ToolException.class, () -> ChannelSpec.parse("name=a,connection=socket", Path.of(""), 1));
    assertThrows(ToolException.class, () -> ChannelSpec.parse("name=a,colour=red", Path.of(""), 1));
    assertEquals(2, ChannelSpec.parse("name=a,connection=pty", Path.of(""), 2).devid());
  }
}
