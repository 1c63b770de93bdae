package dev.zendo.dom0.device;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestDoor;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.image.ElfMaker;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.hypercalls.grant.GrantEntryV1;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.io.SharedRing;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.xenstore.StoreClient;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The frontend of a device, played by a test in the name of a domain that is built but never runs:
 * it has pages of the domain, grants them, has event channels, and writes into the store with the
 * domain's rights.
 */
public final class FakeFrontend implements AutoCloseable {
  private static final long BASE = 0x100000;

  /** Grants below are the domain builder's. */
  private static final int FIRST_GRANT = 8;

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  private final Machine machine;
  private final ControlDomain control;
  private final Guest guest;
  private final StoreClient store;
  private final PhysicalMemory memory;
  private final Mapping grants;
  private final List<Mapping> mappings = new ArrayList<>();
  private int nextGrant = FIRST_GRANT;

  /** A page of the domain: where the test writes it, and its machine frame. */
  public record Page(long address, long frame) {}

  /** A domain with the devices, whose vcpus never run. */
  public FakeFrontend(Machine machine, List<DeviceSpec> devices) {
    this.machine = machine;
    this.control = machine.control();
    byte[] text = {(byte) 0xeb, (byte) 0xfe}; // jmp to itself
    byte[] elf =
        new ElfMaker().entry(BASE).load(BASE, BASE, text, 0x1000).note(5, "xen-3.0").bytes();
    KernelImage kernel = KernelImage.of("fake", elf, 1 << 24);
    DomainSpec spec = new DomainSpec("fake", UUID.randomUUID(), kernel, null, "", 8, 1);
    guest = machine.create(spec.with(devices), ConsoleOutput.NONE);
    store = machine.store().store().client(guest.id());
    memory = control.memory().memory();
    control.domains().maxMemory(guest.id(), 1 << 20);
    long table = control.grants().firstFrame(guest.id());
    grants = control.memory().mapForeign(guest.id(), new long[] {table}, 0, 1);
  }

  /** The domain. */
  public Guest guest() {
    return guest;
  }

  /** Where the pages are. */
  public PhysicalMemory memory() {
    return memory;
  }

  /** The store with the domain's rights. */
  public StoreClient store() {
    return store;
  }

  /** Gives the domain new pages, one after the other at the addresses; zeros. */
  public List<Page> pages(int count) {
    long[] frames = new long[count];
    control.memory().populate(guest.id(), frames);
    Mapping mapping = control.memory().mapForeign(guest.id(), frames, 0, count);
    mappings.add(mapping);
    memory.clear(mapping.address(), (long) count << 12);
    List<Page> pages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pages.add(new Page(mapping.address() + ((long) i << 12), frames[i]));
    }
    return pages;
  }

  /** Grants a page to the control domain and returns the reference. */
  public int grant(Page page, boolean writable) {
    int reference = nextGrant++;
    regrant(reference, page, writable);
    return reference;
  }

  /** Lets a reference that is in nobody's use stand for another page. */
  public void regrant(int reference, Page page, boolean writable) {
    long at = entry(reference);
    int flags = GrantFlags.PERMIT_ACCESS | (writable ? 0 : GrantFlags.READONLY);
    GrantEntryV1.FRAME.set(memory, at, (int) page.frame());
    GrantEntryV1.DOMID.set(memory, at, 0);
    memory.fullFence();
    GrantEntryV1.FLAGS.set(memory, at, flags);
  }

  /** The flags of a grant: whether somebody reads or writes the page. */
  public int grantFlags(int reference) {
    return GrantEntryV1.FLAGS.get(memory, entry(reference));
  }

  /** Takes a grant back; only one that nobody uses. */
  public void revoke(int reference) {
    GrantEntryV1.FLAGS.set(memory, entry(reference), 0);
  }

  private long entry(int reference) {
    return grants.address() + (long) reference * GrantEntryV1.LAYOUT.size();
  }

  /** The indices of a ring that nobody has used. */
  public void initRing(long address) {
    memory.clear(address, SharedRing.LAYOUT.size());
    SharedRing.REQ_EVENT.set(memory, address, 1);
    SharedRing.RSP_EVENT.set(memory, address, 1);
  }

  /** An event channel that the control domain may bind. */
  public int port() {
    return control.events().allocUnbound(guest.id());
  }

  /** Raises the event of a port that is bound. */
  public void send(int port) {
    GuestDoor.send(machine, guest.id(), port);
  }

  /** Writes a key of the frontend's directory. */
  public void write(DeviceSpec device, String key, Object value) {
    store.write(device.of(guest.id()).frontend() + "/" + key, value.toString());
  }

  /** Writes the frontend's state. */
  public void state(DeviceSpec device, int state) {
    write(device, "state", state);
  }

  /** Reads a key of the back end's directory, with the domain's rights. */
  public String back(DeviceSpec device, String key) {
    return store.find(device.of(guest.id()).backend() + "/" + key).orElse("");
  }

  /** Waits for a state of the back end. */
  public void awaitState(DeviceSpec device, int state) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE;
    while (!back(device, "state").equals(Integer.toString(state))) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(
            "the back end is in state " + back(device, "state") + ", not " + state);
      }
      settle();
      Thread.sleep(1);
    }
  }

  /** Waits until all that the store or an event has caused so far is done. */
  public void settle() {
    // Events come after one task: those that wait now are served between the two.
    control.events().await(() -> {});
    control.events().await(() -> {});
  }

  /** Closes a device as Linux does, from any state. */
  public void shut(DeviceSpec device) throws InterruptedException {
    state(device, XenbusState.CLOSING);
    state(device, XenbusState.CLOSED);
    awaitState(device, XenbusState.CLOSED);
  }

  @Override
  public void close() {
    mappings.forEach(Mapping::close);
    grants.close();
    store.close();
    guest.close();
  }
}
