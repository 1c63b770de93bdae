package dev.zendo.xenstore;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sub-commands of {@code CONTROL}, which Xen leaves to the implementation; those that Xen's C
 * daemon has as well have its names and the form of its answers. Stateless.
 */
final class ControlCommands {
  private static final Logger LOG = LoggerFactory.getLogger(ControlCommands.class);

  /** What it is, for the help, and what it does with its arguments. */
  private record Command(String usage, BiFunction<Store, List<String>, String> work) {}

  private static final Map<String, Command> COMMANDS =
      new TreeMap<>(
          Map.of(
              "check", new Command("", ControlCommands::check),
              "help", new Command("", ControlCommands::help),
              "print", new Command("<string>", ControlCommands::print),
              "quota", new Command("[set <name> <val>|max|<domid>]", ControlCommands::quota)));

  private static final Map<String, String> MEANING =
      Map.of(
          "nodes", "Nodes per domain",
          "watches", "Watches per domain",
          "transactions", "Transactions per domain",
          "outstanding", "Outstanding requests per domain",
          "transaction-nodes", "Max. number of accessed nodes per transaction",
          "memory", "Bytes of watch events waiting per client",
          "node-size", "Max. size of a value",
          "permissions", "Max. number of permissions per node");

  private ControlCommands() {}

  static byte[] answer(Store store, Connection caller, int tx, Payload payload) {
    List<String> words = payload.atLeast(1);
    Command command = COMMANDS.get(words.get(0));
    if (command == null) {
      throw invalid(Text.quote(words.get(0)) + " is no control command");
    }
    return XenstoreProtocol.text(command.work.apply(store, words.subList(1, words.size())));
  }

  private static StoreException invalid(String why) {
    return StoreException.untraced(StoreError.EINVAL, why);
  }

  private static void expect(List<String> arguments, int count) {
    if (arguments.size() != count) {
      throw invalid(count + " arguments are expected, not " + arguments.size());
    }
  }

  private static String help(Store store, List<String> arguments) {
    expect(arguments, 0);
    StringBuilder text = new StringBuilder();
    COMMANDS.forEach((name, it) -> text.append(name + "\t" + it.usage + "\n"));
    return text.toString();
  }

  private static String print(Store store, List<String> arguments) {
    expect(arguments, 1);
    LOG.info("control message: {}", Text.quote(arguments.get(0)));
    return "OK";
  }

  /** Counts all nodes and compares that with the accounts. */
  private static String check(Store store, List<String> arguments) {
    expect(arguments, 0);
    for (String difference : store.recount()) {
      LOG.error("the accounts of the store are wrong: {}", difference);
    }
    return "OK";
  }

  private static String quota(Store store, List<String> arguments) {
    if (arguments.isEmpty()) {
      return limits(store.quotas());
    }
    if (arguments.get(0).equals("set")) {
      expect(arguments, 3);
      int limit = Payload.decimal(arguments.get(2), 0, Integer.MAX_VALUE);
      if (limit == 0) {
        throw invalid("a quota of 0 allows nothing");
      }
      store.setQuotas(store.quotas().with(arguments.get(1), limit));
      return "OK";
    }
    expect(arguments, 1);
    return arguments.get(0).equals("max") ? highest(store) : usage(store, arguments.get(0));
  }

  private static String limits(Quotas quotas) {
    StringBuilder text = new StringBuilder("Quota settings:\n");
    quotas
        .limits()
        .forEach(
            (name, limit) -> text.append(line("%-17s: %8d %s", name, limit, MEANING.get(name))));
    return text.toString();
  }

  private static String usage(Store store, String domain) {
    int domid = Payload.decimal(domain, 0, Permissions.MAX_DOMID);
    DomainUsage usage = store.usage(domid);
    if (!store.domains().isIntroduced(domid) && !store.usage().contains(usage)) {
      throw StoreException.untraced(StoreError.ENOENT, "domain " + domid + " is not known");
    }
    return "Domain "
        + domid
        + ":\n"
        + used("nodes", usage.nodes(), usage.maxNodes())
        + used("watches", usage.watches(), usage.maxWatches())
        + used("transactions", usage.transactions(), usage.maxTransactions())
        + line("%-16s: %8d", "dropped-events", usage.droppedEvents());
  }

  private static String highest(Store store) {
    int[] most = new int[3];
    for (DomainUsage usage : store.usage()) {
      int[] its = {usage.maxNodes(), usage.maxWatches(), usage.maxTransactions()};
      Arrays.setAll(most, i -> usage.domid() == 0 ? most[i] : Math.max(most[i], its[i]));
    }
    return "Most used by one unprivileged domain:\n"
        + line("%-16s: %8d", "nodes", most[0])
        + line("%-16s: %8d", "watches", most[1])
        + line("%-16s: %8d", "transactions", most[2]);
  }

  private static String used(String name, int now, int most) {
    return line("%-16s: %8d (max %d)", name, now, most);
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values) + "\n";
  }
}
