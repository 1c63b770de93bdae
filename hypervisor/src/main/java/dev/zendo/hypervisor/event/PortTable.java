package dev.zendo.hypervisor.event;

import static dev.zendo.hypercalls.Errno.ENOSPC;

import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Rule;
import java.util.Arrays;

/**
 * The ports of a domain by number. It grows, and a port that exists stays, open or not, so that
 * senders need no lock; {@link #free} is called under that of {@link EventChannels}.
 */
final class PortTable {
  /** Ports come into being in groups of this size; Xen's page of channel records holds as many. */
  private static final int GROUP = 64;

  private volatile Port[] ports = grow(new Port[0]);
  private volatile int highest = Integer.MAX_VALUE;

  /** Limits port numbers; negative for no limit beside that of the layout. */
  void highest(int number) {
    highest = number < 0 ? Integer.MAX_VALUE : number;
  }

  /** A port by number (any value), null if there is none. */
  Port get(int number) {
    Port[] all = ports;
    return number >= 0 && number < all.length ? all[number] : null;
  }

  /** All ports that exist, by number; not to be changed. */
  Port[] all() {
    return ports;
  }

  /** The lowest port that may be opened, or a negative errno; port 0 never is. */
  int free(Delivery delivery) {
    int end = Math.min(highest, delivery.ports() - 1);
    for (int number = 1; number <= end; number++) {
      if (number == ports.length) {
        ports = grow(ports);
      }
      Port port = ports[number];
      if (port.binding == Binding.CLOSED && !delivery.busy(port)) {
        return number;
      }
    }
    Refusal.note(Rule.NO_FREE_PORT, end);
    return -ENOSPC;
  }

  private static Port[] grow(Port[] old) {
    Port[] more = Arrays.copyOf(old, old.length + GROUP);
    for (int number = old.length; number < more.length; number++) {
      more[number] = new Port(number);
    }
    return more;
  }
}
