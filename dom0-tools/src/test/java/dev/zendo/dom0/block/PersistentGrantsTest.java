package dev.zendo.dom0.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.Machine;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.device.FakeFrontend;
import dev.zendo.dom0.device.FakeFrontend.Page;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.io.BlkifOp;
import dev.zendo.hypercalls.io.BlkifRequest;
import dev.zendo.hypercalls.io.BlkifSegment;
import dev.zendo.hypercalls.io.BlkifStatus;
import dev.zendo.hypercalls.io.XenbusState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages that stay mapped, with frontends that keep to the protocol and with others. */
class PersistentGrantsTest {
  private static final int IN_USE = GrantFlags.READING | GrantFlags.WRITING;

  private final Machine machine = Machine.start(64, 1);
  @TempDir private Path folder;
  private byte[] contents;
  private DeviceSpec device;
  private long frames;
  private FakeFrontend frontend;
  private BlockClient client;

  @BeforeEach
  void connect() throws Exception {
    contents = new byte[1 << 18];
    new Random(1).nextBytes(contents);
    Path file = Files.write(folder.resolve("disk.img"), contents);
    device = DiskSpec.parse(file + ",raw,xvda,w,persistent");
    frames = machine.freeFrames();
    frontend = new FakeFrontend(machine, List.of(device));
    client = new BlockClient(frontend, device, 0);
    client.persist();
    client.connect();
  }

  @AfterEach
  void nothingIsLeft() {
    frontend.close();
    assertEquals(frames, machine.freeFrames());
    machine.close();
    assertTrue(machine.internalErrors().isEmpty());
  }

  private Object mapped() {
    return machine.devices().devices().get(0).metrics().get("mapped");
  }

  private byte[] onDisk(int page) {
    return Arrays.copyOfRange(contents, page << 12, page + 1 << 12);
  }

  private int finish(int operation, int sector, int pages) throws InterruptedException {
    client.request(operation, sector, pages);
    return client.finish();
  }

  @Test
  void pagesStayMappedUntilTheConnectionEnds() throws Exception {
    for (int round = 0; round < 3; round++) {
      assertEquals(BlkifStatus.OKAY, finish(BlkifOp.READ, 8 * round, 11));
      assertEquals(11, mapped());
      assertArrayEquals(onDisk(round + 10), client.contents(10));
    }
    client.fill(4, new byte[4096]);
    assertEquals(BlkifStatus.OKAY, finish(BlkifOp.WRITE, 0, 5));
    assertArrayEquals(new byte[4096], Arrays.copyOfRange(image(), 4 << 12, 5 << 12));
    assertEquals(IN_USE, frontend.grantFlags(client.reference(10)) & IN_USE);
    frontend.state(device, XenbusState.CLOSED);
    frontend.awaitState(device, XenbusState.CLOSED);
    assertEquals(GrantFlags.PERMIT_ACCESS, frontend.grantFlags(client.reference(10)));
  }

  private byte[] image() throws Exception {
    return Files.readAllBytes(folder.resolve("disk.img"));
  }

  @Test
  void indirectRequestsToo() throws Exception {
    client.indirect(BlkifOp.READ, 0, BlockClient.DATA_PAGES);
    assertEquals(BlkifStatus.OKAY, client.finish());
    assertEquals(BlockClient.DATA_PAGES, mapped());
    assertArrayEquals(onDisk(63), client.contents(63));
  }

  @Test
  void theOtherEndMustWantItToo() throws Exception {
    frontend.shut(device);
    frontend.state(device, XenbusState.INITIALISING);
    BlockClient other = new BlockClient(frontend, device, 0);
    other.connect();
    other.request(BlkifOp.READ, 0, 1);
    assertEquals(BlkifStatus.OKAY, other.finish());
    assertEquals(0, mapped());
  }

