# How kernels are compiled: for ring 3 without a C library, without floating point, at the top of
# the address space. Used by the kit's own Makefile and by zendo.mk.
ZENDO_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wmissing-prototypes -Wpointer-arith \
    -ffreestanding -fno-builtin-printf -fno-stack-protector -fno-omit-frame-pointer \
    -fno-asynchronous-unwind-tables -fcf-protection=none -fno-pic -fno-pie -fno-common \
    -fno-strict-aliasing -mcmodel=kernel -mno-red-zone -mgeneral-regs-only
ZENDO_LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
    -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments -Wl,--fatal-warnings
