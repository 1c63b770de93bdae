package dev.zendo.dom0.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** xl's syntax of disks, by the examples of xl-disk-configuration(5) and xen-vbd-interface(7). */
class DiskSpecTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/dev/vg/guest-volume,,hda",
        "/dev/vg/guest-volume,raw,hda,rw",
        "format=raw, vdev=hda, access=rw, target=/dev/vg/guest-volume",
        "raw:/dev/vg/guest-volume,hda,w",
        "phy:/dev/vg/guest-volume,,hda,w",
        "phy:/dev/vg/guest-volume,hda,w",
        "file:/dev/vg/guest-volume,hda,w",
        "tap:aio:/dev/vg/guest-volume,hda,rw",
        "tap2:aio:/dev/vg/guest-volume,raw,hda,w",
        "backendtype=phy,vdev=hda,target=/dev/vg/guest-volume",
      })
  void theSameDiskInManyWords(String text) {

    DeviceSpec spec = DiskSpec.parse(text);
    assertEquals("vbd", spec.type());
    assertEquals(3 << 8, spec.devid());
    assertEquals("aio:/dev/vg/guest-volume", spec.back().get("params"));
    assertEquals("w", spec.back().get("mode"));
    assertEquals("hda", spec.back().get("dev"));
    assertEquals("disk", spec.front().get("device-type"));
    assertEquals("768", spec.front().get("virtual-device"));
  }

  @Test
  void aTargetMayContainCommas() {
    DeviceSpec spec = DiskSpec.parse("format=qcow2,vdev=xvda,access=ro,no-discard,target=/a,b=c,d");
    assertEquals("qcow2:/a,b=c,d", spec.back().get("params"));
    assertEquals("r", spec.back().get("mode"));
    assertEquals("0", spec.back().get("discard-enable"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/root/image.iso,,hdc,cdrom",
        "/root/image.iso,,hdc,,cdrom",
        "/root/image.iso,raw,hdc,devtype=cdrom",
        "/root/image.iso,raw,hdc:cdrom,r",
        "file:/root/image.iso,hdc:cdrom,r",
        ",hdc:cdrom,r",
      })
  void compactDisks(String text) {
    DeviceSpec spec = DiskSpec.parse(text);
    assertEquals("cdrom", spec.front().get("device-type"));
    assertEquals("r", spec.back().get("mode"));
    assertEquals("1", spec.back().get("removable"));
    assertEquals(22 << 8, spec.devid());
  }

  @Test
  void anEmptyDriveAndLimits() {
    DeviceSpec empty = DiskSpec.parse(",empty,hdc,cdrom");
    assertEquals("", empty.back().get("params"));
    DeviceSpec limited =
        DiskSpec.parse("/a,raw,xvda,w!,bytes-per-second=10M,requests-per-second=500");
    assertEquals("10485760", limited.back().get("bytes-per-second"));
    assertEquals("500", limited.back().get("requests-per-second"));
    assertEquals("w!", limited.back().get("mode"));
  }

  @ParameterizedTest
  @CsvSource({
    "xvda,51712",
    "xvdb,51728",
    "xvda1,51713",
    "xvdp15,51967",
    "xvdq,268439552",
    "xvdaa,268442112",
    "xvda16,268435472",
    "d536p37,268572709",
    "d0p1,51713",
    "sda,2048",
    "sdp15,2303",
    "hda,768",
    "hdb1,833",
    "hdd,5696",
    "51712,51712",
    "0xca00,51712",
  })
  void namesAndNumbers(String name, int number) {
    assertEquals(number, VirtualDisk.parse(name).number());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "disk.img",
        "disk.img,raw",
        "disk.img,raw,xvd",
        "disk.img,raw,hde",
        "disk.img,raw,sdq",
        "disk.img,raw,xvda256",
        "disk.img,raw,xvda01",
        "disk.img,raw,d9999999p1",
        "disk.img,raw,xvda,x",
        "disk.img,raw,xvda,w,more",
        "disk.img,vmdk,xvda",
        "vhd:disk.img,,xvda",
        "nbd:host,raw,xvda",
        "disk.img,raw,xvda,colour=red",
        "disk.img,raw,xvda,script=block-x",
        "disk.img,raw,xvda,backend=other",
        "disk.img,raw,hdc,rw,cdrom",
        ",raw,xvda",
        "disk.img,raw,xvda,bytes-per-second=fast",
      })
  void whatCannotBeIsRefusedInOneLine(String text) {
    ToolException e = assertThrows(ToolException.class, () -> DiskSpec.parse(text));
    assertEquals(1, e.getMessage().lines().count());
    assertTrue(e.getMessage().length() < 200, e.getMessage());
  }
}
