package dev.zendo.dom0.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.builder.DomainLayout;
import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.control.MemoryControl;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.dom0.migrate.stream.DomainSink;
import dev.zendo.dom0.migrate.stream.StreamException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Domains of a few instructions that have their memory in common. */
@Timeout(60)
class FrozenDomainTest {
  private static final long PAGES = 8 << 8;

  /** Page frames that the kernel has no use for, and does not map. */
  private static final int DATA = 1200;

  private static final int DATA_PAGES = 600;

  /** Those of them that somebody writes at all times. */
  private static final int WRITTEN = 200;

  @TempDir private Path temp;
  private final Machine machine = Machine.start(128, 1, EngineChoice.INTERPRETER);
  private final MemoryControl memory = machine.control().memory();
  private DomainSpec spec;
  private DomainLayout layout;
  private Guest parent;
  private final Map<Guest, long[]> known = new HashMap<>();
  private long free;
  private final long layers = layers();

  @BeforeEach
  void build() throws IOException {
    Path file = temp.resolve("tiny.elf");
    Files.write(file, new TinyKernel().shutdown(0).elf().bytes());
    KernelImage kernel = KernelImage.read(file, 8 << 20);
    spec = new DomainSpec("tiny", UUID.randomUUID(), kernel, null, "", 8, 1);
    layout = new DomainLayout(kernel, PAGES, 0);
    free = machine.freeFrames();
    parent = create(DomainSource.KERNEL);
    for (int i = 0; i < DATA_PAGES; i++) {
      set(parent, i, 100 + i);
    }
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private Guest create(DomainSource source) {
    return machine.create(spec, source, ConsoleOutput.NONE);
  }

  private FrozenDomain freeze(Guest guest) {
    return FrozenDomain.of(machine.control(), machine.copyOnWrite(), guest.id());
  }

  /** The frames of a domain, as its own list says now. */
  private long[] frames(Guest guest) {
    suspend(guest);
    long shared = machine.control().domains().info(guest.id()).sharedInfoFrame();
    byte[] info = new byte[DomainSink.PAGE];
    try (Mapping page = memory.mapForeign(guest.id(), new long[] {shared}, 0, 1)) {
      memory.memory().read(page.address(), info, 0, info.length);
    }
    return GuestP2m.read(new GuestPages(memory, guest.id()), info).list();
  }

  /** Suspends a domain that has not run, as if it had. */
  private void suspend(Guest guest) {
    TinySuspension.suspend(machine, guest, layout, PAGES);
  }

  private void set(Guest guest, int page, long value) {
    try (Mapping mapped = memory.mapForeign(guest.id(), suspendedFrames(guest), DATA + page, 1)) {
      memory.memory().putLong(mapped.address() + 16, value);
    }
  }

  private long get(Guest guest, int page) {
    try (Mapping mapped = memory.mapForeign(guest.id(), suspendedFrames(guest), DATA + page, 1)) {
      return memory.memory().getLong(mapped.address() + 16);
    }
  }

  /** The same as it was when it was first asked for. */
  private long[] suspendedFrames(Guest guest) {
    return known.computeIfAbsent(guest, this::frames);
  }

  private void nothingIsLeft() {
    assertEquals(free, machine.freeFrames());
    assertEquals(0, machine.copyOnWrite().mappedRanges());
    assertEquals(layers, layers());
    assertTrue(machine.internalErrors().isEmpty());
  }

  /** Files of frozen pages that are open. */
  private static long layers() {
    File[] open = new File("/proc/self/fd").listFiles();
    return open == null ? 0 : Stream.of(open).filter(FrozenDomainTest::isLayer).count();
  }

  private static boolean isLayer(File descriptor) {
    try {
      return Files.readSymbolicLink(descriptor.toPath()).toString().contains("zendo-frozen");
    } catch (IOException e) {
      // The one with which they were listed.
      return false;
    }
  }

  private void runs(Guest guest) throws InterruptedException {
    guest.start();
    assertEquals(GuestEnd.POWEROFF, guest.await(Duration.ofSeconds(30)));
  }

  @Test
  void nobodySeesWhatOthersWrite() {
    FrozenDomain frozen = freeze(parent);
    set(parent, 0, 1);
    Guest one = create(frozen);
    Guest two = create(frozen);
    set(one, 1, 2);
    set(two, 1, 3);
    set(two, 2, 4);
    for (int i = 3; i < DATA_PAGES; i++) {
      assertEquals(100 + i, get(one, i));
      assertEquals(100 + i, get(two, i));
    }
    assertEquals(List.of(1L, 101L), List.of(get(parent, 0), get(parent, 1)));
    assertEquals(List.of(100L, 2L, 102L), List.of(get(one, 0), get(one, 1), get(one, 2)));
    assertEquals(List.of(100L, 3L, 4L), List.of(get(two, 0), get(two, 1), get(two, 2)));
    parent.close();
    two.close();
    assertEquals(List.of(100L, 2L, 102L), List.of(get(one, 0), get(one, 1), get(one, 2)));
    one.close();
    frozen.close();
    nothingIsLeft();
  }

  @Test
  void clonesOfWhatEndedRunAndEndInAnyOrder() throws InterruptedException {
    Random random = new Random(5);
    FrozenDomain frozen = freeze(parent);
    parent.close();
    List<Guest> guests = new ArrayList<>();
    for (int round = 0; round < 12; round++) {
      Guest guest = create(frozen);
      if (random.nextBoolean()) {
        runs(guest);
      }
      guests.add(guest);
      while (!guests.isEmpty() && random.nextInt(3) > 0) {
        guests.remove(random.nextInt(guests.size())).close();
      }
    }
    frozen.close();
    guests.forEach(Guest::close);
    assertThrows(ToolException.class, () -> create(frozen));
    nothingIsLeft();
  }

  @Test
  void clonesOfClonesKnowWhatTheseWrote() throws InterruptedException {
    FrozenDomain frozen = freeze(parent);
    Guest child = create(frozen);
    suspend(child);
    set(child, 7, 77);
    FrozenDomain second = freeze(child);
    frozen.close();
    child.close();
    parent.close();
    Guest grandchild = create(second);
    second.close();
    assertEquals(106, get(grandchild, 6));
    assertEquals(77, get(grandchild, 7));
    runs(grandchild);
    grandchild.close();
    nothingIsLeft();
  }

  @Test
  void laterSnapshotsShareWhatStayedTheSame() throws InterruptedException {
    Random random = new Random(11);
    long[] now = new long[DATA_PAGES];
    for (int i = 0; i < DATA_PAGES; i++) {
      now[i] = 100L + i;
    }
    List<FrozenDomain> snapshots = new ArrayList<>();
    List<long[]> then = new ArrayList<>();
    for (int round = 0; round < 12; round++) {
      snapshots.add(freeze(parent));
      then.add(now.clone());
      // Pages here and there, and a run of some length, part of which becomes zero.
      int first = random.nextInt(DATA_PAGES);
      for (int i = 0; i < 60; i++) {
        int page = i < 40 ? (first + i) % DATA_PAGES : random.nextInt(DATA_PAGES);
        now[page] = i % 5 == 4 ? 0 : random.nextInt();
        set(parent, page, now[page]);
      }
      if (random.nextInt(3) == 0) {
        int gone = random.nextInt(snapshots.size());
        snapshots.remove(gone).close();
        then.remove(gone);
      }
      if (!snapshots.isEmpty()) {
        int which = random.nextInt(snapshots.size());
        Guest clone = create(snapshots.get(which));
        for (int i = 0; i < DATA_PAGES; i++) {
          assertEquals(then.get(which)[i], get(clone, i));
          assertEquals(now[i], get(parent, i));
        }
        known.remove(clone);
        clone.close();
      }
    }
    Guest last = create(snapshots.get(0));
    snapshots.forEach(FrozenDomain::close);
    parent.close();
    runs(last);
    last.close();
    nothingIsLeft();
  }

  @Test
  void whatOthersWriteMeanwhileIsNotLost() throws Exception {
    long[] own = suspendedFrames(parent);
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean enough = new AtomicBoolean();
    try (Mapping mapped = memory.mapForeign(parent.id(), own, DATA, DATA_PAGES)) {
      FutureTask<Long> writer =
          new FutureTask<>(
              () -> {
                long rounds = 0;
                while (!enough.get()) {
                  rounds++;
                  for (int page = 0; page < WRITTEN; page++) {
                    long at = mapped.address() + 4096L * page + 16;
                    memory.memory().putLong(at, memory.memory().getLong(at) + 1);
                  }
                  begun.countDown();
                }
                return rounds;
              });
      Thread thread = new Thread(writer, "writer");
      thread.start();
      try {
        assertTrue(begun.await(30, TimeUnit.SECONDS));
        for (int round = 0; round < 200; round++) {
          freeze(parent).close();
        }
      } finally {
        enough.set(true);
        thread.join();
      }
      for (int page = 0; page < DATA_PAGES; page++) {
        assertEquals(100 + page + (page < WRITTEN ? writer.get() : 0), get(parent, page));
      }
    }
    FrozenDomain frozen = freeze(parent);
    Guest clone = create(frozen);
    assertEquals(get(parent, 3), get(clone, 3));
    frozen.close();
    clone.close();
    parent.close();
    nothingIsLeft();
  }

  @Test
  void holesStayHolesAndOthersMemoryIsNotTaken() {
    Guest other = create(DomainSource.KERNEL);
    set(other, 0, 0x5ec2e7);
    long[] strangers = suspendedFrames(other);
    // What a balloon leaves behind, a frame of somebody else, and one that is named twice.
    long[] own = suspendedFrames(parent);
    int list = (int) layout.p2mPfn() + DATA / 512;
    try (Mapping mapped = memory.mapForeign(parent.id(), own, list, 1)) {
      long at = mapped.address() + 8L * (DATA % 512);
      memory.memory().putLong(at, -1);
      memory.memory().putLong(at + 8, strangers[DATA]);
      memory.memory().putLong(at + 16, own[DATA + 3]);
    }
    FrozenDomain frozen = freeze(parent);
    Guest clone = create(frozen);
    long[] frames = suspendedFrames(clone);
    assertEquals(List.of(-1L, -1L), List.of(frames[DATA], frames[DATA + 1]));
    assertEquals(PAGES - 3, machine.control().domains().info(clone.id()).pages());
    assertEquals(104, get(clone, 4));
    frozen.close();
    List.of(clone, other, parent).forEach(Guest::close);
    nothingIsLeft();
  }

  @Test
  void memoryThatWasGivenBeforeIsUsedAsFarAsItFits() throws InterruptedException {
    // Page frames beyond the domain's number of pages, and a hole below it.
    long[] own = suspendedFrames(parent);
    int list = (int) layout.p2mPfn() + DATA / 512;
    try (Mapping mapped = memory.mapForeign(parent.id(), own, list, 1)) {
      memory.memory().putLong(mapped.address() + 8L * (DATA % 512), -1);
    }
    for (long given : List.of(PAGES, PAGES - 1, PAGES - 700, 0L, PAGES + 9)) {
      try (FrozenDomain frozen = freeze(parent);
          DomainShell shell = new DomainShell(machine.control())) {
        shell.make(spec, (int) given);
        Guest clone = create(shell.of(frozen));
        assertEquals(PAGES - 1, machine.control().domains().info(clone.id()).pages());
        assertEquals(-1, suspendedFrames(clone)[DATA]);
        for (int i = 1; i < DATA_PAGES; i++) {
          assertEquals(100 + i, get(clone, i));
        }
        runs(clone);
        clone.close();
      }
    }
    parent.close();
    nothingIsLeft();
  }

  @Test
  void shellsThatNobodyBuildsLeaveNothing() {
    FrozenDomain frozen = freeze(parent);
    try (DomainShell shell = new DomainShell(machine.control())) {
      assertThrows(ToolException.class, () -> shell.make(spec, 1 << 20));
    }
    try (DomainShell shell = new DomainShell(machine.control())) {
      shell.make(spec, (int) PAGES);
      frozen.close();
      assertThrows(ToolException.class, () -> create(shell.of(frozen)));
    }
    parent.close();
    nothingIsLeft();
  }

  @Test
  void whatCannotBeKeptIsRefusedAndStaysAsItIs() {
    long[] own = suspendedFrames(parent);
    // A page table that refers to a frame of somebody else's, as with foreign maps.
    int list = (int) (layout.p2mPfn() + layout.tablesPfn() / 512);
    try (Mapping mapped = memory.mapForeign(parent.id(), own, list, 1)) {
      memory.memory().putLong(mapped.address() + 8 * ((layout.tablesPfn() + 1) % 512), -1);
    }
    assertThrows(StreamException.class, () -> freeze(parent));
    assertEquals(105, get(parent, 5));
    parent.close();
    nothingIsLeft();
  }
}
