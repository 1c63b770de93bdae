package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.device.BackRing;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.Channel;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.dom0.device.DeviceTask;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.hypercalls.io.NetifRxResponse;
import dev.zendo.hypercalls.io.NetifTxRequest;
import java.util.ArrayList;
import java.util.List;

/** A pair of rings of an interface with its event channels. On the event thread. */
final class VifQueue {
  private final BackendDevice device;
  private final VifBackend vif;
  private final List<Mapping> mappings = new ArrayList<>();
  private final List<Channel> channels = new ArrayList<>();
  private TxRing tx;
  private RxRing rx;
  private Channel txChannel;
  private Channel rxChannel;
  private boolean closed;
  private boolean broken;

  /** Whether {@link #resume} will come: a frontend cannot make it come twice. */
  private boolean resumes;

  /** Whether {@link #lookAgain} will come. */
  private boolean watched;

  VifQueue(BackendDevice device, VifBackend vif) {
    this.device = device;
    this.vif = vif;
  }

  /**
   * Maps the rings and binds the event channels.
   *
   * @param prefix of the queue's keys: nothing when there is only one
   */
  void connect(String prefix, CopyBatch copies, boolean scatter) throws DeviceException {
    BackRing txRing = ring(prefix + "tx-ring-ref", NetifTxRequest.LAYOUT.size());
    BackRing rxRing = ring(prefix + "rx-ring-ref", NetifRxResponse.LAYOUT.size());
    tx = vif.transmit(txRing, copies, () -> device.post(this::serveTx));
    rx = vif.receive(rxRing, copies, scatter);
    if (device.front(prefix + "event-channel").isPresent()) {
      txChannel = bind(prefix + "event-channel", this::serve);
      rxChannel = txChannel;
    } else {
      txChannel = bind(prefix + "event-channel-tx", this::serveTx);
      rxChannel = bind(prefix + "event-channel-rx", this::serveRx);
    }
  }

  private BackRing ring(String key, int entryBytes) throws DeviceException {
    Mapping page = device.map(true, device.frontInt(key));
    mappings.add(page);
    return new BackRing(device.memory(), page.address(), 1, entryBytes);
  }

  private Channel bind(String key, DeviceTask handler) throws DeviceException {
    Channel channel = device.bind(device.frontInt(key), handler);
    channels.add(channel);
    return channel;
  }

  private void serve() throws DeviceException {
    serveTx();
    serveRx();
  }

  private void serveTx() throws DeviceException {
    if (closed || broken || resumes || txChannel == null) {
      return;
    }
    long wait = tx.serve(txChannel);
    resumes = wait >= 0;
    if (wait == 0) {
      device.post(this::resume);
    } else if (wait > 0) {
      vif.later(wait, this::resume);
    }
  }

  private void resume() throws DeviceException {
    resumes = false;
    serveTx();
  }

  private void serveRx() throws DeviceException {
    if (!closed && !broken && rxChannel != null) {
      rx.serve(rxChannel);
      if (rx.roomy()) {
        vif.room();
      }
    }
  }

  /** Whether who sends a frame need not wait; otherwise the time is watched. */
  boolean hasRoom(Frame frame, int pieces) {
    if (closed || broken || !rx.holds(frame, pieces)) {
      return true;
    }
    watch();
    return false;
  }

  private void watch() {
    if (!watched) {
      watched = true;
      vif.later(rx.patience(), this::lookAgain);
    }
  }

  private void lookAgain() {
    watched = false;
    if (!closed) {
      // Who still has to wait says so again.
      vif.room();
    }
  }

  /** Takes a frame for the guest. */
  void deliver(Frame frame) {
    if (closed || broken) {
      frame.release();
    } else {
      rx.deliver(frame);
    }
  }

  /** Writes what was delivered; on behalf of who sent it, so errors are not his. */
  void flush() {
    try {
      serveRx();
    } catch (DeviceException e) {
      broken = true;
      device.post(
          () -> {
            if (!closed) {
              throw e;
            }
          });
    }
  }

  /** Drops mappings and event channels. */
  void close() {
    closed = true;
    channels.forEach(Channel::close);
    channels.clear();
    mappings.forEach(Mapping::close);
    mappings.clear();
    if (tx != null) {
      tx.close();
    }
    if (rx != null) {
      rx.close();
    }
  }
}
