package dev.zendo.dom0.ninep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.Machine;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.device.FakeFrontend;
import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypercalls.io.NinePMessage;
import dev.zendo.hypercalls.io.NinePValues;
import dev.zendo.hypercalls.io.NinePfsInterface;
import dev.zendo.hypercalls.io.XenbusState;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A shared folder through its rings, with a frontend that a test plays. */
@EnabledOnOs(OS.LINUX)
class NinePBackendTest {
  private static final int ORDER = 1;
  private static final int PAGES = 1 << ORDER;
  private static final int SIZE = PAGES << 11;
  private static final int PATIENCE = 60_000;

  @TempDir private Path folder;
  private final Machine machine = Machine.start(64, 1);
  private FakeFrontend frontend;
  private DeviceSpec device;

  /** One ring as the frontend made it. */
  private final class Ring {
    final FakeFrontend.Page indices = frontend.pages(1).get(0);
    final List<FakeFrontend.Page> data = frontend.pages(PAGES);
    final int[] grants = new int[PAGES];
    final int indicesGrant = frontend.grant(indices, true);
    final int port = frontend.port();
    final PhysicalMemory memory = frontend.memory();
    int produced;
    int consumed;

    Ring(int number) {
      NinePfsInterface.RING_ORDER.set(memory, indices.address(), ORDER);
      for (int i = 0; i < PAGES; i++) {
        grants[i] = frontend.grant(data.get(i), true);
        memory.putInt(indices.address() + NinePfsInterface.LAYOUT.size() + 4L * i, grants[i]);
      }
      frontend.write(device, "ring-ref" + number, indicesGrant);
      frontend.write(device, "event-channel-" + number, port);
    }

    void produced(int value) {
      memory.putIntRelease(indices.address() + NinePfsInterface.OUT_PROD.offset(), value);
      frontend.send(port);
    }

    void put(byte[] request) {
      long out = data.get(0).address() + SIZE;
      for (byte value : request) {
        memory.putByte(out + (produced++ & SIZE - 1), value);
      }
    }

    void send(Request request) {
      put(request.bytes());
      produced(produced);
    }

    /** Waits for an answer; its body. */
    ByteBuffer receive(int type) throws InterruptedException {
      ByteBuffer message = receive();
      assertEquals(type, message.get(4) & 0xff);
      return message;
    }

    /** Waits for an answer or an error. */
    private ByteBuffer receive() throws InterruptedException {
      awaitBytes(Integer.BYTES);
      int length = 0;
      for (int i = 0; i < Integer.BYTES; i++) {
        long at = data.get(0).address() + (consumed + i & SIZE - 1);
        length |= (memory.getByte(at) & 0xff) << 8 * i;
      }
      awaitBytes(length);
      ByteBuffer message = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < length; i++) {
        message.put(memory.getByte(data.get(0).address() + (consumed++ & SIZE - 1)));
      }
      memory.putIntRelease(indices.address() + NinePfsInterface.IN_CONS.offset(), consumed);
      frontend.send(port);
      return message.position(NinePValues.HEADER_SIZE);
    }

