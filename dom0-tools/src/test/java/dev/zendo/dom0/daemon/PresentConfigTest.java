package dev.zendo.dom0.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.builder.DomainSource;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import dev.zendo.dom0.net.vif.VifSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written into the file of a saved domain is what the domain is then. */
@Timeout(60)
class PresentConfigTest {
  private static final UUID ID = UUID.fromString("8e334c54-62e8-4ca7-9415-6c587afe08ff");

  @TempDir private Path temp;

  private Path image(String name) throws IOException {
    return Files.write(temp.resolve(name), new byte[1 << 16]);
  }

  private ObjectNode config() throws IOException {
    Path kernel = temp.resolve("web.elf");
    Files.write(kernel, TinyKernel.endless().elf().bytes());
    ObjectNode config = Json.object().put("name", "web").put("kernel", kernel.toString());
    config.put("memory", 16).put("maxmem", 32).put("vcpus", 2).put("maxvcpus", 4);
    config.put("folder", temp.toString());
    config.putArray("disk").add("a,raw,xvda,w").add("format=empty,vdev=xvdc,devtype=cdrom");
    config.putArray("vif").add("");
    return config;
  }

  @Test
  void whatWasChangedLaterIsPartOfIt() throws IOException {
    image("a");
    image("b");
    image("disc");
    DomainConfig config = DomainConfig.of(Settings.ofJson("test", config()));
    StateFolder folder = StateFolder.of(temp.resolve("state"));
    folder.make();
    try (Machine machine = Machine.start(128, 1, EngineChoice.INTERPRETER)) {
      ManagedDomain domain = new ManagedDomain(machine, folder, config, ID, DomainSource.KERNEL);
      domain.guest().disks().attach("b,raw,xvdb,r", temp);
      domain.guest().disks().insert("xvdc", "disc", "raw", temp);
      domain.guest().disks().detach("xvda", true);
      domain.guest().attach(VifSpec.parse("mac=00:16:3e:01:02:03,bridge=br1").device(ID, 1));
      domain.guest().requests().memoryTarget(20 << 10);
      domain.guest().requests().onlineVcpus(3);
      machine.control().vcpus().share(domain.id(), 512, 50);
      domain.name("web2");

      JsonNode json = new PresentConfig(machine).of(domain);

      assertEquals("web2", json.path("name").asText());
      assertEquals(ID.toString(), json.path("uuid").asText());
      assertEquals(20, json.path("memory").asInt());
      assertEquals(32, json.path("maxmem").asInt());
      assertEquals(3, json.path("vcpus").asInt());
      assertEquals(4, json.path("maxvcpus").asInt());
      assertEquals(512, json.path("cpu_weight").asInt());
      assertEquals(50, json.path("cap").asInt());
      assertEquals(2, json.path("disk").size(), json.path("disk").toString());
      assertTrue(json.path("disk").path(0).asText().endsWith("target=" + temp.resolve("b")));
      assertTrue(json.path("disk").path(1).asText().endsWith("target=" + temp.resolve("disc")));
      assertEquals(2, json.path("vif").size());
      // It makes the same devices, with the addresses that the guest knows.
      DomainConfig again = DomainConfig.of(Settings.ofJson("again", json));
      assertEquals(
          "00:16:3e:01:02:03",
          SpecReader.devices(again, UUID.randomUUID()).get(3).back().get("mac"));
      assertEquals(
          VifSpec.derivedMac(ID, 0).toString(),
          SpecReader.devices(again, UUID.randomUUID()).get(2).back().get("mac"));
      domain.destroy("end of the test");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/srv/a,raw,xvda,w",
        "/srv/a,b.qcow2,qcow2,hda,r",
        "format=empty,vdev=xvdc,access=ro,devtype=cdrom",
        "format=raw,vdev=xvdc,access=ro,devtype=cdrom,target=/srv/disc.iso",
        "format=raw,vdev=xvdb,access=w!,no-discard,untrusted,persistent,target=/srv/b",
        "vdev=xvdb2,bytes-per-second=1M,requests-per-second=7,target=/srv/a=b, c"
      })
  void disksAreWrittenAsTheyAreRead(String text) {
    var device = DiskSpec.parse(text.replace("a,b", "a_b"));
    assertEquals(device, DiskSpec.parse(DeviceTexts.disk(device)), DeviceTexts.disk(device));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mac=00:16:3e:01:02:03,bridge=br1,mtu=9000,untrusted,antispoof=yes",
        "rate=10Mb/s",
        "rate=1B/s@1us",
        "rate=333KB/s@7ms,ip=10.0.2.9,vifname=web0,script=vif-bridge",
        "rate=4000000000GB/s@1s,gatewaydev=eth0,vlan=7"
      })
  void interfacesAreWrittenAsTheyAreRead(String text) {
    var device = VifSpec.parse(text).device(ID, 3);
    String written = DeviceTexts.network(device);
    VifSpec again = VifSpec.parse(written);
    assertEquals(3, again.devid().orElseThrow());
    assertEquals(device, again.device(UUID.randomUUID(), 3), written);
  }
}
