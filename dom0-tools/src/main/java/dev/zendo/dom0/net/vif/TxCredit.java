package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.net.bridge.Credit;
import dev.zendo.dom0.net.bridge.RateLimit;
import java.util.Optional;

/** What the queues of an interface may still send together. On the event thread. */
final class TxCredit {
  private Credit credit;

  /** Begins anew, with another limit or none. */
  void limit(Optional<RateLimit> limit) {
    credit = limit.map(to -> new Credit(to, System.nanoTime())).orElse(null);
  }

  /** Takes credit for a packet; 0, or the nanoseconds until it is worth asking again. */
  long take(int bytes) {
    return credit == null ? 0 : credit.take(bytes, System.nanoTime());
  }
}
