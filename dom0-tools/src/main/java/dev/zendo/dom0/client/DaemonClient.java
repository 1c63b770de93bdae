package dev.zendo.dom0.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.DaemonException;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.daemon.Json;
import dev.zendo.dom0.daemon.LineReader;
import dev.zendo.dom0.daemon.StateFolder;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Consumer;

/** Asks a daemon. Not thread-safe: one request at a time. */
public final class DaemonClient implements AutoCloseable {
  private final StateFolder folder;
  private final SocketChannel channel;
  private final LineReader in;
  private long requests;

  private DaemonClient(StateFolder folder, SocketChannel channel) {
    this.folder = folder;
    this.channel = channel;
    this.in = new LineReader(channel);
  }

  /**
   * Has the JDK and the JSON library make themselves ready for what comes, on the calling thread:
   * about a third of the time in which a client starts. Never fails.
   */
  public static void prepare() {
    try {
      // The JDK's Unix sockets want it. First, as who parses a command line meanwhile makes ready
      // what else they need.
      SecureRandom.getInstance("NativePRNGNonBlocking");
    } catch (NoSuchAlgorithmException e) {
      // Then they take another.
    }
    try {
      SocketChannel.open(StandardProtocolFamily.UNIX).close();
      // With a value of each kind that a daemon answers.
      Json.parse("{\"result\": [\"\", 1, true]}");
    } catch (IOException | UnsupportedOperationException e) {
      // Whoever connects is told.
    }
  }

  /** A connection to the daemon of a folder; empty when none runs. */
  public static Optional<DaemonClient> find(StateFolder folder) {
    try {
      SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(folder.socket()));
      return Optional.of(new DaemonClient(folder, channel));
    } catch (IOException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new ToolException(folder.socket() + ": the path is too long; use a shorter --state", e);
    }
  }

  /**
   * Asks for something that needs no answer in between.
   *
   * @throws DaemonException when the daemon refuses
   */
  public JsonNode call(String method, ObjectNode params) {
    send(method, params);
    return answer();
  }

  /**
   * Asks for something.
   *
   * @param progress is told what the daemon says before its answer
   * @throws DaemonException when the daemon refuses
   */
  public JsonNode call(String method, ObjectNode params, Consumer<JsonNode> progress) {
    send(method, params);
    return answer(progress);
  }

  /** Asks for something; {@link #answer} waits for what the daemon says to it. */
  public void send(String method, ObjectNode params) {
    ObjectNode request = Json.object().put("id", ++requests).put("method", method);
    request.set("params", params);
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Json.line(request));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /**
   * What the daemon says to the request that was sent last.
   *
   * @throws DaemonException when it refuses
   */
  public JsonNode answer() {
    return answer(progress -> {});
  }

  /**
   * What the daemon says to the request that was sent last.
   *
   * @param progress is told what it says before its answer
   * @throws DaemonException when it refuses
   */
  public JsonNode answer(Consumer<JsonNode> progress) {
    try {
      for (String line = in.next(); line != null; line = in.next()) {
        JsonNode reply = Json.parse(line);
        if (reply.has("progress")) {
          progress.accept(reply.get("progress"));
        } else if (reply.has("error")) {
          JsonNode error = reply.get("error");
          throw new DaemonException(
              Kind.of(error.path("kind").asText()), error.path("message").asText());
        } else {
          return reply.path("result");
        }
      }
    } catch (IOException e) {
      throw lost(e);
    }
    throw lost(null);
  }

  private ToolException lost(IOException cause) {
    return new ToolException(
        "the daemon ended before it answered; " + folder.log() + " may say why", cause);
  }

  /** The connection itself, after a request whose answer says that bytes follow. */
  public SocketChannel stream() {
    return channel;
  }

  /** What came behind the last answer already. */
  byte[] rest() {
    return in.rest();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is lost: each answer was read.
    }
  }
}
