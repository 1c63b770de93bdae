package dev.zendo.dom0.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.zendo.dom0.config.ConfigKeys;
import dev.zendo.dom0.config.ConfigKeys.Use;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import dev.zendo.dom0.device.DeviceSpec;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and values as Debian's xen-tools write them, and as Xen's documentation shows them. */
class ConfigurationsOfOthersTest {
  private static final UUID SOME = new UUID(1, 2);

  private static DomainConfig of(String text) {
    Settings settings = Settings.ofText("f.cfg", text);
    settings.keys().forEach(key -> assertNotEquals(Use.UNKNOWN, ConfigKeys.use(key), key));
    return DomainConfig.of(settings);
  }

  private static List<DeviceSpec> devices(DomainConfig config) {
    return SpecReader.devices(config, SOME);
  }

  /** What xen-create-image makes of a file for the root and a volume for swap. */
  @Test
  void xenCreateImage() {
    DomainConfig config =
        of(
            """
            #
            kernel      = '/boot/vmlinuz-6.1.0-54-amd64'
            extra       = 'elevator=noop'
            ramdisk     = '/boot/initrd.img-6.1.0-54-amd64'

            vcpus       = '1'
            memory      = '256'
            maxmem      = '512'

            root        = '/dev/xvda2 ro'
            disk        = [
                              'file:/srv/domains/web/disk.img,xvda2,w',
                              'phy:/dev/vg0/web-swap,xvda1,w',
                          ]
            name        = 'web'
            vif         = [ 'ip=10.0.0.5,mac=00:16:3E:01:02:03,vifname=web0,bridge=xenbr0' ]
            on_poweroff = 'destroy'
            on_reboot   = 'restart'
            on_crash    = 'restart'
            xen_shell = 'root,steve'
            """);
    assertEquals("root=/dev/xvda2 ro elevator=noop", config.commandLine());
    List<DeviceSpec> devices = devices(config);
    assertEquals(List.of(51714, 51713, 0), devices.stream().map(DeviceSpec::devid).toList());
    assertEquals("aio:/srv/domains/web/disk.img", devices.get(0).back().get("params"));
    assertEquals("web0", devices.get(2).back().get("vifname"));
  }

  @Test
  void xenCreateImageWithPygrub() {
    DomainConfig config =
        of(
            """
            bootloader = 'pygrub'
            vcpus       = '1'
            memory      = '256'
            root        = '/dev/xvda1 ro'
            disk        = [
                              'file:/srv/domains/web/disk.img,xvda1,w',
                          ]
            name        = 'web'
            dhcp        = 'dhcp'
            vif         = [ '' ]
            """);
    assertEquals("pygrub", config.bootloader().program());
    assertEquals("root=/dev/xvda1 ro", config.commandLine());
    assertEquals(2, devices(config).size());
  }

  @Test
  void xenCreateNfs() {
    DomainConfig config =
        of(
            """
            kernel  = '/boot/vmlinuz'
            memory  = '128'
            name        = 'web'
            hostname    = 'web'
            vif         = [ 'ip=10.0.0.5' ]
            netmask   = '255.0.0.0'
            nfs_server = '10.0.0.1'
            nfs_root   = '/srv/nfs/web'
            root       = '/dev/nfs'
            """);
    assertEquals("root=/dev/nfs", config.commandLine());
  }

  /** xlexample.pvlinux, and lines of xl.cfg(5) and the pages that it names. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "extra='root=/dev/xvda1'; memory=128; vcpus=2; vif=['']; disk=['/dev/vg/a,raw,xvda,rw']",
        "type='pv'; builder='generic'; maxvcpus=4; cpus='0-3,5,^1'; cpu_weight=512; cap=50",
        "cpus=['2', '3-8,^5']; vcpus=2; maxmem=0x400; pool='Pool-0'; cpus_soft='all'",
        "cpus='nodes:0'; nomigrate=0; uuid='8e334c54-62e8-4ca7-9415-6c587afe08ff'",
        "vfb=['vnc=1,vnclisten=0.0.0.0:1,vncpasswd=,keymap=en-us,sdl=0']; vkb=['backend-type=linux']",
        "vif=['mac=00:16:3E:74:3d:76,model=rtl8139,bridge=xenbr0', 'mac=00:16:3E:74:34:32', '']",
        "vif=['rate=10Mb/s', 'rate=250KB/s', 'rate=1MB/s@20ms', 'untrusted', 'gatewaydev=eth1']",
        "disk=[',hdc:cdrom,r', '/root/i.iso,,hdd,cdrom', 'vdev=xvda,untrusted,target=/a,b']",
        "p9=['tag=t,path=/srv,security_model=none,type=xen_9pfsd,max-files=5,max-space=100']",
        "channel=['name=org.a.1,connection=PTY,backend=0']; on_soft_reset='soft-reset'",
        "max_event_channels=1024; max_grant_frames=64; tsc_mode='default'; claim_mode=1; vpmu=1",
        "xenstore_quota=['nodes=1000']; usbctrl=['type=pv']; seclabel='a:b:c'; on_watchdog='preserve'",
      })
  void documentation(String text) {
    devices(of("name='example.pvlinux'\nkernel='/boot/vmlinuz'\n" + text));
  }
}
