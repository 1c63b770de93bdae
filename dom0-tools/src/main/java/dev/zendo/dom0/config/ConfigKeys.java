package dev.zendo.dom0.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The keys of xl.cfg(5), and what each is here. */
public final class ConfigKeys {
  /** What a key means for the domains of Zendo. */
  public enum Use {
    /** It is obeyed. */
    OBEYED,
    /** It is for guests that are not PV, or for hardware that no guest has here: it is ignored. */
    WITHOUT_MEANING,
    /** xl does not know it, either. */
    UNKNOWN
  }

  private static final Set<String> OBEYED =
      Set.of(
          "autostart",
          "bootloader",
          "bootloader_args",
          "builder",
          "cap",
          "channel",
          "cmdline",
          "cpu_weight",
          "cpus",
          "disk",
          "extra",
          "folder",
          "kernel",
          "maxmem",
          "maxvcpus",
          "memory",
          "name",
          "on_crash",
          "on_poweroff",
          "on_reboot",
          "on_watchdog",
          "p9",
          "ramdisk",
          "root",
          "type",
          "uuid",
          "vcpus",
          "vfb",
          "vif",
          "vnc",
          "vncdisplay",
          "vnclisten",
          "vncpasswd",
          "vncunused");

  private ConfigKeys() {}

  /** Most configurations have none of them, so that nobody waits for them. */
  private static final class WithoutMeaning {
    static final Set<String> KEYS = words();

    private WithoutMeaning() {}
  }

  private static Set<String> words() {
    String text =
        """
        acpi acpi_firmware acpi_laptop_slate acpi_s3 acpi_s4 altp2m altp2m_count altp2mhvm apic
        arm_sci bios bios_path_override boot bootloader_restrict bootloader_user
        claim_mode cpuid cpus_soft device_model device_model_args device_model_args_hvm
        device_model_args_pv device_model_override device_model_stubdomain_override
        device_model_stubdomain_seclabel device_model_user device_model_version device_tree display
        dm_restrict driver_domain dtdev e820_host extratime firmware firmware_override gfx_passthru
        gic_version hap hdtype hpet hvm_pirq init_seclabel iomem ioports irqs keymap latency
        llc_colors localtime max_event_channels max_grant_frames max_grant_version
        max_maptrack_frames mca_caps mmio_hole ms_vm_genid msr_relaxed nestedhvm nodes nographic
        nomigrate nr_spis nx on_soft_reset oos opengl pae passthrough pci pci_msitranslate
        pci_permissive pci_power_mgmt pci_seize period pool pvcalls pvshim pvshim_cmdline
        pvshim_extra pvshim_path rdm rdm_mem_boundary rtc_timeoffset sdl seclabel
        serial shadow_memory slice smbios smbios_firmware soundhw spice spice_clipboard_sharing
        spice_image_compression spice_streaming_video spiceagent_mouse spicedisable_ticketing
        spicehost spicepasswd spiceport spicetls_port spiceusbredirection spicevdagent stdvga
        stubdomain_cmdline stubdomain_kernel stubdomain_memory stubdomain_ramdisk sve tee timer_mode
        trap_unmapped_accesses tsc_mode usb usbctrl usbdev usbdevice usbversion
        vendor_device vga videoram vif2 virtio viridian vkb vkb_device vmtrace_buf_kb vncviewer vnuma vpmu vpt_align vsnd vtpm vuart
        vdispl xauthority xen_platform_pci xen_platform_pci_bar_uc xend_suspend_evtchn_compat
        xenstore_feature_mask xenstore_quota
        broadcast dhcp gateway hostname ip netmask nfs_root nfs_server xen_shell
        """;
    // The last line is what xen-tools writes for other readers than xl.
    return Set.of(text.strip().split("\\s+"));
  }

  /** What a key means here. */
  public static Use use(String key) {
    if (OBEYED.contains(key)) {
      return Use.OBEYED;
    }
    return WithoutMeaning.KEYS.contains(key) ? Use.WITHOUT_MEANING : Use.UNKNOWN;
  }

  /** All keys that are known, sorted. */
  public static List<String> known() {
    Set<String> all = new TreeSet<>(OBEYED);
    all.addAll(WithoutMeaning.KEYS);
    return Collections.unmodifiableList(new ArrayList<>(all));
  }
}
