# SPDX-License-Identifier: MIT
#
# mm as a static library for the host, with its headers, and an example that uses it. The library is
# what the kernel has, compiled against the host's stand-ins for the arch interface
# (tests/host/include/arch). What these ask of the program is in docs/paging.md; the library has
# defaults.
#
# The library has a configuration of its own, whatever the kernel's here: the file HOSTLIB_CONFIG, by
# default configs/defconfig. It must have every method; configs/debug_defconfig adds the debug checks.

HOSTLIB_CONFIG ?= configs/defconfig

hostlib := $(out)/hostlib
hostlib_config := $(hostlib)/config/include/generated/autoconf.h
hostlib_sources := kernel/error.c tests/host/percpu.c examples/hostlib/defaults.c \
	$(sort $(filter mm/%,$(kernel-y) $(kernel-) $(kernel-n)))
hostlib_cflags := $(c_dialect) -Itests/host/include \
	$(subst -I$(out)/include,-I$(hostlib)/config/include,$(includes)) -O2 -g $(warnings)
hostlib_objects := $(patsubst %,$(out)/hostlib/obj/%.o,$(hostlib_sources))

$(call flags_file,hostlib-config,$(HOSTLIB_CONFIG))
$(hostlib_config): $(HOSTLIB_CONFIG) $(kconfig_files) $(out)/flags/hostlib-config
	$(call say,CONFIG,$@)
	$(Q)mkdir -p $(@D) $(hostlib)/config/include/config
	$(Q)cd $(hostlib)/config && $(kconfig_env) kconfig-conf \
		--defconfig=$(CURDIR)/$(HOSTLIB_CONFIG) $(CURDIR)/$(KCONFIG) >/dev/null
	$(Q)cd $(hostlib)/config && $(kconfig_env) kconfig-conf --silentoldconfig \
		$(CURDIR)/$(KCONFIG) >/dev/null
	@touch $@

$(hostlib_objects): | $(hostlib_config)
$(call flags_file,hostlib-cc,$(HOSTCC) $(hostlib_cflags))
$(eval $(call cc_rule,hostlib/obj,$$(HOSTCC),$$(hostlib_cflags),hostlib-cc,$(hostlib)/config))

$(hostlib)/libmercator-mm.a: $(hostlib_objects)
	$(call say,AR,$@)
	@rm -f $@.new
	$(Q)ar rcs $@.new $^ && $(finish)

# Behind the stand-ins, the entry format is all of arch/ that the headers need.
hostlib_headers := $(wildcard include/mercator/*.h) arch/x86_64/include/arch/pt_format.h \
	$(wildcard tests/host/include/arch/*.h) $(hostlib_config)
$(hostlib)/include: $(hostlib_headers)
	$(call say,COPY,$@)
	$(Q)rm -rf $@ $@.new && mkdir -p $@.new/mercator $@.new/arch $@.new/generated
	$(Q)cp include/mercator/*.h $@.new/mercator
	$(Q)cp arch/x86_64/include/arch/pt_format.h tests/host/include/arch/*.h $@.new/arch
	$(Q)cp $(hostlib_config) $@.new/generated
	@$(finish)

# As a user would compile it: with nothing but the library and its headers.
$(hostlib)/example: examples/hostlib/main.c $(hostlib)/libmercator-mm.a $(hostlib)/include
	$(call say,HOSTCC,$@)
	$(Q)$(HOSTCC) -std=gnu11 -O2 -Wall -Wextra -Werror -I$(hostlib)/include \
		-include mercator/config.h -o $@.new $< $(hostlib)/libmercator-mm.a && $(finish)

-include $(hostlib_objects:=.d)

.PHONY: hostlib
hostlib: $(hostlib)/example ## mm as a library for the host (O/hostlib), and an example that uses it
	$(Q)$(hostlib)/example
