package dev.zendo.dom0.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.net.bridge.Bridge;
import dev.zendo.dom0.net.bridge.BridgePort;
import dev.zendo.dom0.net.bridge.PortSpec;
import dev.zendo.dom0.net.bridge.Station;
import dev.zendo.dom0.net.wire.Frame;
import dev.zendo.dom0.net.wire.FramePool;
import dev.zendo.dom0.net.wire.Packets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworksTest {
  private static final long A = 0x0016_3e00_0001L;
  private static final long B = 0x0016_3e00_0002L;

  @TempDir private Path folder;
  private final FramePool pool = new FramePool();
  private final Networks networks = new Networks(Runnable::run, new HostTime());

  @AfterEach
  void close() {
    networks.close();
  }

  private static final class Nobody implements Station {
    @Override
    public void deliver(Frame frame) {
      frame.release();
    }

    @Override
    public void flush() {
      // nothing waits
    }
  }

  private static BridgePort port(Bridge bridge, long address, int domain) {
    PortSpec spec = new PortSpec("vif" + domain + ".0", address, false, domain);
    return bridge.attach(spec, new Nobody());
  }

  private void send(BridgePort from, long to) {
    from.send(Packets.tcp4(pool, to, from.spec().address(), 10, Packets.ACK));
  }

  @Test
  void aNetworkIsCapturedFromWhenThatIsAskedForUntilItEnds() throws Exception {
    Bridge bridge = networks.bridge("one");
    BridgePort a = port(bridge, A, 1);
    send(a, B);
    Path file = folder.resolve("one.pcapng");
    RunningCapture first = networks.capture("one", file);
    RunningCapture other = networks.capture("two", folder.resolve("two.pcapng"));
    send(a, B);
    RunningCapture second = networks.capture("one", folder.resolve("again.pcapng"));
    send(a, B);
    first.close();
    send(a, B);
    assertEquals(2, first.written());
    assertEquals(2, second.written());
    assertEquals(0, other.written());
    long length = Files.size(file);
    assertTrue(length > 2 * 64, length + " bytes");
    send(port(networks.bridge("two"), A, 1), B);
    assertEquals(1, other.written());
    first.close();
    assertEquals(length, Files.size(file));
  }

  @Test
  void aDomainIsCapturedOnAllItsNetworks() {
    RunningCapture capture = networks.capture(1, folder.resolve("domain.pcapng"));
    Bridge bridge = networks.bridge("one");
    BridgePort a = port(bridge, A, 1);
    BridgePort b = port(bridge, B, 2);
    BridgePort c = port(bridge, B + 1, 3);
    send(a, B);
    send(b, A);
    send(b, B + 1);
    send(c, B);
    assertEquals(2, capture.written());
    send(port(networks.bridge("two"), B, 1), A);
    assertEquals(3, capture.written());
    capture.close();
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() {
    Path file = folder.resolve("no/such/folder");
    String text = assertThrows(ToolException.class, () -> networks.capture(1, file)).getMessage();
    assertTrue(text.contains(file.toString()), text);
  }

  @Test
  void countersAreByNetworkAndPort() {
    BridgePort a = port(networks.bridge("one"), A, 1);
    port(networks.bridge("one"), B, 2);
    send(a, B);
    Map<?, ?> ports = (Map<?, ?>) networks.metrics().get("one").get("ports");
    assertEquals(1L, ((Map<?, ?>) ports.get("vif1.0")).get("frames-sent"));
    assertEquals(1L, ((Map<?, ?>) ports.get("vif2.0")).get("frames-received"));
  }
}
