/* Says what it finds when it starts, and powers off. */
#include <zendo/zendo.h>

int kernel_main(void)
{
    int64_t version = hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);

    printk("Hello from a paravirtual kernel on version %d.%d of the ABI.\n", (int)(version >> 16),
           (int)(version & 0xffff));
    printk("memory:       %lu frames, %lu free\n", start_info->nr_pages, pages_available());
    printk("vcpus:        %u\n", smp_count());
    printk("command line: \"%s\"\n", (const char *)start_info->cmd_line);
    printk("ramdisk:      %lu bytes\n", start_info->mod_len);
    return 0;
}
