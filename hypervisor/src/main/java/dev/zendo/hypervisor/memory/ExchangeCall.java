package dev.zendo.hypervisor.memory;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.memory.Exchange;
import dev.zendo.hypercalls.memory.MemoryOp;
import dev.zendo.hypercalls.memory.Reservation;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.hypercall.Dispatcher;
import dev.zendo.hypervisor.paging.GuestLists;
import dev.zendo.hypervisor.paging.PageOwners;
import dev.zendo.hypervisor.paging.Paging;
import dev.zendo.hypervisor.paging.Trade;

/**
 * {@code exchange}: a domain trades frames that nobody uses for others, for example small ones for
 * a contiguous block. Frames go chunk by chunk, a chunk being the larger of the two extent sizes; a
 * chunk is traded completely or not at all.
 */
final class ExchangeCall {
  private final Paging paging;
  private final Reservations reservations;

  ExchangeCall(Paging paging, Reservations reservations) {
    this.paging = paging;
    this.reservations = reservations;
  }

  long handle(Vcpu caller, long pointer) {
    if (!MemoryArguments.read(caller, pointer, Exchange.LAYOUT)) {
      return -Errno.EFAULT;
    }
    long at = caller.scratch();
    long in = Exchange.IN.at(at);
    long out = Exchange.OUT.at(at);
    Request request =
        new Request(
            Reservation.EXTENT_START.get(HostView.HOST, in),
            Reservation.NR_EXTENTS.get(HostView.HOST, in),
            Reservation.EXTENT_ORDER.get(HostView.HOST, in),
            Reservation.EXTENT_START.get(HostView.HOST, out),
            Reservation.NR_EXTENTS.get(HostView.HOST, out),
            Reservation.EXTENT_ORDER.get(HostView.HOST, out),
            Reservation.MEM_FLAGS.get(HostView.HOST, out));
    long done = Exchange.NR_EXCHANGED.get(HostView.HOST, at);
    int inDomain = Reservation.DOMID.get(HostView.HOST, in);
    int outDomain = Reservation.DOMID.get(HostView.HOST, out);
    Domain self = caller.domain();
    int maxOrder = Reservations.maxOrder(self);
    if (Integer.compareUnsigned(request.inOrder, maxOrder) > 0
        || Integer.compareUnsigned(request.outOrder, maxOrder) > 0) {
      return finish(caller, pointer, done, -Errno.EPERM);
    }
    if (Long.compareUnsigned(done, request.inCount) > 0
        || inDomain != outDomain
        || !request.sizesMatch()) {
      return finish(caller, pointer, done, -Errno.EINVAL);
    }
    if (done == request.inCount) {
      return 0;
    }
    if (!GuestLists.isAcceptable(caller, request.inList)
        || !GuestLists.isAcceptable(caller, request.outList)) {
      return finish(caller, pointer, done, -Errno.EFAULT);
    }
    if (!Reservations.nodeAllowed(self, request.flags)) {
      return finish(caller, pointer, done, -Errno.EINVAL);
    }
    Domain domain = paging.owners().any(self, inDomain);
    if (domain == null) {
      return finish(caller, pointer, done, -Errno.ESRCH);
    }
    if (!PageOwners.mayControl(self, domain.id())) {
      return finish(caller, pointer, done, -Errno.EPERM);
    }
    if (domain.translated()) {
      return finish(caller, pointer, done, -Errno.EOPNOTSUPP);
    }
    long chunk = done >>> request.inChunkOrder();
    long chunks = request.inCount >>> request.inChunkOrder();
    long result = 0;
    while (Long.compareUnsigned(chunk, chunks) < 0 && result == 0) {
      result = trade(caller, domain, request, chunk);
      if (result == 0) {
        chunk++;
        if (Long.compareUnsigned(chunk, chunks) < 0 && Dispatcher.mustStop(caller)) {
          long written = finish(caller, pointer, chunk << request.inChunkOrder(), 0);
          return written != 0
              ? written
              : Dispatcher.restart(caller, Hypercalls.MEMORY_OP, MemoryOp.EXCHANGE, pointer, 0, 0);
        }
      }
    }
    return finish(caller, pointer, chunk << request.inChunkOrder(), result);
  }

  private static long finish(Vcpu caller, long pointer, long done, long result) {
    boolean written =
        MemoryArguments.writeElement(caller, pointer + Exchange.NR_EXCHANGED.offset(), 0, done);
    return written ? result : -Errno.EFAULT;
  }

  private long trade(Vcpu caller, Domain domain, Request request, long chunk) {
    Trade trade = new Trade(paging, domain);
    long inExtents = 1L << request.inChunkOrder();
    for (long i = 0; i < inExtents; i++) {
      if (!MemoryArguments.readElement(caller, request.inList, chunk * inExtents + i)) {
        trade.undo();
        return -Errno.EFAULT;
      }
      if (!trade.give(MemoryArguments.element(caller), request.inOrder)) {
        trade.undo();
        return -Errno.EINVAL;
      }
    }
    long outExtents = 1L << request.outChunkOrder();
    for (long i = 0; i < outExtents; i++) {
      if (!trade.reserve(request.outOrder, reservations.frameLimit(request.flags))) {
        trade.undo();
        return -Errno.ENOMEM;
      }
    }
    trade.dropGiven();
    long result = 0;
    for (int i = 0; i < outExtents; i++) {
      long index = chunk * outExtents + i;
      long mfn = trade.receive(i, request.outOrder);
      if (mfn < 0) {
        return -Errno.EINVAL;
      }
      if (!MemoryArguments.readElement(caller, request.outList, index)) {
        result = -Errno.EFAULT;
        continue;
      }
      reservations.place(domain, MemoryArguments.element(caller), mfn, request.outOrder);
      if (!MemoryArguments.writeElement(caller, request.outList, index, mfn)) {
        result = -Errno.EFAULT;
      }
    }
    return result;
  }

  private record Request(
      long inList,
      long inCount,
      int inOrder,
      long outList,
      long outCount,
      int outOrder,
      int flags) {
    boolean sizesMatch() {
      return Long.compareUnsigned(inCount, -1L >>> inOrder) <= 0
          && Long.compareUnsigned(outCount, -1L >>> outOrder) <= 0
          && inCount << inOrder == outCount << outOrder;
    }

    /** Input extents of a chunk, as a binary logarithm. */
    int inChunkOrder() {
      return Math.max(0, outOrder - inOrder);
    }

    /** Output extents of a chunk, as a binary logarithm. */
    int outChunkOrder() {
      return Math.max(0, inOrder - outOrder);
    }
  }
}
