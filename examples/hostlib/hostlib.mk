# SPDX-License-Identifier: MIT
#
# mm as a static library for the host, with its headers, and an example that uses it. The library is
# what the kernel has, with the platform of a host (platform/host). What that asks of the program is
# in docs/paging.md; the library has defaults.
#
# The library has a configuration of its own, whatever the kernel's here: the file HOSTLIB_CONFIG, by
# default configs/defconfig. It must have every method; configs/debug_defconfig adds the debug checks.
# HOSTLIB_CPUS is how many threads may use it at once: for one, the default, locks are left out.

HOSTLIB_CONFIG ?= configs/defconfig
HOSTLIB_CPUS ?= 1

hostlib := $(out)/hostlib
hostlib_config := $(hostlib)/config/include/generated/autoconf.h
hostlib_sources := $(mm_sources) platform/host/cpus.c platform/host/defaults.c
hostlib_cflags = $(c_dialect) \
	$(subst -I$(out)/include,-I$(hostlib)/config/include,$(call includes,platform/host)) -O2 -g $(warnings) \
	-DHOST_NR_CPUS=$(HOSTLIB_CPUS)
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

# The program sees the number of CPUs with the configuration.
$(hostlib)/include: $(hostlib)/libmercator-mm.a
	$(call say,COPY,$@)
	$(Q)rm -rf $@ $@.new && mkdir -p $@.new/generated
	$(Q)cp -r mm/include/mercator platform/host/*.h $@.new && cp $(hostlib_config) $@.new/generated
	$(Q)echo '#define HOST_NR_CPUS $(HOSTLIB_CPUS)' >>$@.new/generated/autoconf.h
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
