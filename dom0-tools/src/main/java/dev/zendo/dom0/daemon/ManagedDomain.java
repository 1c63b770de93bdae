package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.bootloader.GuestBootloader;
import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.EndAction;
import dev.zendo.dom0.console.ConsoleHub;
import dev.zendo.dom0.console.ConsoleViewers;
import dev.zendo.dom0.console.LogFile;
import dev.zendo.dom0.daemon.DaemonException.Kind;
import dev.zendo.dom0.messages.MessageRing;
import dev.zendo.dom0.migrate.Suspension;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A domain from its creation until it is gone, over all its reboots: name, identity and console
 * stay, the guest behind it changes. Thread-safe.
 */
final class ManagedDomain {
  private static final Logger LOG = LoggerFactory.getLogger(ManagedDomain.class);
  private static final long LOG_BYTES = 1 << 20;
  private static final int LOGS_KEPT = 4;
  private static final int MESSAGES = 500;
  private static final long CONNECTING_MILLIS = 1000;

  private final Machine machine;
  private final Path boot;
  private final UUID uuid;
  private final ConsoleViewers viewers = new ConsoleViewers();
  private final LogFile log;
  private final ConsoleHub hub = new ConsoleHub();
  private final MessageRing messages = new MessageRing(MESSAGES);
  private final CompletableFuture<String> gone = new CompletableFuture<>();

  /** Changed under the lock, which is held while a guest is built; read without it. */
  private volatile DomainConfig config;

  private volatile String name;
  private volatile Guest guest;
  private volatile long createdNanos;
  private volatile GuestEnd end;
  private final AtomicBoolean saving = new AtomicBoolean();
  private boolean held;
  private boolean destroyed;

  /** Builds it from what the source says, and leaves it paused. */
  ManagedDomain(
      Machine machine, StateFolder folder, DomainConfig config, UUID uuid, DomainSource source) {
    this.machine = machine;
    this.boot = folder.boot();
    this.config = config;
    this.uuid = uuid;
    this.name = config.name();
    DomainSpec spec =
        source == DomainSource.KERNEL
            ? SpecReader.read(config, name, uuid, boot)
            : SpecReader.withoutKernel(config, name, uuid);
    log = new LogFile(folder.consoleLog(name), LOG_BYTES, LOGS_KEPT);
    hub.add(viewers);
    hub.add(log.output());
    try {
      build(spec, source);
    } catch (RuntimeException | Error e) {
      log.close();
      throw e;
    }
  }

  private void build(DomainSpec spec, DomainSource source) {
    try {
      guest = machine.create(spec, source, hub);
      // The kernel may have to be read again: its symbols are not kept.
      GuestBootloader.removeRamdisk(boot, uuid.toString());
    } catch (RuntimeException | Error e) {
      GuestBootloader.remove(boot, uuid.toString());
      throw e;
    }
    machine.messages().open(guest.id(), messages);
    say("is built: " + spec.memoryMiB() + " MiB, vcpus: " + spec.vcpus());
    viewers.connect(guest.console());
    log.connect(guest.console());
    for (int vcpu = 0; vcpu < config.maxVcpus(); vcpu++) {
      machine.control().vcpus().affinity(guest.id(), vcpu, true, config.processors(vcpu));
    }
    createdNanos = System.nanoTime();
    held = true;
    end = null;
  }

  /** Has a message about it kept. */
  final void say(String text) {
    machine.messages().add(guest.id(), name + " " + text);
  }

  /** What was said about it, over all its reboots. */
  MessageRing messages() {
    return messages;
  }

  UUID uuid() {
    return uuid;
  }

  String name() {
    return name;
  }

  int id() {
    return guest.id();
  }

  Guest guest() {
    return guest;
  }

  DomainConfig config() {
    return config;
  }

  /** What another daemon would make the same domain of: with the present name and identity. */
  ObjectNode description() {
    return config.json().put("name", name).put("uuid", uuid.toString());
  }

  /** Sets what it is built from at its next reboot. */
  synchronized void config(DomainConfig next) {
    config = next;
  }

  synchronized void name(String next) {
    name = next;
    machine.store().rename(guest.id(), next);
  }

  /** Nanoseconds since it was built last. */
  long ageNanos() {
    return System.nanoTime() - createdNanos;
  }

