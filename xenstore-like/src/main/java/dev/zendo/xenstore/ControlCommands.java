package dev.zendo.xenstore;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sub-commands of {@code CONTROL}, which Xen leaves to the implementation. Stateless. */
final class ControlCommands {
  private static final Logger LOG = LoggerFactory.getLogger(ControlCommands.class);

  private ControlCommands() {}

  static byte[] answer(Store store, Connection caller, int tx, Payload payload) {
    List<String> arguments = payload.atLeast(1);
    String reply =
        switch (arguments.get(0)) {
          case "help" -> "commands: help print quota";
          case "print" -> print(arguments);
          case "quota" -> quota(store, arguments);
          default ->
              throw StoreException.untraced(
                  StoreError.EINVAL, Text.quote(arguments.get(0)) + " is no control command");
        };
    return XenstoreProtocol.text(reply);
  }

  private static String print(List<String> arguments) {
    LOG.info("control message: {}", Text.quote(arguments.size() > 1 ? arguments.get(1) : ""));
    return "OK";
  }

  /** The limits, or with a domain id what that domain uses. */
  private static String quota(Store store, List<String> arguments) {
    if (arguments.size() == 1) {
      Quotas quotas = store.quotas();
      return String.format(
          "nodes %d%nwatches %d%ntransactions %d%nvalueBytes %d%npermissionsPerNode %d%n"
              + "transactionNodes %d%noutstandingRequests %d%npendingEventBytes %d%n",
          quotas.nodes(),
          quotas.watches(),
          quotas.transactions(),
          quotas.valueBytes(),
          quotas.permissionsPerNode(),
          quotas.transactionNodes(),
          quotas.outstandingRequests(),
          quotas.pendingEventBytes());
    }
    int domid = Payload.decimal(arguments.get(1), 0, Permissions.MAX_DOMID);
    DomainUsage usage = store.usage(domid);
    return String.format(
        "domain %d%nnodes %d (max %d)%nwatches %d (max %d)%ntransactions %d (max %d)%n"
            + "dropped events %d%n",
        domid,
        usage.nodes(),
        usage.maxNodes(),
        usage.watches(),
        usage.maxWatches(),
        usage.transactions(),
        usage.maxTransactions(),
        usage.droppedEvents());
  }
}
