# SPDX-License-Identifier: MIT
#
# Everything that tests. The host's programs are built from the same sources as the kernel:
#   host-y          sources under test, and the tests that run on the host and in the kernel
#   tests/host/     what stands in for the machine
#   tests/unit/     tests that only make sense on the host

host-y := kernel/error.c kernel/fmt.c kernel/glob.c kernel/ktest.c tests/host/main.c
include tests/unit/objects.mk

host_cflags := $(c_dialect) $(filter-out -nostdinc,$(includes)) -Itests/host/include -O1 -g \
	-fno-omit-frame-pointer -fno-builtin $(warnings)
sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all

$(call flags_file,host-cc,$(HOSTCC) $(host_cflags) $(sanitize) $(call file_flags,host))
$(eval $(call cc_rule,host,$$(HOSTCC),$$(host_cflags) $$(sanitize),host-cc))

host_objects := $(patsubst %,$(out)/host/%.o,$(sort $(host-y)))
$(out)/host-tests: $(host_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(sanitize) -o $@ $^

# How a log looks on the screen: $(out)/screen-picture 1024 768 32 <serial.log >screen.ppm
picture_objects := $(patsubst %,$(out)/host/%.o,tests/host/screen-picture.c kernel/error.c \
	kernel/console/framebuffer.c kernel/console/screen.c)
$(out)/screen-picture: $(picture_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(sanitize) -o $@ $^

-include $(sort $(host_objects:=.d) $(picture_objects:=.d))

include tests/fuzz/fuzz.mk

.PHONY: host-tests
host-tests: $(out)/host-tests ## Build and run the host's unit tests (ASan, UBSan); GLOB= picks some
	$(Q)$(out)/host-tests $(GLOB)
