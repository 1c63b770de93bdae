package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.net.RunningCapture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What the daemon says of itself and of all domains together. */
final class HostMethods {
  /** Events that a client may be behind. */
  private static final int QUEUE = 1000;

  private static final long PULSE_MILLIS = 200;

  private final Daemon daemon;

  HostMethods(Daemon daemon) {
    this.daemon = daemon;
  }

  void addTo(Map<String, Method> methods) {
    methods.put("hello", call -> daemon.describe());
    methods.put("list", call -> daemon.list().list(call.strings("domains")));
    methods.put("events", this::events);
    methods.put("capture", this::capture);
    methods.put("metrics", this::metrics);
    methods.put("migrate-listen", this::listen);
    methods.put("stop", this::stop);
  }

  /** Reports events until the client goes; one that reads too slowly is told and let go. */
  private JsonNode events(Call call) throws InterruptedException {
    BlockingQueue<ObjectNode> queue = new LinkedBlockingQueue<>(QUEUE);
    Consumer<ObjectNode> listener = queue::offer;
    daemon.events().listen(listener);
    try {
      call.progress(Json.object().put("event", "listening"));
      while (queue.remainingCapacity() > 0) {
        ObjectNode event = queue.poll(PULSE_MILLIS, TimeUnit.MILLISECONDS);
        if (event == null) {
          call.pulse();
        } else {
          call.progress(event);
        }
      }
      return Json.object().put("missed", true);
    } finally {
      daemon.events().forget(listener);
    }
  }

  /** Captures what passes a network, or a domain's interfaces, until the client goes. */
  private JsonNode capture(Call call) throws InterruptedException {
    Path file = Path.of(call.string("file"));
    RunningCapture capture =
        call.has("network")
            ? daemon.networks().capture(call.string("network"), file)
            : daemon.networks().capture(daemon.domain(call.string("domain")).id(), file);
    try {
      while (true) {
        IOException failure = capture.failure().orElse(null);
        if (failure != null) {
          throw new ToolException(
              file + ": the capture ends here (" + IoReason.of(failure) + ")", failure);
        }
        call.pulse();
        Thread.sleep(PULSE_MILLIS);
      }
    } finally {
      capture.close();
    }
  }

  private JsonNode metrics(Call call) {
    daemon.serveMetrics(call.string("address"));
    return daemon.describe();
  }

  private JsonNode listen(Call call) {
    daemon.takeDomains(call.string("address"));
    return daemon.describe();
  }

  private JsonNode stop(Call call) {
    boolean now = call.flag("now");
    call.stream(channel -> daemon.stop(now));
    return daemon.describe();
  }
}
