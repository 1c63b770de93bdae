package dev.zendo.dom0.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import dev.zendo.dom0.daemon.LibxlConfig;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What {@code xl list -l} of Xen 4.17 printed for a domain, and what is printed here for it. */
class LibxlOutputTest {
  /** Recorded, but for the two members in which this toolstack differs from xl. */
  private static final String RECORDED =
      """
      {
          "domid": null,
          "config": {
              "c_info": {
                  "type": "pv",
                  "name": "linux1",
                  "domid": 4294967295,
                  "uuid": "8e334c54-62e8-4ca7-9415-6c587afe08ff",
                  "run_hotplug_scripts": "True"
              },
              "b_info": {
                  "max_vcpus": 1,
                  "avail_vcpus": [
                      0
                  ],
                  "max_memkb": 262144,
                  "target_memkb": 262144,
                  "video_memkb": 0,
                  "sched_params": {
                      "sched": "credit2",
                      "weight": 256,
                      "cap": 0
                  },
                  "claim_mode": "True",
                  "kernel": "/rig/vmlinuz",
                  "cmdline": "console=hvc0 panic=-1 quiet rig.test=1 rig.mode=stay",
                  "ramdisk": "/rig/domu-initrd.gz",
                  "type.pv": {

                  },
                  "arch_arm": {

                  },
                  "arch_x86": {
                      "msr_relaxed": "False"
                  }
              },
              "disks": [
                  {
                      "pdev_path": "/srv/disk.img",
                      "vdev": "xvda",
                      "format": "raw",
                      "readwrite": 1,
                      "colo_restore_enable": "False"
                  }
              ],
              "nics": [
                  {
                      "devid": 0,
                      "mac": "00:16:3e:00:00:01",
                      "bridge": "xenbr0",
                      "nictype": "vif"
                  }
              ],
              "on_reboot": "restart",
              "on_crash": "preserve",
              "on_soft_reset": "soft_reset"
          }
      }""";

  private static final String CONFIGURATION =
      """
      name = "linux1"
      uuid = "8e334c54-62e8-4ca7-9415-6c587afe08ff"
      kernel = "/rig/vmlinuz"
      ramdisk = "/rig/domu-initrd.gz"
      extra = "console=hvc0 panic=-1 quiet rig.test=1 rig.mode=stay"
      memory = 256
      disk = [ '/srv/disk.img,raw,xvda,rw' ]
      vif = [ 'mac=00:16:3e:00:00:01,bridge=xenbr0' ]
      on_crash = "preserve"
      """;

  private static String printed(String text) {
    return YajlText.of(LibxlConfig.planned(DomainConfig.of(Settings.ofText("cfg", text))));
  }

  @Test
  void isWhatXlPrints() {
    Map<String, String> ours =
        Map.of(
            "\"run_hotplug_scripts\": \"True\"", "\"run_hotplug_scripts\": \"False\"",
            "\"credit2\"", "\"credit\"");
    String expected = RECORDED;
    for (Map.Entry<String, String> each : ours.entrySet()) {
      expected = expected.replace(each.getKey(), each.getValue());
    }
    assertEquals(
        expected.lines().map(String::stripTrailing).collect(Collectors.joining("\n")),
        printed(CONFIGURATION)
            .lines()
            .map(String::stripTrailing)
            .collect(Collectors.joining("\n")));
  }

  @Test
  void namesAllDevices() {
    String text =
        printed(
            CONFIGURATION
                + """
                cpus = ["0", "1-2"]
                vcpus = 2
                disk += [ 'vdev=xvdc,devtype=cdrom,target=' ]
                vfb = [ 'vnc=1,vncdisplay=3' ]
                p9 = [ 'tag=src,path=/srv,security_model=none' ]
                channel = [ 'name=a,connection=pty' ]
                """);
    for (String part :
        new String[] {
          "\"vfbs\": [",
          "\"vkbs\": [",
          "\"display\": 3",
          "\"tag\": \"src\"",
          "\"connection.pty\": {",
          "\"is_cdrom\": 1",
          "\"vcpu_hard_affinity\": ["
        }) {
      assertEquals(1, text.split(java.util.regex.Pattern.quote(part), -1).length - 1, part);
    }
  }
}
