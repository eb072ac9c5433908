# SPDX-License-Identifier: MIT
#
# Where everything that is built goes: O=dir, relative to this folder or absolute; and what may be
# removed there.

O ?= build
out := $(O)

# Make separates names by blanks, and some characters mean something to it or to the shell.
hash := \#
hard_characters := : ; % ' " $$ $(hash) \ * ? [ & | < >
check_path = $(if $(filter-out 1,$(words $(1)))$(strip \
	$(foreach character,$(hard_characters),$(findstring $(character),$(1)))),\
	$(error $(2) is $(1): make cannot cope with blanks in paths, nor with $(hard_characters)))

ifeq ($(strip $(out)),)
$(error O is empty: give the folder to build in, or leave O out to build in build/)
endif
$(call check_path,$(CURDIR),the path of this folder)
$(call check_path,$(out),O)

out_path := $(or $(realpath $(out)),$(abspath $(out)))
ifneq ($(findstring :$(out_path:/=)/,:$(CURDIR)/),)
$(error O is $(out), which is or contains the sources: give a folder of its own, as build/)
endif

# A folder that make created or found empty has a marker: all in it was built, and may be removed.
# build/ needs no marker.
marker := .mercator-build
is_ours := $(or $(wildcard $(out)/$(marker)),$(filter $(CURDIR)/build,$(out_path)))
ifneq ($(filter-out clean distclean help,$(or $(MAKECMDGOALS),all)),)
ifeq ($(is_ours)$(filter-out %/. %/.. %/.config,$(wildcard $(out)/* $(out)/.*)),)
is_ours := $(shell mkdir -p $(out) && touch $(out)/$(marker) && echo yes)
endif
endif

# In the recipes that remove: nothing is there, or it is the build's.
check_removal = $(if $(is_ours)$(if $(wildcard $(out)),,nothing),,$(error $(out) was not empty before \
	its first build, so nothing is removed from it: remove by hand what you do not want))
