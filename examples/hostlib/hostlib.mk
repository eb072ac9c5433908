# SPDX-License-Identifier: MIT
#
# mm as a static library for the host, with its headers, and an example that uses it. The library is
# what the kernel has, compiled against the host's stand-ins for the arch interface
# (tests/host/include/arch): who links it provides host_physmap_base (for the offset method),
# own_pointer() (for the recursive method), active_root(), tlb_load_root(), tlb_invalidate_page()
# and tlb_flush_all(); with the debug checks also panic(); and arch_cpu_relax(), for waiting where
# threads are the CPUs, each with its number in host_cpu_id.

hostlib := $(out)/hostlib
hostlib_sources := kernel/error.c $(sort $(filter mm/%,$(kernel-y)))
hostlib_cflags := $(c_dialect) -Itests/host/include $(includes) -O2 -g $(warnings)
hostlib_objects := $(patsubst %,$(out)/hostlib/obj/%.o,$(hostlib_sources))

$(call flags_file,hostlib-cc,$(HOSTCC) $(hostlib_cflags))
$(eval $(call cc_rule,hostlib/obj,$$(HOSTCC),$$(hostlib_cflags),hostlib-cc))

$(hostlib)/libmercator-mm.a: $(hostlib_objects)
	$(call say,AR,$@)
	@rm -f $@.new
	$(Q)ar rcs $@.new $^ && $(finish)

# Behind the stand-ins, the entry format is all of arch/ that the headers need.
hostlib_headers := $(wildcard include/mercator/*.h) arch/x86_64/include/arch/pt_format.h \
	$(wildcard tests/host/include/arch/*.h) $(out)/include/generated/autoconf.h
$(hostlib)/include: $(hostlib_headers)
	$(call say,COPY,$@)
	$(Q)rm -rf $@ $@.new && mkdir -p $@.new/mercator $@.new/arch $@.new/generated
	$(Q)cp include/mercator/*.h $@.new/mercator
	$(Q)cp arch/x86_64/include/arch/pt_format.h tests/host/include/arch/*.h $@.new/arch
	$(Q)cp $(out)/include/generated/autoconf.h $@.new/generated
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
