/* vm_assist: behaviours that a domain switches on and off. */
#include "harness.h"

void family(void)
{
    char name[48];

    for (volatile unsigned type = 0; type < 7; type++) {
        snprintf(name, sizeof(name), "vm_assist/enable/type-%u", type);
        CASE(name, HC(vm_assist, VMASST_CMD_enable, type));
        snprintf(name, sizeof(name), "vm_assist/enable/type-%u-twice", type);
        CASE(name, HC(vm_assist, VMASST_CMD_enable, type));
        snprintf(name, sizeof(name), "vm_assist/disable/type-%u", type);
        CASE(name, HC(vm_assist, VMASST_CMD_disable, type));
        snprintf(name, sizeof(name), "vm_assist/disable/type-%u-twice", type);
        CASE(name, HC(vm_assist, VMASST_CMD_disable, type));
    }
#define BOTH(name, type)                                                           \
    CASE("vm_assist/enable/" name, HC(vm_assist, VMASST_CMD_enable, type));        \
    CASE("vm_assist/disable/" name, HC(vm_assist, VMASST_CMD_disable, type))
    BOTH("m2p-strict", VMASST_TYPE_m2p_strict);
    BOTH("type-31", 31);
    BOTH("type-33", 33);
    BOTH("type-63", 63);
    BOTH("type-64", 64);
    BOTH("largest", ~0U);
    CASE("vm_assist/unknown-2", HC(vm_assist, 2, 0));
    CASE("vm_assist/unknown-2-bad-type", HC(vm_assist, 2, 99));
    CASE("vm_assist/unknown-largest", HC(vm_assist, ~0U, 0));
}
