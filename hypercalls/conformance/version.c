/* xen_version: what the hypervisor says of itself. */
#include "harness.h"

static char buffer[1024] __attribute__((aligned(4096)));

/* Whether a text of at most `size` bytes ends with a zero inside it and the rest is zero. */
static const char *shape(int64_t result, size_t size)
{
    size_t length = 0;

    if (result)
        return "an error";

    while (length < size && buffer[length])
        length++;
    for (size_t i = length; i < size; i++)
        if (buffer[i])
            return "a text and more";
    return length == 0 ? "empty" : length == size ? "no end" : "a text";
}

static int64_t version(uint32_t command, void *argument)
{
    memset(buffer, 0x55, sizeof(buffer));
    return HC(xen_version, command, argument);
}

static bool written(size_t size)
{
    return buffer[size - 1] != 0x55 && (size == sizeof(buffer) || buffer[size] == 0x55);
}

#define OUT(op, size)                                                                    \
    TEXT("xen_version/" #op "/plain", "%s", shape(version(XENVER_##op, buffer), size)); \
    YES("xen_version/" #op "/size", (version(XENVER_##op, buffer), written(size)));      \
    BAD_POINTERS("xen_version/" #op, version(XENVER_##op, pointer));                     \
    CASE("xen_version/" #op "/readonly", version(XENVER_##op, readonly_page));           \
    CASE("xen_version/" #op "/into-gap", version(XENVER_##op, before_gap((size) / 2)))

static int64_t features(uint32_t index, struct xen_feature_info *info)
{
    info->submap_idx = index;
    info->submap = 0x55555555;
    return HC(xen_version, XENVER_get_features, info);
}

void family(void)
{
    struct xen_feature_info info;
    uint32_t length = 0;

    HEX("xen_version/version/plain", version(XENVER_version, NULL));
    HEX("xen_version/version/argument-ignored", version(XENVER_version, (void *)UNMAPPED));
    OUT(extraversion, 16);
    OUT(compile_info, 144);
    OUT(capabilities, 1024);
    TEXT("xen_version/capabilities/text", "\"%s\"", (version(XENVER_capabilities, buffer), buffer));
    OUT(changeset, 64);
    OUT(commandline, 1024);
    TEXT("xen_version/commandline/text", "%s",
         (version(XENVER_commandline, buffer), is_dom0() ? "dom0's" : buffer));
    CASE("xen_version/platform_parameters/plain", version(XENVER_platform_parameters, buffer));
    HEX("xen_version/platform_parameters/virt-start",
        (version(XENVER_platform_parameters, buffer), *(uint64_t *)buffer));
    BAD_POINTERS("xen_version/platform_parameters", version(XENVER_platform_parameters, pointer));
    CASE("xen_version/platform_parameters/readonly",
         version(XENVER_platform_parameters, readonly_page));
    CASE("xen_version/get_features/submap-0", features(0, &info));
    HEX("xen_version/get_features/submap-0-bits", (features(0, &info), info.submap & ~0x11UL));
    CASE("xen_version/get_features/submap-1", features(1, &info));
    CASE("xen_version/get_features/submap-2", features(2, &info));
    CASE("xen_version/get_features/submap-last", features(~0U, &info));
    BAD_POINTERS("xen_version/get_features", version(XENVER_get_features, pointer));
    CASE("xen_version/get_features/readonly", version(XENVER_get_features, readonly_page));
    CASE("xen_version/pagesize/null", version(XENVER_pagesize, NULL));
    CASE("xen_version/pagesize/argument", version(XENVER_pagesize, buffer));
    CASE("xen_version/pagesize/unmapped", version(XENVER_pagesize, (void *)UNMAPPED));
    CASE("xen_version/guest_handle/plain", version(XENVER_guest_handle, buffer));
    YES("xen_version/guest_handle/not-zero",
        (version(XENVER_guest_handle, buffer), *(uint64_t *)buffer != 0));
    YES("xen_version/guest_handle/size", (version(XENVER_guest_handle, buffer), written(16)));
    BAD_POINTERS("xen_version/guest_handle", version(XENVER_guest_handle, pointer));
    CASE("xen_version/guest_handle/readonly", version(XENVER_guest_handle, readonly_page));
    YES("xen_version/build_id/null",
        is_dom0() ? version(XENVER_build_id, NULL) > 0 : version(XENVER_build_id, NULL) == -EPERM);
    CASE("xen_version/build_id/no-room", version(XENVER_build_id, &length));
    CASE("xen_version/build_id/unmapped", version(XENVER_build_id, (void *)UNMAPPED));
    CASE("xen_version/unknown-11", version(11, buffer));
    CASE("xen_version/unknown-12", version(12, NULL));
    CASE("xen_version/unknown-last", version(~0U, NULL));
    HEX("xen_version/high-bits-of-command", HC(xen_version, 0x100000000UL, NULL));
}
