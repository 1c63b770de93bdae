package dev.zendo.dom0.net.nat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.net.bridge.Bridge;
import dev.zendo.dom0.net.bridge.PortFeatures;
import dev.zendo.dom0.net.nat.dhcp.DhcpMessage;
import dev.zendo.dom0.net.nat.tcp.TcpSegment;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.InternetChecksum;
import dev.zendo.dom0.net.wire.Ip;
import dev.zendo.dom0.net.wire.Offload;
import dev.zendo.dom0.net.wire.PacketView;
import dev.zendo.dom0.net.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A guest, the switch and real sockets of the host's loopback interface. */
@Timeout(60)
class UserNetworkTest {
  private static final long MAC = 0x0016_3e00_0001L;
  private static final int ADDRESS = 0x0a00020f;
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final ExecutorService events = Executors.newSingleThreadExecutor();
  private final ExecutorService hosts = Executors.newCachedThreadPool();
  private final FramePool pool = new FramePool();
  private final Bridge bridge = new Bridge("xenbr0", pool, System::nanoTime);
  @TempDir private Path folder;
  private UserNetwork network;
  private NatGuest guest;

  private void start(String spec) throws ExecutionException, InterruptedException {
    join(UserNetwork.open(NetworkSpec.parse(spec, "xenbr0"), pool, events));
  }

  private void join(UserNetwork opened) throws ExecutionException, InterruptedException {
    network = opened;
    events
        .submit(
            () -> {
              network.join(bridge);
              guest = new NatGuest(bridge, events, MAC, ADDRESS, PortFeatures.ALL);
            })
        .get();
  }

  @AfterEach
  void stop() throws ExecutionException, InterruptedException {
    assertEquals(0L, network.metrics().get("failures"));
    events.submit(network::close).get();
    events.shutdownNow();
    hosts.shutdownNow();
  }

  @Test
  void anAddressIsGivenAndTheGatewayAnswers() throws Exception {
    start("nat=yes");
    guest.send(guest.dhcp(DhcpMessage.DISCOVER, 0));
    Frame offer = guest.take(Ip.UDP);
    assertEquals(ADDRESS, Wire.i32(offer.data(), 42 + 16));
    guest.send(guest.dhcp(DhcpMessage.REQUEST, ADDRESS));
    assertEquals(DhcpMessage.ACK, Wire.u8(guest.take(Ip.UDP).data(), 42 + 242));
    guest.send(guest.arp(NatGuest.GATEWAY));
    Frame arp = guest.any();
    assertEquals(NatGuest.GATEWAY_STATION, Wire.u48(arp.data(), 22));
    guest.send(ping(NatGuest.GATEWAY));
    Frame echo = guest.take(Ip.ICMP);
    assertEquals(0, Wire.u8(echo.data(), 34));
    assertTrue(sound(echo));
    assertEquals(0x1234, Wire.u16(echo.data(), 38));
  }

  private Frame ping(int to) {
    Frame frame = guest.writer.ip(NatGuest.GATEWAY_STATION, ADDRESS, to, Ip.ICMP, 64);
    byte[] data = frame.data();
    Arrays.fill(data, 34, 98, (byte) 7);
    Wire.put32(data, 34, 0x0800_0000);
    Wire.put16(data, 38, 0x1234);
    Wire.put16(data, 36, InternetChecksum.of(data, 34, 64));
    return frame;
  }

  private boolean sound(Frame frame) {
    PacketView view = new PacketView();
    assertTrue(view.parse(frame.data(), frame.length()));
    new Offload(pool).complete(frame);
    frame.checksum(false, false);
    return Offload.verified(frame, view);
  }

  @Test
  void whatCannotBeReachedIsSaidSo() throws Exception {
    start("nat=yes");
    guest.send(ping(0x7f000001));
    assertEquals(0x0301, Wire.u16(guest.take(Ip.ICMP).data(), 34));
    guest.send(guest.udp(ADDRESS, 99, NatGuest.GATEWAY, 1, new byte[3], false));
    Frame port = guest.take(Ip.ICMP);
    assertEquals(0x0303, Wire.u16(port.data(), 34));
    assertEquals(ADDRESS, Wire.i32(port.data(), 42 + Ip.V4_SOURCE));
    assertTrue(sound(port));
  }

  /** Sends back all bytes of one connection, and then the end. */
  private Future<Integer> echoServer(ServerSocket server) {
    return hosts.submit(
        () -> {
          try (Socket socket = server.accept()) {
            return (int) socket.getInputStream().transferTo(socket.getOutputStream());
          }
        });
  }

