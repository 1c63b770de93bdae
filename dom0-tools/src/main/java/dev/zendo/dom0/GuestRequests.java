package dev.zendo.dom0;

import dev.zendo.dom0.builder.DomainBuilder;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.xenstore.StoreClient;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Asks the kernel of a running guest for something, through the keys of its domain that it watches
 * (xenstore-paths of Xen's documentation). A guest without drivers for them ignores it.
 * Thread-safe.
 */
public final class GuestRequests {
  private final ControlDomain control;
  private final StoreClient store;
  private final DomainSpec spec;
  private final int domain;

  GuestRequests(ControlDomain control, StoreClient store, DomainSpec spec, int domain) {
    this.control = control;
    this.store = store;
    this.spec = spec;
    this.domain = domain;
  }

  private String home() {
    return "/local/domain/" + domain;
  }

  private String key(String name) {
    return home() + "/" + name;
  }

  /** Writes a key, but none of a domain that is gone: nobody would remove it. */
  private void ask(String name, String value) {
    store.transact(
        transaction -> {
          if (transaction.find(home()).isPresent()) {
            transaction.write(key(name), value);
          }
        });
  }

  /**
   * Says which of all that go on from the same state it is (VM generation id), where libxl says it.
   */
  public void generation(long first, long second) {
    String text = Long.toUnsignedString(first) + ":" + Long.toUnsignedString(second);
    ask("platform/generation-id", text);
  }

  /** Asks it to end, or to start again. */
  public void shutdown(ShutdownRequest request) {
    ask("control/shutdown", request.key());
  }

  /**
   * Takes a request back.
   *
   * @return whether it had not taken it yet
   */
  public boolean withdrawShutdown(ShutdownRequest request) {
    AtomicBoolean there = new AtomicBoolean();
    store.transact(
        transaction -> {
          there.set(transaction.find(key("control/shutdown")).orElse("").equals(request.key()));
          if (there.get()) {
            transaction.write(key("control/shutdown"), "");
          }
        });
    return there.get();
  }

  /** Whether it has taken the last {@link #shutdown}: Linux clears the key then. */
  public boolean shutdownTaken() {
    return store.find(key("control/shutdown")).orElse("").isEmpty();
  }

  /**
   * Presses a key of Linux's magic SysRq.
   *
   * @throws ToolException when it is none
   */
  public void sysrq(char letter) {
    if (letter <= ' ' || letter > '~') {
      throw new ToolException("a SysRq is one visible character, such as h");
    }
    ask("control/sysrq", String.valueOf(letter));
  }

  /**
   * Asks it to use so many of its vcpus, the first ones.
   *
   * @throws ToolException when it has not so many
   */
  public void onlineVcpus(int count) {
    if (count < 1 || count > spec.vcpus()) {
      throw new ToolException(spec.name() + " can have 1 to " + spec.vcpus() + " vcpus");
    }
    for (int vcpu = 0; vcpu < spec.vcpus(); vcpu++) {
      ask("cpu/" + vcpu + "/availability", vcpu < count ? "online" : "offline");
    }
  }

  /**
   * Asks it to use so much memory: its balloon driver gives the rest back, or takes it again.
   *
   * @param kib at most what it was allowed
   * @throws ToolException when it cannot have so much, or so little
   */
  public void memoryTarget(long kib) {
    long most = spec.maxMemoryMiB() << 10;
    long least = DomainSpec.MIN_MEMORY_MIB << 10;
    if (kib < least || kib > most) {
      throw new ToolException(
          spec.name() + " can have " + least + " to " + most + " KiB of memory, not " + kib);
    }
    control.domains().maxMemory(domain, DomainBuilder.limit(kib));
    ask("memory/target", Long.toString(kib));
  }

  /** Lets it have at most so much memory, and tells it. */
  public void memoryLimit(long kib) {
    control.domains().maxMemory(domain, DomainBuilder.limit(kib));
    ask("memory/static-max", Long.toString(kib));
  }
}
