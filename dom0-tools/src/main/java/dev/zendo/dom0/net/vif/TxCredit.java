package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.net.bridge.Credit;
import dev.zendo.dom0.net.bridge.RateLimit;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What the queues of an interface may still send together. On the event thread. */
final class TxCredit {
  private final LongSupplier nanos;
  private Credit credit;

  /** No limit yet. */
  TxCredit(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Begins anew, with another limit or none. */
  void limit(Optional<RateLimit> limit) {
    credit = limit.map(to -> new Credit(to, nanos.getAsLong())).orElse(null);
  }

  /** Takes credit for a packet; 0, or the nanoseconds until it is worth asking again. */
  long take(int bytes) {
    return credit == null ? 0 : credit.take(bytes, nanos.getAsLong());
  }
}