  /** Sends bytes and the end, and returns what came back until the other's end. */
  private static byte[] exchange(NatGuest.Connection connection, byte[] bytes)
      throws InterruptedException {
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    int at = 0;
    while (!connection.end.done()) {
      connection.step();
      if (connection.end.open()) {
        at += connection.end.outgoing().append(bytes, at, bytes.length - at);
        if (at == bytes.length) {
          connection.end.finish();
        }
      }
      byte[] some = new byte[connection.end.incoming().size()];
      connection.end.incoming().copy(0, some, 0, some.length);
      connection.end.incoming().drop(some.length);
      got.writeBytes(some);
      connection.end.flush(System.nanoTime());
    }
    assertFalse(connection.end.broken());
    return got.toByteArray();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void theHostsLoopbackIsReachedThroughTheGatewayWhenAllowed() throws Exception {
    start("host-loopback=yes");
    try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
      Future<Integer> echoed = echoServer(server);
      byte[] bytes = random(3_000_000);
      NatGuest.Connection connection =
          guest.new Connection(5000, NatGuest.GATEWAY, server.getLocalPort(), null);
      assertArrayEquals(bytes, exchange(connection, bytes));
      assertEquals(bytes.length, echoed.get());
    }
  }

  @Test
  void theHostsLoopbackIsNotReachedOtherwise() throws Exception {
    start("nat=yes");
    try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
      for (int to : new int[] {NatGuest.GATEWAY, 0x7f000001, 0, 0x7fffff00}) {
        NatGuest.Connection connection =
            guest.new Connection(5000, to, server.getLocalPort(), null);
        while (!connection.end.broken()) {
          connection.step();
        }
      }
    }
    assertEquals(4L, network.metrics().get("refused"));
    assertEquals(0L, network.metrics().get("tcp_opened"));
  }

  @Test
  void whoeverRefusesTheHostRefusesTheGuest() throws Exception {
    start("host-loopback=yes");
    int port;
    try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
      port = server.getLocalPort();
    }
    NatGuest.Connection connection = guest.new Connection(5000, NatGuest.GATEWAY, port, null);
    while (!connection.end.broken()) {
      connection.step();
    }
    assertEquals(1L, network.metrics().get("tcp_failed"));
  }

  @Test
  void aPortOfTheHostLeadsToTheGuest() throws Exception {
    start("hostfwd=tcp:127.0.0.1:0-:22");
    int port = network.forwardedPorts().get(0);
    byte[] bytes = random(500_000);
    Future<byte[]> client =
        hosts.submit(
            () -> {
              try (Socket socket = new Socket(LOOPBACK, port)) {
                var unused = hosts.submit(() -> sendAll(socket, bytes));
                return socket.getInputStream().readAllBytes();
              }
            });
    Frame syn = guest.take(Ip.TCP);
    assertEquals(22, Wire.u16(syn.data(), 36));
    TcpSegment segment = guest.segment(syn);
    NatGuest.Connection connection =
        guest.new Connection(22, NatGuest.GATEWAY, Wire.u16(syn.data(), 34), segment);
    connection.end.accept(System.nanoTime());
    byte[] answer = random(300_000);
    assertArrayEquals(bytes, exchange(connection, answer));
    assertArrayEquals(answer, client.get());
  }

  private static Void sendAll(Socket socket, byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.shutdownOutput();
    return null;
  }

  @Test
  void datagramsComeBackAlsoLargeOnes() throws Exception {
    start("host-loopback=yes");
    try (DatagramSocket server = new DatagramSocket(0, LOOPBACK)) {
      byte[] ask = random(1000);
      int port = server.getLocalPort();
      guest.send(guest.udp(ADDRESS, 777, NatGuest.GATEWAY, port, ask, false));
      DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
      server.receive(packet);
      assertArrayEquals(ask, Arrays.copyOf(packet.getData(), packet.getLength()));
      byte[] large = random(4000);
      server.send(new DatagramPacket(ask, ask.length, packet.getSocketAddress()));
      server.send(new DatagramPacket(large, large.length, packet.getSocketAddress()));
      Frame small = guest.take(Ip.UDP);
      assertTrue(sound(small));
      assertArrayEquals(ask, Arrays.copyOfRange(small.data(), 42, 1042));
      byte[] whole = new byte[4008];
      for (int got = 0; got < whole.length; ) {
        Frame piece = guest.take(Ip.UDP);
        int bytes = piece.length() - 34;
        int offset = (Wire.u16(piece.data(), 20) & 0x1fff) * 8;
        System.arraycopy(piece.data(), 34, whole, offset, bytes);
        got += bytes;
      }
      assertArrayEquals(large, Arrays.copyOfRange(whole, 8, 4008));
      byte[] pseudo = new byte[12];
      Wire.put32(pseudo, 0, NatGuest.GATEWAY);
      Wire.put32(pseudo, 4, ADDRESS);
      Wire.put32(pseudo, 8, Ip.UDP << 16 | whole.length);
      long sum = InternetChecksum.add(InternetChecksum.add(0, pseudo, 0, 12), whole, 0, 4008);
      assertEquals(0xffff, InternetChecksum.fold(sum));
    }
  }

  @Test
  void aPortForDatagramsLeadsToTheGuest() throws Exception {
    start("hostfwd=udp:127.0.0.1:0-:53");
    guest.send(guest.arp(NatGuest.GATEWAY));
    assertNotNull(guest.any());
    int port = network.forwardedPorts().get(0);
    try (DatagramSocket one = new DatagramSocket(0, LOOPBACK);
        DatagramSocket two = new DatagramSocket(0, LOOPBACK)) {
      one.setSoTimeout(10_000);
      int first = ask(one, port, 10);
      int second = ask(two, port, 20);
      assertEquals(first, ask(one, port, 30));
      assertTrue(first != second, "the guest tells them apart");
      answer(first, one);
      answer(second, two);
    }
    assertEquals(2L, network.metrics().get("udp_forwarded"));
  }

  /** Sends a datagram to the guest, and returns the port of the gateway from which it comes. */
  private int ask(DatagramSocket from, int port, int length) throws Exception {
    from.send(new DatagramPacket(random(length), length, LOOPBACK, port));
    Frame frame = guest.take(Ip.UDP);
    assertEquals(NatGuest.GATEWAY, Wire.i32(frame.data(), 14 + Ip.V4_SOURCE));
    assertEquals(53, Wire.u16(frame.data(), 36));
    assertArrayEquals(random(length), Arrays.copyOfRange(frame.data(), 42, frame.length()));
    return Wire.u16(frame.data(), 34);
  }

  private void answer(int port, DatagramSocket to) throws IOException {
    guest.send(guest.udp(ADDRESS, 53, NatGuest.GATEWAY, port, random(port), false));
    DatagramPacket packet = new DatagramPacket(new byte[0x10000], 0x10000);
    to.receive(packet);
    assertArrayEquals(random(port), Arrays.copyOf(packet.getData(), packet.getLength()));
  }

  private void inFragments(Frame frame) {
    new Offload(pool).complete(frame);
    byte[] data = frame.data();
    int bytes = frame.length() - 34;
    int protocol = Wire.u8(data, 14 + Ip.V4_PROTOCOL);
    int to = Wire.i32(data, 14 + Ip.V4_DESTINATION);
    for (int at = 0; at < bytes; at += 1000) {
      int piece = Math.min(1000, bytes - at);
      int bits = at / 8 | (at + piece < bytes ? Ip.MORE_FRAGMENTS : 0);
      Frame part =
          guest.writer.fragment(NatGuest.GATEWAY_STATION, ADDRESS, to, protocol, piece, 77, bits);
      System.arraycopy(data, 34 + at, part.data(), 34, piece);
      guest.send(part);
    }
    frame.release();
  }

  @Test
  void theNameServerIsAskedOverBothProtocols() throws Exception {
    int nameServer = NatGuest.GATEWAY + 1;
    try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK);
        DatagramSocket datagrams = new DatagramSocket(server.getLocalPort(), LOOPBACK)) {
      Path file = Files.writeString(folder.resolve("resolv.conf"), "nameserver 127.0.0.1\n");
      Resolvers resolvers = new Resolvers(file, server.getLocalPort(), System::nanoTime);
      join(UserNetwork.open(NetworkSpec.usual("xenbr0"), pool, events, resolvers));
      Future<Integer> echoed = echoServer(server);
      byte[] bytes = random(5000);
      NatGuest.Connection connection = guest.new Connection(5000, nameServer, 53, null);
      assertArrayEquals(bytes, exchange(connection, bytes));
      assertEquals(bytes.length, echoed.get());
      guest.send(guest.udp(ADDRESS, 5001, nameServer, 53, random(40), false));
      DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
      datagrams.receive(packet);
      assertEquals(40, packet.getLength());
    }
  }

  @Test
  void fragmentsArePutTogether() throws Exception {
    start("host-loopback=yes");
    try (DatagramSocket server = new DatagramSocket(0, LOOPBACK)) {
      byte[] large = random(65_507 - 20);
      inFragments(guest.udp(ADDRESS, 9, NatGuest.GATEWAY, server.getLocalPort(), large, false));
      DatagramPacket packet = new DatagramPacket(new byte[0x10000], 0x10000);
      server.setSoTimeout(10_000);
      server.receive(packet);
      assertArrayEquals(large, Arrays.copyOf(packet.getData(), packet.getLength()));
    }
    Frame ping = ping(NatGuest.GATEWAY);
    Frame large = guest.writer.ip(7, ADDRESS, NatGuest.GATEWAY, Ip.ICMP, 4000);
    Arrays.fill(large.data(), 34, 4034, (byte) 5);
    System.arraycopy(ping.data(), 34, large.data(), 34, 8);
    Wire.put16(large.data(), 36, 0);
    Wire.put16(large.data(), 36, InternetChecksum.of(large.data(), 34, 4000));
    inFragments(large);
    for (int got = 0; got < 4000; ) {
      Frame echo = guest.take(Ip.ICMP);
      assertTrue(echo.length() <= 1514);
      got += echo.length() - 34;
    }
    assertEquals(2L, network.metrics().get("reassembled"));
    assertEquals(0L, network.metrics().get("malformed"));
  }

  @Test
  void nobodyTakesAnothersAddress() throws Exception {
    start("hostfwd=tcp:127.0.0.1:0-:22");
    guest.send(guest.dhcp(DhcpMessage.REQUEST, ADDRESS));
    assertNotNull(guest.take(Ip.UDP));
    NatGuest thief =
        events
            .submit(() -> new NatGuest(bridge, events, MAC + 1, ADDRESS, PortFeatures.NONE))
            .get();
    thief.send(thief.arp(NatGuest.GATEWAY));
    thief.send(thief.udp(ADDRESS, 1, 0x01010101, 9, new byte[1], false));
    guest.send(guest.arp(NatGuest.GATEWAY));
    try (Socket socket = new Socket(LOOPBACK, network.forwardedPorts().get(0))) {
      assertNotNull(guest.take(Ip.TCP));
      assertTrue(socket.isConnected());
    }
    assertEquals(2L, network.metrics().get("malformed"));
    assertEquals(0L, network.metrics().get("udp_opened"));
  }

  @Test
  void noiseIsSurvived() throws Exception {
    start("nat=no");
    Random random = new Random(4);
    byte[] nothing = new byte[20];
    for (int i = 0; i < 20_000; i++) {
      Frame frame =
          switch (random.nextInt(5)) {
            case 0 -> guest.arp(NatGuest.GATEWAY);
            case 1 -> guest.dhcp(1 + random.nextInt(8), ADDRESS);
            case 2 ->
                guest.writer.fragment(
                    NatGuest.GATEWAY_STATION, ADDRESS, 99, 17, 40, i / 4, i % 4 * 5 | 0x2000);
            case 3 -> guest.udp(ADDRESS, 5, NatGuest.GATEWAY, 53, nothing, false);
            default -> guest.writer.ip(NatGuest.GATEWAY_STATION, ADDRESS, 0x7f000001, 6, 20);
          };
      for (int j = random.nextInt(4); j > 0; j--) {
        Wire.put8(frame.data(), 12 + random.nextInt(frame.length() - 12), random.nextInt());
      }
      // As if the guest's own card had said that the checksum is right.
      frame.checksum(false, random.nextBoolean());
      frame.length(random.nextInt(8) == 0 ? random.nextInt(frame.length()) : frame.length());
      guest.send(frame);
    }
    Frame echo = null;
    for (int i = 0; i < 100 && echo == null; i++) {
      // While it is behind with the noise it drops what comes, also a ping.
      guest.send(ping(NatGuest.GATEWAY));
      do {
        echo = guest.take(Ip.ICMP, 100);
      } while (echo != null && Wire.u8(echo.data(), 34) != 0);
    }
    assertNotNull(echo);
    assertEquals(0L, network.metrics().get("failures"));
  }
}