    private void awaitBytes(int count) throws InterruptedException {
      long at = indices.address() + NinePfsInterface.IN_PROD.offset();
      for (int i = 0; i < PATIENCE && memory.getIntAcquire(at) - consumed < count; i++) {
        Thread.sleep(1);
      }
      assertTrue(memory.getIntAcquire(at) - consumed >= count, "no answer");
    }
  }

  @BeforeEach
  void start() throws InterruptedException, IOException {
    Files.writeString(folder.resolve("file"), "content");
    device = new SharedFolder("tag", folder.toString(), false).device(0);
    frontend = new FakeFrontend(machine, List.of(device));
    frontend.awaitState(device, XenbusState.INIT_WAIT);
  }

  @AfterEach
  void stop() {
    frontend.close();
    machine.close();
    assertEquals(0, machine.internalErrors().size());
  }

  private Ring[] connect(int count) throws InterruptedException {
    frontend.write(device, "version", 1);
    frontend.write(device, "num-rings", count);
    Ring[] rings = new Ring[count];
    for (int i = 0; i < count; i++) {
      rings[i] = new Ring(i);
    }
    frontend.state(device, XenbusState.INITIALISED);
    return rings;
  }

  private Ring connected() throws InterruptedException {
    Ring ring = connect(1)[0];
    frontend.awaitState(device, XenbusState.CONNECTED);
    return ring;
  }

  private static Request request(int type) {
    return new Request(type, 1);
  }

  private static void attach(Ring ring) throws InterruptedException {
    ring.send(request(NinePMessage.TVERSION).u32(1 << 20).text("9P2000.L"));
    assertEquals(SIZE, ring.receive(NinePMessage.TVERSION + 1).getInt());
    ring.send(request(NinePMessage.TATTACH).u32(0).u32(-1).text("").text("").u32(0));
    ring.receive(NinePMessage.TATTACH + 1);
  }

  @Test
  void offersWhatLinuxAsksFor() {
    assertEquals("1", frontend.back(device, "versions"));
    assertTrue(Integer.parseInt(frontend.back(device, "max-rings")) >= 2);
    assertEquals("9", frontend.back(device, "max-ring-page-order"));
  }

  @Test
  void ringsShareFids() throws Exception {
    Ring[] rings = connect(2);
    frontend.awaitState(device, XenbusState.CONNECTED);
    attach(rings[0]);
    rings[1].send(request(NinePMessage.TWALK).u32(0).u32(1).u16(1).text("file"));
    rings[1].receive(NinePMessage.TWALK + 1);
    rings[0].send(request(NinePMessage.TLOPEN).u32(1).u32(0));
    rings[0].receive(NinePMessage.TLOPEN + 1);
    rings[1].send(request(NinePMessage.TREAD).u32(1).u64(0).u32(100));
    assertEquals("content", Talk.data(rings[1].receive(NinePMessage.TREAD + 1)));
  }

  @Test
  void messagesWrapAndAnswersWaitForRoom() throws Exception {
    Ring ring = connected();
    attach(ring);
    Files.write(folder.resolve("large"), new byte[100_000]);
    ring.send(request(NinePMessage.TWALK).u32(0).u32(1).u16(1).text("large"));
    ring.receive(NinePMessage.TWALK + 1);
    ring.send(request(NinePMessage.TLOPEN).u32(1).u32(0));
    ring.receive(NinePMessage.TLOPEN + 1);
    for (int i = 0; i < 50; i++) {
      // Two answers that do not fit at once, and two requests that come in one piece.
      ring.put(request(NinePMessage.TREAD).u32(1).u64(0).u32(3000).bytes());
      ring.put(request(NinePMessage.TREAD).u32(1).u64(0).u32(2999).bytes());
      ring.produced(ring.produced);
      assertEquals(3000, ring.receive(NinePMessage.TREAD + 1).getInt());
      assertEquals(2999, ring.receive(NinePMessage.TREAD + 1).getInt());
    }
  }

  @Test
  void aRequestMayComeInPieces() throws Exception {
    Ring ring = connected();
    byte[] version = request(NinePMessage.TVERSION).u32(8192).text("9P2000.L").bytes();
    ring.put(version);
    for (int i = version.length - 1; i >= 0; i--) {
      ring.produced(ring.produced - i);
      frontend.settle();
    }
    ring.receive(NinePMessage.TVERSION + 1);
  }

  @Test
  void leavesNothingMappedAndMayBeConnectedAgain() throws Exception {
    for (int round = 0; round < 3; round++) {
      Ring ring = connected();
      attach(ring);
      frontend.shut(device);
      int used = GrantFlags.READING | GrantFlags.WRITING;
      assertEquals(0, frontend.grantFlags(ring.indicesGrant) & used);
      assertEquals(0, frontend.grantFlags(ring.grants[0]) & used);
      frontend.state(device, XenbusState.INITIALISING);
      frontend.awaitState(device, XenbusState.INIT_WAIT);
    }
  }

  @Test
  void badFrontendsAreToldAndDisconnected() throws Exception {
    // Indices that cannot be, a request that cannot fit, one that is none.
    int[] produced = {SIZE + 1, 7, 7};
    byte[][] requests = {{}, {-1, -1, -1, 127, 100, 0, 0}, {3, 0, 0, 0, 100, 0, 0}};
    for (int i = 0; i < produced.length; i++) {
      Ring ring = connected();
      ring.put(requests[i]);
      ring.produced(produced[i]);
      frontend.awaitState(device, XenbusState.CLOSING);
      assertEquals(0, frontend.grantFlags(ring.grants[0]) & GrantFlags.WRITING);
      frontend.shut(device);
      frontend.state(device, XenbusState.INITIALISING);
      frontend.awaitState(device, XenbusState.INIT_WAIT);
    }
  }

  @Test
  void ringsThatCannotBeAreRefused() throws Exception {
    for (int order : new int[] {0, 10, -1, ORDER}) {
      frontend.write(device, "version", 1);
      frontend.write(device, "num-rings", 1);
      Ring ring = new Ring(0);
      NinePfsInterface.RING_ORDER.set(ring.memory, ring.indices.address(), order);
      int notThere = 9999;
      ring.memory.putInt(ring.indices.address() + NinePfsInterface.LAYOUT.size() + 4, notThere);
      frontend.state(device, XenbusState.INITIALISED);
      frontend.awaitState(device, XenbusState.CLOSING);
      assertEquals(0, frontend.grantFlags(ring.indicesGrant) & GrantFlags.WRITING);
      frontend.shut(device);
      frontend.state(device, XenbusState.INITIALISING);
      frontend.awaitState(device, XenbusState.INIT_WAIT);
    }
  }

  @Test
  void noiseIsAnsweredOrRefused() throws Exception {
    Random random = new Random(4);
    Ring ring = connected();
    attach(ring);
    for (int i = 0; i < 300; i++) {
      byte[] body = new byte[random.nextInt(40)];
      random.nextBytes(body);
      int type = random.nextInt(256);
      // Not a new session, which would need an answer of its own, nor what changes the folder.
      if (type != NinePMessage.TVERSION && type != NinePMessage.TREMOVE) {
        ring.send(request(type).raw(body));
        int answered = ring.receive().get(4) & 0xff;
        assertTrue(answered == NinePMessage.RLERROR || answered == (type + 1 & 0xff));
      }
    }
    ring.send(request(NinePMessage.TWALK).u32(0).u32(77).u16(1).text("none"));
    assertEquals(Errno.ENOENT, ring.receive(NinePMessage.RLERROR).getInt());
  }
}
