package dev.zendo.dom0.net.nat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The host's name servers, from resolv.conf(5): the first that answers. The file is read again from
 * time to time, because hosts move. Only IPv4 servers are used. One thread.
 */
final class Resolvers {
  private static final Path FILE = Path.of("/etc/resolv.conf");
  private static final int PORT = 53;

  /** As in the C library. */
  private static final int MAX_SERVERS = 3;

  private static final long MAX_FILE_BYTES = 64 << 10;
  private static final long REREAD = TimeUnit.SECONDS.toNanos(10);

  private final Path file;
  private final int port;
  private final LongSupplier nanos;
  private List<InetSocketAddress> servers = List.of();
  private int index;
  private long readAt;
  private boolean read;

  Resolvers(LongSupplier nanos) {
    this(FILE, PORT, nanos);
  }

  Resolvers(Path file, int port, LongSupplier nanos) {
    this.file = file;
    this.port = port;
    this.nanos = nanos;
  }

  /** The server to ask; null when there is none. */
  InetSocketAddress current() {
    long now = nanos.getAsLong();
    if (!read || now - readAt > REREAD) {
      read = true;
      readAt = now;
      List<InetSocketAddress> found = load();
      if (!found.equals(servers)) {
        servers = found;
        index = 0;
      }
    }
    return servers.isEmpty() ? null : servers.get(index);
  }

  /** A server did not answer, so that the next one is asked from now on. */
  void silent(InetSocketAddress server) {
    if (!servers.isEmpty() && servers.get(index).equals(server)) {
      index = (index + 1) % servers.size();
    }
  }

  private List<InetSocketAddress> load() {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        return List.of();
      }
      return parse(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      // A host without name servers.
      return List.of();
    }
  }

  /** Reads the lines that name servers. */
  private List<InetSocketAddress> parse(String text) {
    List<InetSocketAddress> found = new ArrayList<>();
    for (String line : text.split("\n")) {
      String[] words = line.strip().split("\\s+");
      if (words.length > 1 && words[0].equals("nameserver") && found.size() < MAX_SERVERS) {
        try {
          found.add(new InetSocketAddress(IpAddress.inet(IpAddress.parse(words[1])), port));
        } catch (IllegalArgumentException e) {
          // IPv6, or nothing at all.
        }
      }
    }
    return found;
  }
}
