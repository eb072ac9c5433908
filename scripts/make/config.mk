# SPDX-License-Identifier: MIT
#
# The configuration: Kconfig files, read by the Kconfig tools (Debian: kconfig-frontends-nox).
# $(out)/.config is the one that counts. From it come include/config/auto.conf (for make),
# include/generated/autoconf.h (for C) and include/generated/autoconf.inc (for NASM), and one empty
# file an option under include/config/, touched when that option changes: objects depend on the
# files of the options that their sources name (scripts/fixdep), so a changed option rebuilds only
# what reads it.

KCONFIG := Kconfig
kconfig_files := $(shell find . -path ./build -prune -o -name Kconfig -print)
kconfig_env := KCONFIG_CONFIG=.config KCONFIG_AUTOCONFIG=include/config/auto.conf \
	KCONFIG_TRISTATE=include/config/tristate.conf \
	KCONFIG_AUTOHEADER=include/generated/autoconf.h srctree=$(CURDIR)

# $(call kconfig,TOOL,ARGUMENTS,FILE): run one of the tools, if all settings in FILE are valid: the
# tools would replace invalid ones silently. What they wrote stays in .config.written: any other
# line is the user's.
kconfig = { mkdir -p $(out)/include/config $(out)/include/generated && cd $(out) && \
	export $(kconfig_env) && \
	$(foreach file,$(3) $(filter-out 1,$(KCONFIG_ALLCONFIG)),$(check_config) $(file) \
		$(if $(filter .config,$(file)),.config.written) && ) \
	kconfig-$(1) $(2) $(CURDIR)/$(KCONFIG) && { [ ! -e .config ] || cp .config .config.written; }; }
defconfig = $(call kconfig,conf,--defconfig=$(CURDIR)/$(1),$(CURDIR)/$(1))

# The first python3 here that has these modules.
python_with = $(firstword $(foreach python,python3 /usr/bin/python3,$(if $(shell \
	$(python) -c 'import sys; [__import__(m) for m in sys.argv[1:]]' $(1) 2>&1 || echo no),,$(python))))
check_config = $(or $(call python_with,kconfiglib),$(error no python3 with kconfiglib here: \
	scripts/setup installs what is missing)) $(CURDIR)/scripts/check-config $(CURDIR)/$(KCONFIG)

# What asks or answers questions goes to the terminal; the rest only says what it did on request.
quietly := $(if $(filter-out 0,$(V)),,>/dev/null)

.PHONY: menuconfig nconfig oldconfig olddefconfig defconfig savedefconfig randconfig \
	allyesconfig allnoconfig
menuconfig: ## Change the configuration in menus
	$(Q)$(call kconfig,mconf,,.config)
nconfig: ## The same, another look
	$(Q)$(call kconfig,nconf,,.config)
oldconfig: ## Ask about options that are new since .config was made
	$(Q)$(call kconfig,conf,--oldconfig,.config)
olddefconfig: ## Set options that are new since .config was made to their defaults
	$(Q)$(call kconfig,conf,--olddefconfig,.config) $(quietly)
randconfig: ## A random configuration (KCONFIG_SEED=N repeats one)
	$(Q)$(call kconfig,conf,--randconfig) $(quietly)
allyesconfig: ## Everything on
	$(Q)$(call kconfig,conf,--allyesconfig) $(quietly)
allnoconfig: ## Everything off
	$(Q)$(call kconfig,conf,--allnoconfig) $(quietly)
savedefconfig: ## Write $(out)/defconfig: only what differs from the defaults
	$(Q)$(call kconfig,conf,--savedefconfig=defconfig,.config)
defconfig: ## The configuration in configs/defconfig
	$(Q)$(call defconfig,configs/defconfig) $(quietly)
%_defconfig: configs/%_defconfig ## The configuration in configs/NAME_defconfig
	$(Q)$(call defconfig,$<) $(quietly)

# One that is not there.
configs/%_defconfig:
	@echo 'no $@; there are: $(sort $(notdir $(wildcard configs/*)))' >&2; exit 1

config_targets := menuconfig nconfig oldconfig olddefconfig randconfig allyesconfig allnoconfig \
	savedefconfig defconfig %_defconfig
no_config_targets := $(config_targets) clean distclean help format check check-long check-all check-bare-root

# Goals that only change the configuration, or need none, must not read (or make) one.
ifneq ($(if $(MAKECMDGOALS),$(filter-out $(no_config_targets),$(MAKECMDGOALS)),all),)
include $(out)/include/config/auto.conf
endif

# No .config yet: the defaults.
$(out)/.config:
	$(call say,CONFIG,configs/defconfig)
	$(Q)$(call defconfig,configs/defconfig) $(quietly)

$(out)/include/config/auto.conf: $(out)/.config $(kconfig_files)
	$(Q)$(call kconfig,conf,--olddefconfig,.config) $(quietly)
	$(Q)$(call kconfig,conf,--silentoldconfig) $(quietly)
	$(Q)touch $@

$(out)/include/generated/autoconf.h: $(out)/include/config/auto.conf ;

$(out)/include/generated/autoconf.inc: $(out)/include/generated/autoconf.h
	$(Q)$(call write_if_changed,$@,sed -n 's/^#define /%define /p' $<)
