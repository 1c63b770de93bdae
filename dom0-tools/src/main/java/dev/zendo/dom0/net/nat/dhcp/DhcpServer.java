package dev.zendo.dom0.net.nat.dhcp;

import dev.zendo.dom0.net.wire.Wire;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Answers clients' messages. It is the only server of its network, so it also refuses addresses
 * that it knows nothing of, when they are not of this network or taken. One thread.
 */
public final class DhcpServer {
  /** UDP port of servers. */
  public static final int SERVER_PORT = 67;

  /** UDP port of clients. */
  public static final int CLIENT_PORT = 68;

  /** Bytes of an answer; some clients take no shorter ones. */
  public static final int ANSWER_BYTES = 300;

  /** Offset in an answer of the address that the client said it has. */
  public static final int CLIENT = DhcpMessage.CIADDR;

  /** Offset in an answer of the address that the client gets. */
  public static final int YOURS = DhcpMessage.YIADDR;

  private static final int LEASE_SECONDS = 24 * 3600;
  private static final long OFFERED = TimeUnit.SECONDS.toNanos(60);
  private static final long DECLINED = TimeUnit.MINUTES.toNanos(10);

  private final DhcpConfig config;
  private final Leases leases;

  /** With what clients are told. */
  public DhcpServer(DhcpConfig config) {
    this.config = config;
    this.leases = new Leases(config.first(), config.count());
  }

  /**
   * Answers a message.
   *
   * @param answer gets {@link #ANSWER_BYTES}
   * @return the type of the answer, or 0 for none
   */
  public int answer(DhcpMessage message, byte[] answer, int at, long now) {
    return switch (message.type()) {
      case DhcpMessage.DISCOVER -> discover(message, answer, at, now);
      case DhcpMessage.REQUEST -> request(message, answer, at, now);
      case DhcpMessage.INFORM -> inform(message, answer, at);
      case DhcpMessage.RELEASE -> {
        leases.release(message.station(), message.client(), now);
        yield 0;
      }
      case DhcpMessage.DECLINE -> {
        leases.decline(message.station(), message.requested(), now + DECLINED);
        yield 0;
      }
      default -> 0;
    };
  }

  /** Stations that have an address. */
  public int stations() {
    return leases.size();
  }

  /** The station to which an address was given; 0 for none. */
  public long owner(int address) {
    return leases.owner(address);
  }

  private int discover(DhcpMessage message, byte[] answer, int at, long now) {
    int address = leases.offer(message.station(), message.requested(), now);
    if (address == 0) {
      return 0;
    }
    leases.grant(message.station(), address, now + OFFERED);
    return lease(DhcpMessage.OFFER, message, address, answer, at);
  }

  private int request(DhcpMessage message, byte[] answer, int at, long now) {
    if (message.server() != 0 && message.server() != config.server()) {
      // It chose another server.
      leases.release(message.station(), leases.of(message.station()), now);
      return 0;
    }
    int address = message.requested() != 0 ? message.requested() : message.client();
    if (!leases.available(message.station(), address, now)) {
      header(DhcpMessage.NAK, message, 0, 0, answer, at).end();
      return DhcpMessage.NAK;
    }
    leases.grant(message.station(), address, now + TimeUnit.SECONDS.toNanos(LEASE_SECONDS));
    return lease(DhcpMessage.ACK, message, address, answer, at);
  }

  private int lease(int type, DhcpMessage message, int address, byte[] answer, int at) {
    OptionWriter options = header(type, message, message.client(), address, answer, at);
    options.number(DhcpMessage.LEASE_TIME, LEASE_SECONDS);
    configuration(options);
    return type;
  }

  private int inform(DhcpMessage message, byte[] answer, int at) {
    if (message.client() == 0) {
      return 0;
    }
    configuration(header(DhcpMessage.ACK, message, message.client(), 0, answer, at));
    return DhcpMessage.ACK;
  }

  private void configuration(OptionWriter options) {
    options.number(DhcpMessage.MASK, config.mask());
    if (config.router() != 0) {
      options.number(DhcpMessage.ROUTER, config.router());
    }
    if (config.dns() != 0) {
      options.number(DhcpMessage.DNS, config.dns());
    }
    options.end();
  }

  private OptionWriter header(
      int type, DhcpMessage message, int client, int address, byte[] answer, int at) {
    Arrays.fill(answer, at, at + ANSWER_BYTES, (byte) 0);
    Wire.put8(answer, at, DhcpMessage.BOOT_REPLY);
    Wire.put8(answer, at + 1, DhcpMessage.ETHERNET);
    Wire.put8(answer, at + 2, DhcpMessage.MAC_BYTES);
    Wire.put32(answer, at + DhcpMessage.XID, message.transaction());
    Wire.put16(
        answer, at + DhcpMessage.FLAGS, message.broadcast() ? DhcpMessage.BROADCAST_FLAG : 0);
    Wire.put32(answer, at + DhcpMessage.CIADDR, client);
    Wire.put32(answer, at + DhcpMessage.YIADDR, address);
    Wire.put48(answer, at + DhcpMessage.CHADDR, message.station());
    Wire.put32(answer, at + DhcpMessage.COOKIE_AT, DhcpMessage.COOKIE);
    OptionWriter options = new OptionWriter(answer, at + DhcpMessage.OPTIONS);
    options.octet(DhcpMessage.TYPE, type);
    options.number(DhcpMessage.SERVER, config.server());
    return options;
  }

  /** Writes options one behind the other. */
  private static final class OptionWriter {
    private final byte[] data;
    private int at;

    OptionWriter(byte[] data, int at) {
      this.data = data;
      this.at = at;
    }

    void octet(int code, int value) {
      head(code, 1);
      Wire.put8(data, at, value);
      at++;
    }

    void number(int code, int value) {
      head(code, 4);
      Wire.put32(data, at, value);
      at += 4;
    }

    private void head(int code, int bytes) {
      Wire.put8(data, at, code);
      Wire.put8(data, at + 1, bytes);
      at += 2;
    }

    void end() {
      Wire.put8(data, at, DhcpMessage.END);
    }
  }
}
