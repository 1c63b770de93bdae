package dev.zendo.dom0.net.nat.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.net.wire.Wire;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DhcpServerTest {
  private static final int SERVER = 0x0a000202;
  private static final int FIRST = 0x0a00020f;
  private static final long DAY = TimeUnit.DAYS.toNanos(1);

  private final DhcpServer server = server(3);
  private final byte[] answer = new byte[DhcpServer.ANSWER_BYTES];
  private long now;

  private static DhcpServer server(int count) {
    return new DhcpServer(new DhcpConfig(SERVER, 0xffffff00, SERVER, SERVER + 1, FIRST, count));
  }

  private static DhcpMessage message(int type, long station, int client, int wanted, int to) {
    return new DhcpMessage(type, 0x12345678, false, client, station, wanted, to);
  }

  private int ask(int type, long station, int client, int wanted, int to) {
    return server.answer(message(type, station, client, wanted, to), answer, 0, now);
  }

  private int offered() {
    return Wire.i32(answer, DhcpServer.YOURS);
  }

  private int lease(long station) {
    assertEquals(DhcpMessage.OFFER, ask(DhcpMessage.DISCOVER, station, 0, 0, 0));
    int address = offered();
    assertEquals(DhcpMessage.ACK, ask(DhcpMessage.REQUEST, station, 0, address, SERVER));
    assertEquals(address, offered());
    return address;
  }

  @Test
  void stationsGetTheirOwnAddressesAndKeepThem() {
    assertEquals(FIRST, lease(1));
    assertEquals(FIRST + 1, lease(2));
    assertEquals(FIRST, lease(1));
    assertEquals(1, server.owner(FIRST));
  }

  @Test
  void theAnswerSaysAllThatAClientNeeds() {
    lease(1);
    assertEquals(0x0201_0600, Wire.i32(answer, 0));
    assertEquals(0x12345678, Wire.i32(answer, 4));
    assertEquals(1, Wire.u48(answer, 28));
    int at = 240;
    StringBuilder options = new StringBuilder();
    while (Wire.u8(answer, at) != 255) {
      options.append(Wire.u8(answer, at)).append(' ');
      at += 2 + Wire.u8(answer, at + 1);
    }
    assertEquals("53 54 51 1 3 6 ", options.toString());
  }

  @Test
  void whoWantsAnothersAddressIsRefused() {
    int address = lease(1);
    assertEquals(DhcpMessage.NAK, ask(DhcpMessage.REQUEST, 2, 0, address, 0));
    assertEquals(DhcpMessage.NAK, ask(DhcpMessage.REQUEST, 2, address, 0, 0));
    assertEquals(DhcpMessage.NAK, ask(DhcpMessage.REQUEST, 2, 0, 0xc0a80001, 0));
    assertEquals(DhcpMessage.NAK, ask(DhcpMessage.REQUEST, 1, 0, address + 1, 0));
    assertEquals(0, offered());
  }

  @Test
  void anAddressFromAnEarlierRunIsGivenWhenItIsFree() {
    assertEquals(DhcpMessage.ACK, ask(DhcpMessage.REQUEST, 1, 0, FIRST + 2, 0));
    assertEquals(FIRST, lease(2));
  }

  @Test
  void aLeaseIsRenewed() {
    int address = lease(1);
    now = DAY / 2;
    assertEquals(DhcpMessage.ACK, ask(DhcpMessage.REQUEST, 1, address, 0, 0));
    lease(2);
    lease(3);
    now = DAY + 1;
    assertEquals(0, ask(DhcpMessage.DISCOVER, 4, 0, 0, 0), "all three still run");
    now = 2 * DAY;
    assertEquals(DhcpMessage.OFFER, ask(DhcpMessage.DISCOVER, 4, 0, 0, 0));
    assertEquals(address, offered(), "free for the longest time");
  }

  @Test
  void thereAreNoMoreThanThereAre() {
    for (int i = 1; i <= 3; i++) {
      lease(i);
    }
    for (int i = 4; i < 2000; i++) {
      assertEquals(0, ask(DhcpMessage.DISCOVER, i, 0, 0, 0));
    }
    assertEquals(3, server.stations());
    ask(DhcpMessage.RELEASE, 2, FIRST, 0, SERVER);
    assertEquals(0, ask(DhcpMessage.DISCOVER, 4, 0, 0, 0), "only its own can be released");
    ask(DhcpMessage.RELEASE, 2, FIRST + 1, 0, SERVER);
    assertEquals(DhcpMessage.OFFER, ask(DhcpMessage.DISCOVER, 4, 0, 0, 0));
    assertEquals(FIRST + 1, offered());
  }

  @Test
  void anOfferThatIsNotTakenEnds() {
    assertEquals(DhcpMessage.OFFER, ask(DhcpMessage.DISCOVER, 1, 0, 0, 0));
    assertEquals(0, ask(DhcpMessage.REQUEST, 1, 0, 0x01020304, SERVER + 50), "another server");
    lease(2);
    lease(3);
    assertEquals(DhcpMessage.OFFER, ask(DhcpMessage.DISCOVER, 4, 0, 0, 0));
  }

  @Test
  void aDeclinedAddressIsLeftAlone() {
    int address = lease(1);
    ask(DhcpMessage.DECLINE, 1, 0, address, SERVER);
    assertNotEquals(address, lease(1));
    assertEquals(0, server.owner(address));
  }

  @Test
  void whoOnlyAsksForTheConfigurationGetsNoAddress() {
    assertEquals(DhcpMessage.ACK, ask(DhcpMessage.INFORM, 9, FIRST + 2, 0, 0));
    assertEquals(0, offered());
    assertEquals(0, server.stations());
    assertEquals(0, ask(DhcpMessage.INFORM, 9, 0, 0, 0));
    assertEquals(0, ask(77, 9, 0, 0, 0));
  }

  private static byte[] discover() {
    byte[] data = new byte[260];
    Wire.put32(data, 0, 0x0101_0600);
    Wire.put32(data, 4, 99);
    Wire.put16(data, 10, 0x8000);
    Wire.put48(data, 28, 0x0016_3e01_0203L);
    Wire.put32(data, 236, 0x6382_5363);
    byte[] options = {0, 53, 1, 1, 50, 4, 10, 0, 2, 15, 55, 2, 1, 3, (byte) 255};
    System.arraycopy(options, 0, data, 240, options.length);
    return data;
  }

  @Test
  void messagesAreRead() {
    byte[] data = discover();
    DhcpMessage message = DhcpMessage.parse(data, 0, data.length).orElseThrow();
    assertEquals(
        new DhcpMessage(DhcpMessage.DISCOVER, 99, true, 0, 0x0016_3e01_0203L, FIRST, 0), message);
  }

  @Test
  void nothingIsReadBehindTheEnd() {
    byte[] data = discover();
    for (int length = 0; length <= data.length; length++) {
      byte[] cut = Arrays.copyOf(data, length);
      Optional<DhcpMessage> message = DhcpMessage.parse(cut, 0, length);
      assertEquals(length >= 244, message.isPresent());
    }
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] noise = discover();
      for (int j = 0; j < 6; j++) {
        noise[240 + random.nextInt(20)] = (byte) random.nextInt();
      }
      DhcpMessage.parse(noise, 0, 240 + random.nextInt(21))
          .ifPresent(m -> assertTrue(m.type() >= 0));
    }
  }

  @Test
  void relaysAndOtherHardwareAreNotServed() {
    for (int at : new int[] {0, 1, 2, 24, 236}) {
      byte[] data = discover();
      data[at] ^= 4;
      assertTrue(DhcpMessage.parse(data, 0, data.length).isEmpty());
    }
  }
}
