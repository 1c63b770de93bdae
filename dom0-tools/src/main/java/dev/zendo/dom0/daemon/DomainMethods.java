package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.ShutdownRequest;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What domains go through: creation, pauses, ends; and their consoles. */
final class DomainMethods {
  private static final long PULSE_MILLIS = 1000;

  private final DomainTable table;

  DomainMethods(DomainTable table) {
    this.table = table;
  }

  void addTo(Map<String, Method> methods) {
    methods.put("create", this::create);
    methods.put("pause", call -> pause(call, true));
    methods.put("unpause", call -> pause(call, false));
    methods.put("destroy", this::destroy);
    methods.put("shutdown", call -> request(call, ShutdownRequest.POWEROFF));
    methods.put("reboot", call -> request(call, ShutdownRequest.REBOOT));
    methods.put("rename", this::rename);
    methods.put("config", this::config);
    methods.put("config-update", this::update);
    methods.put("console", this::console);
    methods.put("wait", this::await);
    methods.put("sysrq", this::sysrq);
  }

  ManagedDomain domain(Call call) {
    return table.find(call.string("domain"));
  }

  /** How answers name a domain. */
  static ObjectNode identity(ManagedDomain domain) {
    return Json.object()
        .put("name", domain.name())
        .put("domid", domain.id())
        .put("uuid", domain.uuid().toString());
  }

  private static DomainConfig given(Call call) {
    return DomainConfig.of(
        Settings.ofJson(call.string("source", "configuration"), call.require("config")));
  }

  private JsonNode create(Call call) {
    ManagedDomain domain = table.create(given(call));
    start(call, domain);
    return identity(domain);
  }

  /**
   * Lets a new domain run unless the client wants it paused; when it wants the console, from then
   * on as a stream.
   */
  static void start(Call call, ManagedDomain domain) {
    boolean hold = call.flag("paused");
    if (call.flag("console")) {
      call.stream(viewer -> domain.viewers().serve(viewer, () -> domain.pause(hold)));
    } else if (!hold) {
      domain.pause(false);
    }
  }

  private JsonNode pause(Call call, boolean hold) {
    ManagedDomain domain = domain(call);
    domain.pause(hold);
    return identity(domain);
  }

  private JsonNode destroy(Call call) {
    ManagedDomain domain = domain(call);
    ObjectNode answer = identity(domain);
    table.destroy(domain, "was destroyed");
    return answer;
  }

  /** Asks one domain, or all that have not ended, and waits if that is wanted. */
  private JsonNode request(Call call, ShutdownRequest request) throws InterruptedException {
    List<ManagedDomain> domains =
        call.flag("all")
            ? table.all().stream().filter(domain -> domain.end() == null).toList()
            : List.of(table.alive(call.string("domain")));
    List<Guest> guests = new ArrayList<>();
    for (ManagedDomain domain : domains) {
      guests.add(domain.guest());
      domain.guest().requests().shutdown(request);
      call.progress(identity(domain).put("asked", true));
    }
    for (int i = 0; call.flag("wait") && i < domains.size(); i++) {
      get(call, guests.get(i).end(), Long.MAX_VALUE);
      call.progress(identity(domains.get(i)).put("ended", true));
    }
    return Json.object().put("domains", domains.size());
  }

  /** Waits as long as the client does; null when the time is up. */
  private static <T> T get(Call call, CompletableFuture<T> future, long millis)
      throws InterruptedException {
    for (long left = millis; left > 0; left -= PULSE_MILLIS) {
      try {
        return future.get(Math.min(left, PULSE_MILLIS), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        call.pulse();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
    return null;
  }

  /** Waits until nothing is left of a domain; says what became of it. */
  private JsonNode await(Call call) throws InterruptedException {
    ManagedDomain domain =
        call.has("uuid") ? table.find(UUID.fromString(call.string("uuid"))) : domain(call);
    String story = get(call, domain.gone(), call.number("milliseconds", Long.MAX_VALUE));
    ObjectNode answer = identity(domain).put("gone", story != null);
    return story == null ? answer : answer.put("story", story);
  }

  private JsonNode rename(Call call) {
    ManagedDomain domain = domain(call);
    domain.requireNotSaving();
    table.rename(domain, call.string("name"));
    return identity(domain);
  }

  private JsonNode config(Call call) {
    ManagedDomain domain = domain(call);
    ObjectNode answer = Json.object().put("domid", domain.id());
    answer.set("config", domain.description());
    return answer;
  }

  private JsonNode update(Call call) {
    ManagedDomain domain = domain(call);
    DomainConfig config = given(call);
    if (config.uuid() != null && !config.uuid().equals(domain.uuid())) {
      throw new DaemonException(
          Kind.REFUSED, "uuid: is that of another domain than " + domain.name());
    }
    table.update(domain, config);
    return identity(domain);
  }

  private JsonNode console(Call call) {
    ManagedDomain domain = domain(call);
    call.stream(domain.viewers()::serve);
    return identity(domain);
  }

  private JsonNode sysrq(Call call) {
    ManagedDomain domain = table.alive(call.string("domain"));
    String letter = call.string("letter");
    if (letter.length() != 1) {
      throw new DaemonException(Kind.REFUSED, "a SysRq is one letter, not \"" + letter + "\"");
    }
    domain.guest().requests().sysrq(letter.charAt(0));
    return identity(domain);
  }
}
