package dev.zendo.dom0.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zendo.dom0.config.ConfigKeys.Use;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DomainConfigTest {
  private static final String LEAST = "name='web'\nkernel='/k'\n";

  private static DomainConfig of(String text) {
    return DomainConfig.of(Settings.ofText("f.cfg", LEAST + text));
  }

  @Test
  void saysWhatTheTextSays() {
    DomainConfig config =
        of(
            """
            folder = "/srv"
            ramdisk = "initrd"
            root = "/dev/xvda1 ro"
            extra = "quiet"
            memory = 128
            maxmem = 512
            vcpus = 2
            maxvcpus = 4
            cpus = ["0", "1-2"]
            cpu_weight = 512
            cap = 50
            uuid = "01234567-89ab-cdef-0123-456789abcdef"
            disk = [ 'a,raw,xvda,rw' ]
            vif = [ '', 'bridge=b' ]
            on_crash = "preserve"
            autostart = 1
            """);
    assertEquals("web", config.name());
    assertEquals(Path.of("/k"), config.kernel());
    assertEquals(Path.of("/srv/initrd"), config.ramdisk());
    assertEquals("root=/dev/xvda1 ro quiet", config.commandLine());
    assertEquals(List.of(128L, 512L), List.of(config.memoryMiB(), config.maxMemoryMiB()));
    assertEquals(List.of(2, 4), List.of(config.vcpus(), config.maxVcpus()));
    assertEquals(
        List.of(1L, 6L, 6L),
        List.of(config.processors(0), config.processors(1), config.processors(3)));
    assertEquals(UUID.fromString("01234567-89ab-cdef-0123-456789abcdef"), config.uuid());
    assertEquals(List.of("", "bridge=b"), config.devices().get("vif"));
    assertEquals(EndAction.PRESERVE, config.actions().crash());
    assertEquals(EndAction.RESTART, config.actions().reboot());
  }

  @Test
  void jsonIsTheSameConfiguration() {
    DomainConfig config = of("memory=128\nvif=['']\ncpus='0'\nextra='0123'");
    DomainConfig again = DomainConfig.of(Settings.ofJson("json", config.json()));
    assertEquals(config.json(), again.json());
    assertEquals("0123", again.commandLine());
    assertEquals(128, again.memoryMiB());
    assertNull(again.anew().uuid());
  }

  @Test
  void typedWordsStandBehindTheFile() {
    Settings settings = Settings.ofText("f.cfg", LEAST);
    assertEquals("other", DomainConfig.of(settings.with("name=other")).name());
    assertEquals("other", DomainConfig.of(settings.with("name=\"other\"")).name());
    assertEquals(64, DomainConfig.of(settings.with("memory = 64")).memoryMiB());
    assertEquals(
        List.of("bridge=x"),
        DomainConfig.of(settings.with("vif=['bridge=x']")).devices().get("vif"));
    assertThrows(ConfigException.class, () -> settings.with("nonsense"));
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> DomainConfig.of(settings.with("vcpus=0")));
    assertEquals("\"vcpus=0\": vcpus: 0 is not between 1 and 64", refusal.getMessage());
    assertThrows(ConfigException.class, () -> settings.with("vif=[bridge=x]"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "type='hvm'|f.cfg:3: type: \"hvm\" guests do not run here, only pv",
        "builder='hvm'|f.cfg:3: builder: \"hvm\" guests do not run here, only pv",
        "name='7'|f.cfg:3: name: a number alone would be taken for a domain id",
        "name='a/b'|f.cfg:3: name: a name is UTF-8 without slashes and control characters",
        "name=['a']|f.cfg:3: name: is a list; write one string",
        "memory=1|f.cfg:3: memory: 1 is not between 4 and 65536",
        "memory='x'|f.cfg:3: memory: \"x\" is no number",
        "maxmem=100|f.cfg:3: maxmem: 100 is not between 256 and 65536",
        "vcpus=0|f.cfg:3: vcpus: 0 is not between 1 and 64",
        "uuid='12'|f.cfg:3: uuid: \"12\" has not 32 hexadecimal digits",
        "cpus='x'|f.cfg:3: cpus: \"x\" is no list of processors such as 0-3,^1",
        "disk=[['a']]|f.cfg:3: disk: is a list of lists; write strings",
        "on_crash='explode'|f.cfg:3: on_crash: \"explode\" is none of destroy, restart,"
            + " rename-restart, preserve, coredump-destroy, coredump-restart",
      })
  void refusesWithThePlace(String text, String message) {
    assertEquals(message, assertThrows(ConfigException.class, () -> of(text)).getMessage());
  }

  @Test
  void aNameIsWhatAPathOfTheStoreTakesAndNoNumber() {
    for (String each : List.of("a", "7a", "a7", "a b", "\u00fcber", "a".repeat(200))) {
      assertNull(DomainConfig.nameObstacle(each), each);
    }
    for (String each :
        List.of("", "0", "12", "/", "a/b", "a\tb", "a\u007f", "a\ufffd", "a".repeat(201))) {
      assertNotNull(DomainConfig.nameObstacle(each), each);
    }
    assertNotNull(DomainConfig.nameObstacle("\u00fc".repeat(101)));
    assertNotNull(DomainConfig.nameObstacle("Domain-0"));
  }

  @Test
  void nameAndKernelMustBeThere() {
    Settings none = Settings.ofText("f.cfg", "memory=16");
    assertThrows(ConfigException.class, () -> DomainConfig.of(none));
    Settings boots = Settings.ofText("f.cfg", "name='a'\nbootloader='/opt/other'");
    assertThrows(ConfigException.class, () -> DomainConfig.of(boots));
  }

  @Test
  void aBootloaderStandsForTheKernel() {
    Bootloader loader =
        DomainConfig.of(Settings.ofText("f.cfg", "name='a'\nbootloader='/usr/lib/xen/bin/pygrub'"))
            .bootloader();
    assertNull(loader.kernel());
    assertNull(loader.entry());
    DomainConfig named =
        of("bootloader='pygrub'\nbootloader_args=['-q', '--entry=2', '--ramdisk', '/i']");
    assertNull(named.kernel());
    assertEquals("/k", named.bootloader().kernel());
    assertEquals("/i", named.bootloader().ramdisk());
    assertEquals("2", named.bootloader().entry());
    assertEquals(
        named.bootloader(), DomainConfig.of(Settings.ofJson("json", named.json())).bootloader());
    assertThrows(
        ConfigException.class, () -> of("bootloader='pygrub'\nbootloader_args='--kernel'"));
    assertThrows(
        ConfigException.class, () -> of("bootloader='pygrub'\nbootloader_args='--krnl=/a'"));
  }

  /** As xl has it for PV guests: keys that HVM guests know, too. */
  @Test
  void vncMakesAScreen() {
    assertEquals(
        List.of("vnc=1,vnclisten=0.0.0.0,vncdisplay=3"),
        of("vnc=1\nvncdisplay=3\nvnclisten='0.0.0.0'").devices().get("vfb"));
    assertEquals(List.of(), of("vnc=0").devices().get("vfb"));
    assertEquals(List.of("vnc=0"), of("vnc=1\nvfb=['vnc=0']").devices().get("vfb"));
  }

  @Test
  void keysAreKnown() {
    assertEquals(Use.OBEYED, ConfigKeys.use("vif"));
    assertEquals(Use.WITHOUT_MEANING, ConfigKeys.use("acpi"));
    assertEquals(Use.UNKNOWN, ConfigKeys.use("colour"));
  }
}
