# Makefile fragment for a kernel built with the kit, anywhere. A whole Makefile is:
#
#     ZENDO_KIT ?= /path/to/pv-guest-kit
#     KERNEL := hello.elf
#     OBJECTS := main.o
#     include $(ZENDO_KIT)/zendo.mk
#
# CFLAGS, CPPFLAGS, ASFLAGS and LDFLAGS add to the kit's flags; LDSCRIPT replaces its linker script.
ifeq ($(wildcard $(ZENDO_KIT)/flags.mk),)
$(error ZENDO_KIT is "$(ZENDO_KIT)"; set it to the pv-guest-kit folder of Zendo)
endif
include $(ZENDO_KIT)/flags.mk

# Going through make's built-in rules, none of which fits a kernel, would take most of its time.
MAKEFLAGS += --no-builtin-rules

CC := gcc
LDSCRIPT ?= $(ZENDO_KIT)/zendo.lds
ZENDO_LIB := $(ZENDO_KIT)/target/libzendo.a
ZENDO_CPPFLAGS := -I$(ZENDO_KIT)/include -I$(ZENDO_KIT)/target/include

.PHONY: all clean zendo-kit
all: $(KERNEL)

$(KERNEL): $(OBJECTS) $(ZENDO_LIB) $(LDSCRIPT)
	@echo $(CC) -o $@
	@$(CC) $(ZENDO_LDFLAGS) $(LDFLAGS) -T $(LDSCRIPT) -o $@ $(OBJECTS) $(ZENDO_LIB)

%.o: %.c | $(ZENDO_LIB)
	@echo $(CC) $<
	@$(CC) $(ZENDO_CFLAGS) $(CFLAGS) $(ZENDO_CPPFLAGS) $(CPPFLAGS) -MMD -c -o $@ $<

%.o: %.S | $(ZENDO_LIB)
	@echo $(CC) $<
	@$(CC) $(ZENDO_CPPFLAGS) $(CPPFLAGS) $(ASFLAGS) -MMD -c -o $@ $<

# The kit knows itself what is out of date in it.
$(ZENDO_LIB): zendo-kit ;
zendo-kit:
	@$(MAKE) -s --no-print-directory -C $(ZENDO_KIT)

clean:
	rm -f $(KERNEL) $(OBJECTS) $(OBJECTS:.o=.d)

-include $(OBJECTS:.o=.d)