  /** How it ended; null while it has not, or is not known to have. */
  GuestEnd end() {
    return end;
  }

  /** Completes when nothing is left of it, with what became of it. */
  CompletableFuture<String> gone() {
    return gone;
  }

  ConsoleViewers viewers() {
    return viewers;
  }

  /** Refuses what an ended domain cannot do any more. */
  void requireAlive() {
    GuestEnd how = end;
    if (how != null) {
      throw new DaemonException(
          Kind.WRONG_STATE, name + " has ended (" + how.text() + "); only zl destroy helps it now");
    }
  }

  /** Holds its vcpus, or lets them go; pausing twice is as once, as in xl. */
  synchronized void pause(boolean hold) {
    requireAlive();
    if (hold != held) {
      if (hold) {
        machine.control().domains().pause(guest.id());
      } else {
        machine.control().domains().unpause(guest.id());
      }
      held = hold;
    }
  }

  /** Does something with its guest while no vcpu runs; those that ran go on afterwards. */
  <T> T still(Function<Guest, T> work) {
    Guest which = guest();
    machine.control().domains().pause(which.id());
    try {
      return work.apply(which);
    } finally {
      if (machine.control().domains().info(which.id()) != null) {
        machine.control().domains().unpause(which.id());
      }
    }
  }

  /**
   * Begins with what needs its kernel to suspend, which only one can do at a time; {@link
   * #endSaving} follows.
   *
   * @throws DaemonException when it is in no state for that, or somebody does it
   */
  void beginSaving() throws InterruptedException {
    requireAlive();
    if (machine.control().domains().info(id()).paused()) {
      throw new DaemonException(
          Kind.WRONG_STATE, name + " is paused, so its kernel cannot prepare; zl unpause it first");
    }
    new DomainDevices(machine.store().client()).awaitConnecting(id(), CONNECTING_MILLIS);
    if (!saving.compareAndSet(false, true)) {
      throw new DaemonException(
          Kind.WRONG_STATE, name + " is being saved, cloned or moved already");
    }
  }

  void endSaving() {
    saving.set(false);
  }

  /**
   * Refuses what would not be saved, or not go with it.
   *
   * @throws DaemonException between {@link #beginSaving} and {@link #endSaving}
   */
  void requireNotSaving() {
    if (saving.get()) {
      throw new DaemonException(
          Kind.WRONG_STATE, name + " is being saved, cloned or moved; try again when that is done");
    }
  }

  /** Lets it go on after it suspended, or holds it where it is. */
  synchronized void goOn(Suspension suspension, boolean hold) {
    if (end == null) {
      pause(hold);
      suspension.cancel();
    }
  }

  /** Notes that a guest of it has ended; whether it was the present one. */
  synchronized boolean ended(Guest which, GuestEnd how) {
    if (which != guest || end != null) {
      return false;
    }
    end = how;
    return true;
  }

  /** What is to become of it, as its configuration says. */
  synchronized EndAction action() {
    return switch (end) {
      case POWEROFF -> config.actions().poweroff();
      case REBOOT -> config.actions().reboot();
      case WATCHDOG -> config.actions().watchdog();
      case CRASH, SOFT_RESET -> config.actions().crash();
      case SUSPEND -> EndAction.PRESERVE;
      case DESTROYED -> EndAction.DESTROY;
    };
  }

  /**
   * Builds it anew and lets it run.
   *
   * @return false when somebody has destroyed it meanwhile
   */
  synchronized boolean restart() {
    if (destroyed) {
      return false;
    }
    machine.messages().close(guest.id());
    // First of all, since its disks may hold the kernel.
    guest.close();
    build(SpecReader.read(config, name, uuid, boot), DomainSource.KERNEL);
    pause(false);
    return true;
  }

  /** Destroys it. */
  void destroy(String why) {
    Guest last;
    synchronized (this) {
      destroyed = true;
      last = guest;
      end = end == null ? GuestEnd.DESTROYED : end;
    }
    machine.messages().add(last.id(), name() + " is destroyed: " + why);
    machine.messages().close(last.id());
    last.close();
    viewers.close();
    log.close();
    try {
      GuestBootloader.remove(boot, uuid.toString());
    } catch (ToolException e) {
      LOG.warn("{}", e.getMessage());
    }
    gone.complete(why);
  }
}
