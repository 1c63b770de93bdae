package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.spec.Suggestions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client of the daemon, on a thread of its own: requests are answered one after the other. */
final class Conversation implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

  private final SocketChannel channel;
  private final Map<String, Method> methods;

  Conversation(SocketChannel channel, Map<String, Method> methods) {
    this.channel = channel;
    this.methods = methods;
  }

  @Override
  public void run() {
    try (channel) {
      LineReader in = new LineReader(channel);
      for (String line = in.next(); line != null; line = in.next()) {
        Call call = answer(line);
        if (call != null && call.afterwards() != null) {
          call.afterwards().accept(channel);
          return;
        }
      }
    } catch (IOException e) {
      LOG.debug("a client is gone", e);
    } catch (DaemonException e) {
      LOG.info("a client is cut off: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Call answer(String line) throws IOException, InterruptedException {
    ObjectNode reply = Json.object();
    Call call = null;
    try {
      JsonNode request = Json.parse(line);
      reply.set("id", request.path("id").isMissingNode() ? null : request.get("id"));
      String name = request.path("method").asText();
      Method method = methods.get(name);
      if (method == null) {
        throw new DaemonException(
            Kind.UNKNOWN_METHOD,
            "there is no method \"" + name + "\"" + Suggestions.hint(name, methods.keySet()));
      }
      JsonNode params = request.has("params") ? request.get("params") : Json.object();
      if (!params.isObject()) {
        throw new DaemonException(Kind.BAD_REQUEST, "\"params\" is no object");
      }
      JsonNode id = reply.get("id");
      call = new Call(params, what -> progress(id, what));
      reply.set("result", method.call(call));
    } catch (Gone e) {
      throw e.cause();
    } catch (DaemonException e) {
      refuse(reply, e.kind(), e.getMessage());
    } catch (ToolException e) {
      LOG.debug("refused: {}", line, e);
      refuse(reply, Kind.REFUSED, e.getMessage());
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      // The last two: libraries that were replaced under the daemon, a heap that is full.
      LOG.error("{} failed", line, e);
      refuse(reply, Kind.INTERNAL, "internal error: " + e + " (the daemon's log says where)");
    }
    send(reply);
    return call;
  }

  private static void refuse(ObjectNode reply, Kind kind, String message) {
    reply.putObject("error").put("kind", kind.label()).put("message", message);
  }

  /** Carries an error of the connection through a method that reports progress. */
  private static final class Gone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Gone(IOException cause) {
      super(cause);
    }

    IOException cause() {
      return (IOException) getCause();
    }
  }

  private void progress(JsonNode id, JsonNode what) {
    ObjectNode message = Json.object();
    message.set("id", id);
    message.set("progress", what);
    try {
      send(message);
    } catch (IOException e) {
      throw new Gone(e);
    }
  }

  private synchronized void send(JsonNode message) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Json.line(message));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
