package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Tells whoever wants to know what happens to domains. Thread-safe. */
final class EventFeed {
  private final List<Consumer<ObjectNode>> listeners = new CopyOnWriteArrayList<>();

  /** Tells one more, on the thread where it happens; a listener must not block. */
  void listen(Consumer<ObjectNode> listener) {
    listeners.add(listener);
  }

  void forget(Consumer<ObjectNode> listener) {
    listeners.remove(listener);
  }

  void add(String event, ManagedDomain domain, String story) {
    add(event, domain, domain.id(), story);
  }

  /** The same for a domain that has no number any more. */
  void add(String event, ManagedDomain domain, int id, String story) {
    ObjectNode what =
        Json.object()
            .put("event", event)
            .put("name", domain.name())
            .put("domid", id)
            .put("uuid", domain.uuid().toString());
    if (!story.isEmpty()) {
      what.put("story", story);
    }
    listeners.forEach(listener -> listener.accept(what));
  }
}
