package dev.zendo.dom0;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleLog;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.dom0.report.CrashReport;
import dev.zendo.dom0.report.FailureFile;
import dev.zendo.hypervisor.domain.CodeSweep;
import dev.zendo.hypervisor.domain.InternalFailure;
import dev.zendo.hypervisor.trace.Sample;
import dev.zendo.hypervisor.trace.SamplingPlan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Guests of a few instructions on a whole machine: builder, console, store, ends. */
@ParameterizedClass
@EnumSource(names = {"DIRECT", "INTERPRETER"})
class MachineTest {
  private static final long BASE = TinyKernel.BASE;
  private static final Duration LONG = Duration.ofSeconds(60);

  private final Machine machine;
  private int expectedErrors;

  @TempDir private Path folder;

  MachineTest(EngineChoice engine) {
    Optional<String> obstacle = engine.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "the host cannot run it: " + obstacle.orElse(""));
    machine = Machine.start(64, 1, engine);
  }

  @AfterEach
  void stop() {
    machine.close();
    assertEquals(expectedErrors, machine.internalErrors().size());
  }

  private Guest guest(TinyKernel code) {
    KernelImage kernel = KernelImage.of("test", code.elf().bytes(), 1 << 24);
    DomainSpec spec = new DomainSpec("test", UUID.randomUUID(), kernel, null, "", 8, 1);
    Guest guest = machine.create(spec, ConsoleOutput.NONE);
    guest.start();
    return guest;
  }

  @Test
  void guestsEndAsTheyAsk() throws InterruptedException {
    GuestEnd[] ends = {GuestEnd.POWEROFF, GuestEnd.REBOOT, GuestEnd.SUSPEND, GuestEnd.CRASH};
    for (int reason = 0; reason < ends.length; reason++) {
      try (Guest guest = guest(new TinyKernel().shutdown(reason))) {
        assertEquals(ends[reason], guest.await(LONG));
      }
    }
  }

  @Test
  void anErrorOfOursEndsTheGuestForWhichItHappenedAndSaysWhoseItIs() throws Exception {
    TinyKernel endless = TinyKernel.endless();
    try (Guest other = guest(endless);
        Guest guest = guest(endless)) {
      machine
          .control()
          .events()
          .post(
              guest.id(),
              () -> {
                throw new StackOverflowError("made by the test");
              });
      expectedErrors = 1;
      assertEquals(GuestEnd.CRASH, guest.await(LONG));
      assertTrue(guest.crashReason().startsWith(InternalFailure.TITLE), guest::crashReason);
      assertFalse(other.end().isDone());
      Path file = FailureFile.write(folder, "title", machine.internalErrors(), "the rest");
      String text = Files.readString(file);
      assertTrue(text.startsWith("title\n") && text.endsWith("the rest"), text);
      assertTrue(text.contains("domain " + guest.id() + "\n"), text);
      assertTrue(text.contains("StackOverflowError: made by the test"), text);
    }
  }

  @Test
  void guestsThatTakeTurnsGoOnWhileTheirCodeIsLetGoOf() {
    // l: mov eax,29; xor edi,edi; syscall; jmp l: sched_op(yield)
    TinyKernel yields = new TinyKernel().put(0xb8, 29, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05, 0xeb, 0xf5);
    try (Guest one = guest(yields);
        Guest other = guest(yields)) {
      int shed = 0;
      CodeSweep sweep = machine.hypervisor().codeSweep();
      for (int i = 0; i < 1000 && shed < 100; i++) {
        long before = one.instructions() + other.instructions();
        assertEquals(0, sweep.sweep(-1, 1).shed(), "both count as busy");
        shed += sweep.sweep(Long.MAX_VALUE, 1).shed();
        for (int spin = 0; one.instructions() + other.instructions() == before; spin++) {
          assertTrue(spin < 1_000_000_000 && !one.end().isDone() && !other.end().isDone());
          Thread.onSpinWait();
        }
      }
      boolean emits = machine.hypervisor().engine().name().equals("direct");
      assertTrue(emits ? shed >= 100 : shed == 0, "shed " + shed + " times");
    }
  }

  @Test
  void aFailingHypercallIsReportedWithTheStateOfItsGuest() throws InterruptedException {
    machine
        .tracer()
        .enable(
            true,
            false,
            false,
            line -> {
              if (line.contains("xen_version")) {
                throw new IllegalStateException("made by the test");
              }
            });
    expectedErrors = 1;
    try (Guest guest = guest(new TinyKernel().hypercall(17, 0, BASE).shutdown(0))) {
      assertEquals(GuestEnd.CRASH, guest.await(LONG));
      String text = machine.internalErrors().get(0).text();
      assertTrue(text.contains("hypercall 17: xen_version("), text);
      String state =
          new CrashReport(machine.control(), guest, guest.spec().kernel().symbols())
              .textWithMemory();
      assertTrue(state.contains("  rsi:\n    00000011b8f38948"), state);
    }
  }

  @Test
  void whatAGuestDidIsCounted() throws InterruptedException {
    try (Guest guest = guest(new TinyKernel().hypercall(17, 0, 0).shutdown(0))) {
      assertEquals(GuestEnd.POWEROFF, guest.await(LONG));
      List<String> lines = guest.statistics().get(0).lines();
      assertTrue(lines.contains("exits           syscall 2"), lines::toString);
      assertTrue(lines.contains("hypercalls      xen_version 1  sched_op 1"), lines::toString);
    }
  }

  @Test
  void samplesNameTheGuestsPlace() throws InterruptedException {
    KernelImage kernel = KernelImage.of("test", loop().elf().bytes(), 1 << 24);
    DomainSpec spec = new DomainSpec("test", UUID.randomUUID(), kernel, null, "", 8, 1);
    try (Guest guest = machine.create(spec, ConsoleOutput.NONE)) {
      guest.sample(new SamplingPlan(1000, 0, true, false));
      guest.start();
      assertEquals(GuestEnd.POWEROFF, guest.await(LONG));
      Map<Sample, Long> samples = guest.samples();
      assertEquals(20, samples.values().stream().mapToLong(Long::longValue).sum());
      assertTrue(samples.keySet().stream().allMatch(s -> s.kernelMode()), samples::toString);
    }
  }

  /** mov ecx,10000; l: dec ecx; jnz l; then the end. */
  private static TinyKernel loop() {
    return new TinyKernel().put(0xb9, 0x10, 0x27, 0, 0, 0xff, 0xc9, 0x75, 0xfc).shutdown(0);
  }

  @Test
  void aKernelThatFaultsWithoutHandlersCrashesWithAReport() throws InterruptedException {
    try (Guest guest = guest(new TinyKernel().put(0x0f, 0x0b))) {
      assertEquals(GuestEnd.CRASH, guest.await(LONG));
      assertTrue(guest.crashReason().contains("#UD"), guest.crashReason());
      String report =
          new CrashReport(machine.control(), guest, guest.spec().kernel().symbols()).text();
      assertTrue(report.contains("vcpu 0, kernel mode"), report);
      assertTrue(report.contains("start+0x3/0x800"), report);
      assertTrue(report.contains("rsi "), report);
    }
  }

  @Test
  void aLoopingGuestCanBeLookedAtAndDestroyed() throws InterruptedException {
    Guest guest = guest(TinyKernel.endless());
    assertNull(guest.await(Duration.ofMillis(20)));
    guest.close();
    assertEquals(GuestEnd.DESTROYED, guest.await(LONG));
    assertNull(machine.control().domains().info(guest.id()));
  }

  @Test
  void wildPointersInEveryHypercallLeaveTheMachineUsable() throws InterruptedException {
    TinyKernel code = new TinyKernel();
    for (int number = 0; number < 48; number++) {
      // A stack switch, an iret or a shutdown would end the test, not the machine.
      if (number != 3 && number != 6 && number != 23 && number != 29) {
        code.hypercall(number, number, 0x7fff_dead_beefL);
      }
    }
    try (Guest guest = guest(code.shutdown(0))) {
      GuestEnd end = guest.await(LONG);
      assertTrue(end == GuestEnd.POWEROFF || end == GuestEnd.CRASH, () -> "ended: " + end);
    }
    guestsEndAsTheyAsk();
  }

  @Test
  void theStoreKnowsAGuestWhileItLives() throws InterruptedException {
    String home;
    try (Guest guest = guest(new TinyKernel().shutdown(0))) {
      home = "/local/domain/" + guest.id();
      assertEquals("test", machine.store().client().read(home + "/name"));
      assertEquals("online", machine.store().client().read(home + "/cpu/0/availability"));
      assertEquals("8192", machine.store().client().read(home + "/memory/target"));
      assertEquals(GuestEnd.POWEROFF, guest.await(LONG));
    }
    assertTrue(machine.store().client().find(home).isEmpty());
    assertEquals(0, machine.store().client().list("/vm").size());
  }

  @Test
  void printsThroughTheConsoleRing() throws InterruptedException {
    // The ring page lies two pages behind start info: out at 1024, out_prod at 3084.
    byte[] text = "hello\n".getBytes(StandardCharsets.US_ASCII);
    TinyKernel code = new TinyKernel();
    for (int i = 0; i < text.length; i++) {
      // mov byte [rbx + 0x2000 + 1024 + i], text[i]
      code.put(0xc6, 0x83);
      code.putInt(0x2000 + 1024 + i);
      code.put(text[i]);
    }
    code.put(0xc7, 0x83); // mov dword [rbx + 0x2000 + 3084], length
    code.putInt(0x2000 + 3084);
    code.putInt(text.length);
    ConsoleLog log;
    try (Guest guest = guest(code.shutdown(0))) {
      assertEquals(GuestEnd.POWEROFF, guest.await(LONG));
      log = guest.log();
    }
    assertEquals("hello\n", log.text());
  }

  @Test
  void refusesGuestsThatDoNotFitAndGivesEverythingBack() throws InterruptedException {
    KernelImage kernel =
        KernelImage.of("test", new TinyKernel().shutdown(0).elf().bytes(), 1 << 24);
    DomainSpec large = new DomainSpec("large", UUID.randomUUID(), kernel, null, "", 4096, 1);
    for (int i = 0; i < 3; i++) {
      ToolException e =
          assertThrows(ToolException.class, () -> machine.create(large, ConsoleOutput.NONE));
      assertTrue(e.getMessage().contains("--memory"), e.getMessage());
    }
    guestsEndAsTheyAsk();
  }

  @Test
  void memoryThreadsAndPortsDoNotGrowWithTheNumberOfGuests() throws InterruptedException {
    KernelImage kernel =
        KernelImage.of("test", new TinyKernel().shutdown(0).elf().bytes(), 1 << 24);
    int threads = 0;
    long free = 0;
    for (int i = 0; i < 60; i++) {
      DomainSpec spec = new DomainSpec("g" + i, UUID.randomUUID(), kernel, null, "", 8, 1);
      try (Guest guest = machine.create(spec, ConsoleOutput.NONE)) {
        guest.start();
        assertEquals(GuestEnd.POWEROFF, guest.await(LONG));
      }
      if (i == 9) {
        threads = Thread.activeCount();
        free = machine.freeFrames();
      }
    }
    assertEquals(free, machine.freeFrames());
    assertTrue(Thread.activeCount() <= threads, "threads: " + Thread.activeCount());
  }
}
