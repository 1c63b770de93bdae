package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.migrate.FrozenDomain;
import dev.zendo.dom0.migrate.Suspension;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's kernel goes on as several domains, which have their memory in common. */
class LinuxCloneIT {
  private static final long MEMORY_MIB = 256;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private Machine machine;
  private DomainSpec spec;

  @ParameterizedTest(name = "{0} kernel, {1} vcpus, {2}")
  @CsvSource({"cloud,1,DIRECT", "full,2,DIRECT"})
  void clonesKnowWhatTheirParentKnewAndNothingMore(String flavour, int vcpus, EngineChoice engine)
      throws Exception {
    spec = LinuxDomain.of("vmlinuz-" + flavour, "initramfs", " all", "quiet", MEMORY_MIB, vcpus);
    try (Machine started = Machine.start(4 * MEMORY_MIB, 2, engine)) {
      machine = started;
      long free = machine.freeFrames();
      Guest parent = create(DomainSource.KERNEL);
      await(parent, "leaves the console");
      ask(
          parent,
          "mark=kept; dd if=/dev/urandom of=/r bs=1M count=16; md5sum /r > /sum; echo a$((6*7))",
          "a42");
      FrozenDomain frozen = freeze(parent);
      ask(parent, "mark=parent; rm /r; echo b$((6*7)) $mark", "b42 parent");
      Guest first = create(frozen);
      Guest second = create(frozen);
      ask(first, "md5sum -c /sum; echo c$((6*7)) $mark; mark=first", "c42 kept");
      assertTrue(first.log().text().contains("/r: OK"), () -> first.log().text());
      ask(first, "dd if=/dev/urandom of=/r bs=1M count=16; echo d$((6*7)) $mark", "d42 first");
      // What the parent and the first clone wrote since is nobody else's.
      ask(second, "md5sum -c /sum; echo e$((6*7)) $mark; mark=second", "e42 kept");
      assertTrue(second.log().text().contains("/r: OK"), () -> second.log().text());
      // The parent goes on with its memory in common, and is kept again: only what it wrote is new.
      ask(
          parent,
          "dd if=/dev/urandom of=/p bs=1M count=16; md5sum /p > /sum2; mark=more; echo i$((6*7))",
          "i42");
      FrozenDomain later = freeze(parent);
      ask(
          parent,
          "dd if=/dev/urandom of=/q bs=1M count=32; md5sum -c /sum2; echo j$((6*7))",
          "j42");
      assertTrue(parent.log().text().contains("/p: OK"), () -> parent.log().text());
      Guest fourth = create(later);
      later.close();
      ask(fourth, "md5sum -c /sum2; echo k$((6*7)) $mark", "k42 more");
      assertTrue(fourth.log().text().contains("/p: OK"), () -> fourth.log().text());
      clean(fourth);
      clean(parent);
      parent.close();
      fourth.close();
      frozen.close();
      FrozenDomain again = freeze(second);
      second.close();
      Guest third = create(again);
      again.close();
      ask(third, "md5sum -c /sum; echo f$((6*7)) $mark", "f42 second");
      assertTrue(third.log().text().contains("/r: OK"), () -> third.log().text());
      ask(first, "echo g$((6*7)) $mark", "g42 first");
      for (Guest guest : List.of(first, third)) {
        clean(guest);
        guest.close();
      }
      assertEquals(free, machine.freeFrames());
      assertEquals(List.of(), machine.internalErrors());
    }
  }

  private Guest create(DomainSource source) {
    Guest guest = machine.create(spec, source, ConsoleOutput.NONE);
    guest.start();
    return guest;
  }

  private FrozenDomain freeze(Guest guest) throws InterruptedException {
    Suspension suspension = Suspension.of(machine.control(), guest, LIMIT);
    try {
      return FrozenDomain.of(machine.control(), machine.copyOnWrite(), guest.id());
    } finally {
      suspension.cancel();
    }
  }

  /** Its kernel has nothing to complain of. */
  private static void clean(Guest guest) throws InterruptedException {
    ask(guest, "dmesg | grep -E 'WARNING:|BUG|Oops|Call Trace'; echo h$((6*7))", "h42");
    for (String sign : List.of("] WARNING:", "] BUG:", "] Oops", "] Call Trace")) {
      assertFalse(guest.log().text().contains(sign), () -> guest.log().text());
    }
  }

  private static void await(Guest guest, String text) throws InterruptedException {
    assertTrue(guest.waitFor(text, LIMIT), () -> guest.log().text());
  }

  private static void ask(Guest guest, String command, String answer) throws InterruptedException {
    guest.type(command + "\n");
    await(guest, "\n" + answer);
  }
}
