package dev.zendo.dom0.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.dom0.builder.BuiltDomain;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.image.ElfMaker;
import dev.zendo.dom0.image.KernelImage;
import dev.zendo.xenstore.Node;
import dev.zendo.xenstore.Store;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

public class DomainKeysTest {
  private static final UUID IDENTITY = UUID.fromString("00000000-1111-2222-3333-444444444444");

  /** Writes the keys of domain 1, which has 128 MiB and one vcpu. */
  public static void writeTo(Store store) {
    KernelImage kernel = KernelImage.of("kernel", ElfMaker.kernel(4096).bytes(), 1 << 20);
    DomainSpec spec = new DomainSpec("one", IDENTITY, kernel, null, "", 128, 1);
    store
        .client(0)
        .transact(tx -> new DomainKeys(tx, spec, new BuiltDomain(1, 1, 5001, 2, 5002)).write());
  }

  private static Stream<String> lines(String path, Node node) {
    String value = new String(node.value(), StandardCharsets.UTF_8);
    String line = path + " " + node.permissions() + " " + value;
    Stream<String> below =
        node.childNames().stream().flatMap(name -> lines(path + "/" + name, node.child(name)));
    return Stream.concat(Stream.of(line.stripTrailing()), below);
  }

  /** What xl 4.17 had written for such a domain when it was created and paused. */
  private static final String XL =
      """
        /libxl/1 n0
        /libxl/1/device n0
        /libxl/1/device/console n0
        /libxl/1/device/console/0 n0
        /libxl/1/device/console/0/backend n0 /local/domain/0/backend/console/1/0
        /libxl/1/device/console/0/frontend n0 /local/domain/1/console
        /libxl/1/device/console/0/frontend-id n0 1
        /libxl/1/device/console/0/online n0 1
        /libxl/1/device/console/0/protocol n0 vt100
        /libxl/1/device/console/0/state n0 1
        /libxl/1/dm-version n0 qemu_xen
        /libxl/1/type n0 pv
        /local/domain/0/backend n0
        /local/domain/0/backend/console n0
        /local/domain/0/backend/console/1 n0
        /local/domain/0/backend/console/1/0 n0,r1
        /local/domain/0/backend/console/1/0/frontend n0,r1 /local/domain/1/console
        /local/domain/0/backend/console/1/0/frontend-id n0,r1 1
        /local/domain/0/backend/console/1/0/online n0,r1 1
        /local/domain/0/backend/console/1/0/protocol n0,r1 vt100
        /local/domain/0/backend/console/1/0/state n0,r1 1
        /local/domain/1 n0,r1
        /local/domain/1/attr n1
        /local/domain/1/console n0,r1
        /local/domain/1/console/backend n0,r1 /local/domain/0/backend/console/1/0
        /local/domain/1/console/backend-id n1,r0 0
        /local/domain/1/console/limit n0,r1 1048576
        /local/domain/1/console/output n0,r1 pty
        /local/domain/1/console/port n0,r1 2
        /local/domain/1/console/ring-ref n0,r1 5002
        /local/domain/1/console/tty n0,r1
        /local/domain/1/console/type n0,r1 xenconsoled
        /local/domain/1/control n0,r1
        /local/domain/1/control/feature-poweroff n1
        /local/domain/1/control/feature-reboot n1
        /local/domain/1/control/feature-suspend n1
        /local/domain/1/control/platform-feature-multiprocessor-suspend n0,r1 1
        /local/domain/1/control/platform-feature-xs_reset_watches n0,r1 1
        /local/domain/1/control/shutdown n1
        /local/domain/1/control/sysrq n1
        /local/domain/1/cpu n0,r1
        /local/domain/1/cpu/0 n0,r1
        /local/domain/1/cpu/0/availability n0,r1 online
        /local/domain/1/data n1
        /local/domain/1/device n0,r1
        /local/domain/1/device/suspend n0,r1
        /local/domain/1/device/suspend/event-channel n1
        /local/domain/1/domid n0,r1 1
        /local/domain/1/drivers n1
        /local/domain/1/error n1
        /local/domain/1/feature n1
        /local/domain/1/memory n0,r1
        /local/domain/1/memory/static-max n0,r1 131072
        /local/domain/1/memory/target n0,r1 131072
        /local/domain/1/memory/videoram n0,r1 0
        /local/domain/1/name n0,r1 one
        /local/domain/1/store n0,r1
        /local/domain/1/store/port n0,r1 1
        /local/domain/1/store/ring-ref n0,r1 5001
        /local/domain/1/vm n0,r1 /vm/UUID
        /vm/UUID n0,r1
        /vm/UUID/image n0,r1
        /vm/UUID/image/kernel n0,r1 kernel
        /vm/UUID/image/ostype n0,r1 linux
        /vm/UUID/name n0,r1 one
        /vm/UUID/start_time n0,r1 TIME
        /vm/UUID/uuid n0,r1 UUID
        """;

  /** Of all domains, or of none. */
  private static final List<String> COMMON =
      List.of("", "/libxl", "/local", "/local/domain", "/local/domain/0", "/vm");

  @Test
  void theKeysAreThoseThatXlWrites() {
    Store store = new Store();
    writeTo(store);
    String ours =
        lines("", store.root())
            .filter(line -> !COMMON.contains(line.split(" ")[0]))
            .map(line -> line.replace(IDENTITY.toString(), "UUID"))
            .map(line -> line.replaceAll("start_time n0,r1 .*", "start_time n0,r1 TIME"))
            .sorted()
            .collect(Collectors.joining("\n"));
    assertEquals(XL.lines().sorted().collect(Collectors.joining("\n")), ours);
  }

  @Test
  void timesHaveTwoDecimals() {
    assertEquals("0.00", DomainKeys.seconds(9));
    assertEquals("1792310400.05", DomainKeys.seconds(1_792_310_400_059L));
    assertEquals("12.99", DomainKeys.seconds(12_999));
  }
}
