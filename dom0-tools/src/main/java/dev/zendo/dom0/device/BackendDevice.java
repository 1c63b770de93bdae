package dev.zendo.dom0.device;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.xenstore.StoreClient;
import dev.zendo.xenstore.StoreException;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What a back end has of its device: the keys of both ends, mappings of granted frames, event
 * channels. On the event thread, except where a method says otherwise.
 */
public final class BackendDevice {
  /** Longest number that a frontend may write: more digits are no unsigned 32-bit value. */
  private static final int MAX_DIGITS = 10;

  /** {@link #incarnation} of a device that is not there; generations are numbers from 0 on. */
  private static final long GONE = -1;

  private final ControlDomain control;
  private final StoreClient store;
  private final DevicePath path;
  private final DeviceInstance instance;

  /** The toolstack may have removed this device and made another one in its place. */
  private final long incarnation;

  BackendDevice(
      ControlDomain control, StoreClient store, DevicePath path, DeviceInstance instance) {
    this.control = control;
    this.store = store;
    this.path = path;
    this.instance = instance;
    this.incarnation = incarnation(store::generation);
  }

  /** What tells devices apart that are in the same place one after the other. */
  private long incarnation(ToLongFunction<String> generations) {
    try {
      return generations.applyAsLong(path.marker());
    } catch (StoreException e) {
      return GONE;
    }
  }

  /** Whether the device that is in the store now is this one. */
  boolean isThere() {
    return isThere(store::generation);
  }

  private boolean isThere(ToLongFunction<String> generations) {
    return incarnation != GONE && incarnation(generations) == incarnation;
  }

  /** Where it stands in the store. Any thread. */
  public DevicePath path() {
    return path;
  }

  /** The domain with the frontend. Any thread. */
  public int domain() {
    return path.domain();
  }

  /** Its number in that domain. Any thread. */
  public int devid() {
    return path.devid();
  }

  /** The control domain. Any thread. */
  public ControlDomain control() {
    return control;
  }

  /** Where mappings appear. Any thread. */
  public PhysicalMemory memory() {
    return control.memory().memory();
  }

  /** What the toolstack wrote for this end. */
  public Optional<String> back(String key) {
    return store.find(path.backend() + "/" + key);
  }

  /**
   * The same for a key that must be there.
   *
   * @throws DeviceException when it is not
   */
  public String requireBack(String key) throws DeviceException {
    return back(key)
        .orElseThrow(() -> new DeviceException("the key " + key + " of the back end is missing"));
  }

  /** Writes a key for the frontend to read; nothing when the toolstack has removed the device. */
  public void publish(String key, Object value) {
    write(path.backend() + "/" + key, value.toString());
  }

  /** Writes a key into the frontend's directory, for users rather than for the frontend. */
  public void tell(String key, Object value) {
    write(path.frontend() + "/" + key, value.toString());
  }

  /** Says what went wrong, where the toolstack looks for it. */
  void publishError(String text) {
    write(path.error(), text);
  }

  private void write(String key, String value) {
    store.transact(
        transaction -> {
          if (isThere(transaction::generation)) {
            transaction.write(key, value);
          }
        });
  }

  /** What the frontend wrote; it may be anything, and something else the next time. */
  public Optional<String> front(String key) {
    return store.find(path.frontend() + "/" + key);
  }

  /**
   * An unsigned 32-bit number that the frontend wrote.
   *
   * @throws DeviceException when it is missing or is none
   */
  public int frontInt(String key) throws DeviceException {
    String text =
        front(key).orElseThrow(() -> new DeviceException("the frontend has not written " + key));
    return number(key, text);
  }

  /** The same, with what holds when it is missing. */
  public int frontInt(String key, int otherwise) throws DeviceException {
    Optional<String> text = front(key);
    return text.isPresent() ? number(key, text.get()) : otherwise;
  }

  private static int number(String key, String text) throws DeviceException {
    if (text.length() <= MAX_DIGITS) {
      try {
        return Integer.parseUnsignedInt(text);
      } catch (NumberFormatException e) {
        // said below
      }
    }
    throw new DeviceException("what the frontend wrote into " + key + " is no number");
  }

  /**
   * Maps frames that the frontend grants, one after the other.
   *
   * @throws DeviceException when one is not granted so
   */
  public Mapping map(boolean writable, int... references) throws DeviceException {
    try {
      return control.grants().map(path.domain(), writable, references);
    } catch (HypercallFailure e) {
      throw new DeviceException(e.getMessage());
    }
  }

  /**
   * Binds an event channel of the frontend.
   *
   * @param handler runs at every event and once at the beginning, on the event thread
   * @throws DeviceException when the frontend does not offer it to this domain
   */
  public Channel bind(int remotePort, DeviceTask handler) throws DeviceException {
    try {
      int port = control.events().bind(path.domain(), remotePort, instance.guarded(handler));
      return new Channel(control.events(), port);
    } catch (HypercallFailure e) {
      throw new DeviceException(e.getMessage());
    }
  }

  /** Runs something on the event thread; nothing once the device is gone. Any thread. */
  public void post(DeviceTask task) {
    control.events().post(path.domain(), instance.guarded(task));
  }

  /**
   * Disconnects the device, and says why in the log and the store: the frontend breaks the
   * protocol, or the host has failed. A frontend may begin again.
   */
  public void fail(String why) {
    instance.fail(why);
  }

  /**
   * Has the frontend look at the keys again: the state is written once more as it is, unless the
   * toolstack has just written another.
   */
  public void announce() {
    String key = path.backend() + "/state";
    String state = Integer.toString(instance.state());
    store.transact(
        transaction -> {
          if (isThere(transaction::generation)
              && transaction.find(key).filter(state::equals).isPresent()) {
            transaction.write(key, state);
          }
        });
  }
}