  @Test
  void whatCannotBeMappedIsCopiedAsFarAsItIsGranted() throws Exception {
    frontend.regrant(client.reference(0), client.data(0), false);
    frontend.revoke(client.reference(2));
    assertEquals(BlkifStatus.OKAY, finish(BlkifOp.WRITE, 0, 2));
    assertEquals(BlkifStatus.ERROR, finish(BlkifOp.READ, 0, 1));
    assertEquals(BlkifStatus.ERROR, finish(BlkifOp.WRITE, 0, 3));
    assertEquals(0, mapped());
    frontend.regrant(client.reference(0), client.data(0), true);
    assertEquals(BlkifStatus.OKAY, finish(BlkifOp.READ, 0, 2));
    assertEquals(2, mapped());
  }

  @Test
  void oneReferenceManyTimesInARequest() throws Exception {
    long at = client.request(BlkifOp.READ, 0, 11);
    for (int i = 0; i < 11; i++) {
      client.segment(at, i, 0, 0, 7);
    }
    assertEquals(BlkifStatus.OKAY, client.finish());
    assertEquals(1, mapped());
    assertArrayEquals(onDisk(10), client.contents(0));
  }

  /** A frontend that takes pages back against the protocol gets its data into the old ones. */
  @Test
  void aReferenceKeepsItsPage() throws Exception {
    assertEquals(BlkifStatus.OKAY, finish(BlkifOp.READ, 0, 2));
    frontend.regrant(client.reference(0), client.data(20), true);
    frontend.revoke(client.reference(1));
    client.fill(0, new byte[4096]);
    assertEquals(BlkifStatus.OKAY, finish(BlkifOp.READ, 0, 2));
    assertArrayEquals(onDisk(0), client.contents(0));
    assertArrayEquals(new byte[4096], client.contents(20));
    frontend.shut(device);
    assertEquals(0, frontend.grantFlags(client.reference(0)) & IN_USE);
  }

  /** A request for whole pages with the given references. */
  private static BlockRequest request(int... references) {
    BlockRequest request = new BlockRequest();
    ByteBuffer slot = ByteBuffer.wrap(request.slot()).order(ByteOrder.LITTLE_ENDIAN);
    slot.put(BlkifRequest.NR_SEGMENTS.offset(), (byte) references.length);
    for (int i = 0; i < references.length; i++) {
      int segment = BlkifRequest.SEG.offset() + i * BlkifSegment.LAYOUT.size();
      slot.putInt(segment + BlkifSegment.GREF.offset(), references[i]);
    }
    assertTrue(request.parse() && request.segments());
    return request;
  }

  @Test
  void theOneThatWasNotUsedForLongestMakesRoom() {
    List<Page> pages = frontend.pages(8);
    int[] references = pages.stream().mapToInt(page -> frontend.grant(page, true)).toArray();
    int[] slots = new int[BlockRequest.MAX_SEGMENTS];
    int domain = frontend.guest().id();
    PersistentGrants grants = new PersistentGrants(machine.control().grants(), domain, 3);
    Random random = new Random(7);
    List<Integer> expected = new java.util.ArrayList<>();
    for (int round = 0; round < 500; round++) {
      int page = random.nextInt(pages.size());
      BlockRequest one = request(references[page]);
      grants.pin(one, slots);
      frontend.memory().putInt(pages.get(page).address(), round);
      assertEquals(round, frontend.memory().getInt(grants.address(slots[0])));
      grants.unpin(one, slots);
      expected.remove((Integer) page);
      expected.add(page);
      if (expected.size() > 3) {
        expected.remove(0);
      }
      for (int i = 0; i < pages.size(); i++) {
        boolean used = (frontend.grantFlags(references[i]) & IN_USE) != 0;
        assertEquals(expected.contains(i), used);
      }
    }
    BlockRequest four = request(references[0], references[1], references[2], references[3]);
    grants.pin(four, slots);
    int without = 0;
    for (int i = 0; i < 4; i++) {
      without += slots[i] == PersistentGrants.NONE ? 1 : 0;
    }
    assertEquals(1, without, "what a request uses makes no room");
    grants.unpin(four, slots);
    assertEquals(3, grants.count());
    grants.close();
    assertEquals(0, grants.count());
    assertNotEquals(IN_USE, frontend.grantFlags(references[0]) & IN_USE);
  }
}
