package dev.zendo.dom0.device;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.control.EventPorts;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.xenstore.StoreClient;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Gives devices to domains and takes them back, as {@code libxl} does: through the store alone, so
 * it does not matter which domain serves them. Thread-safe; not to be called on the event thread.
 */
public final class DeviceControl {
  /** How long libxl waits for the other end of a device (LIBXL_HOTPLUG_TIMEOUT: 40 seconds). */
  private static final int PATIENCE_SECONDS = 40;

  private static final String CLOSED = Integer.toString(XenbusState.CLOSED);

  private final StoreClient store;
  private final EventPorts events;

  /**
   * Works through a privileged client of the store, whose listeners run at once.
   *
   * @param events serves the back ends of a machine that has no thread for them
   */
  public DeviceControl(StoreClient store, EventPorts events) {
    this.store = store;
    this.events = events;
  }

  /**
   * Gives a domain a device and waits until its back end offers it.
   *
   * @throws ToolException when the domain is gone or has one of that number, or the back end
   *     refuses
   */
  public void attach(int domain, DeviceSpec spec) {
    DevicePath path = spec.of(domain);
    store.transact(
        transaction -> {
          if (!transaction.exists("/local/domain/" + domain)) {
            throw new ToolException("domain " + domain + " is gone");
          }
          if (transaction.exists(path.toolstack())) {
            throw new ToolException(path + " is there already; use another number");
          }
          new DeviceKeys(transaction, path).write(spec);
        });
    String state = path.backend() + "/state";
    String first = Integer.toString(XenbusState.INITIALISING);
    boolean answered = await(state, value -> value.filter(first::equals).isEmpty());
    Optional<String> error = store.find(path.backend() + "/hotplug-error");
    if (!answered || error.isPresent()) {
      remove(path);
      throw new ToolException(error.orElse(path + ": no back end serves it"));
    }
  }

  /**
   * Asks a domain to give a device back and waits for it.
   *
   * @param force whether it goes even if the domain does not answer
   * @return whether it is gone
   * @throws ToolException when the domain has no such device
   */
  public boolean detach(DevicePath path, boolean force) {
    store.transact(
        transaction -> {
          if (!transaction.exists(path.backend())) {
            throw new ToolException("there is no " + path);
          }
          transaction.write(path.backend() + "/online", "0");
          transaction.write(path.backend() + "/state", Integer.toString(XenbusState.CLOSING));
        });
    boolean closed =
        await(
            path.backend() + "/state",
            value -> value.isEmpty() || value.filter(CLOSED::equals).isPresent());
    if (closed || force) {
      remove(path);
    }
    return closed || force;
  }

  /**
   * Changes a key of the back end's directory and waits for what the back end says about it.
   *
   * @param answer the key into which it writes what went wrong, or nothing
   * @throws ToolException with that, or when there is no such device or no answer
   */
  public void change(DevicePath path, String key, String value, String answer) {
    change(path, key, value, answer, PATIENCE_SECONDS);
  }

  /** The same for what may take longer than usual. */
  public void change(DevicePath path, String key, String value, String answer, int seconds) {
    String told = path.backend() + "/" + answer;
    store.transact(
        transaction -> {
          if (!transaction.exists(path.backend())) {
            throw new ToolException("there is no " + path);
          }
          if (transaction.exists(told)) {
            transaction.rm(told);
          }
          transaction.write(path.backend() + "/" + key, value);
        });
    if (!await(told, Optional::isPresent, seconds)) {
      throw new ToolException(path + ": its back end does not answer");
    }
    store
        .find(told)
        .filter(error -> !error.isEmpty())
        .ifPresent(
            error -> {
              throw new ToolException(error);
            });
  }

  private void remove(DevicePath path) {
    store.transact(transaction -> new DeviceKeys(transaction, path).remove());
  }

  /** Waits until a key has a value; false when it takes too long. */
  private boolean await(String key, Predicate<Optional<String>> wanted) {
    return await(key, wanted, PATIENCE_SECONDS);
  }

  private boolean await(String key, Predicate<Optional<String>> wanted, int seconds) {
    if (!events.threaded()) {
      events.serve();
      return wanted.test(store.find(key));
    }
    CountDownLatch seen = new CountDownLatch(1);
    StoreClient.Subscription watch =
        store.watch(
            key,
            path -> {
              if (wanted.test(store.find(key))) {
                seen.countDown();
              }
            });
    try {
      return seen.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ToolException("interrupted while waiting for " + key, e);
    } finally {
      watch.close();
    }
  }
}
