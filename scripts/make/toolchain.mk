# SPDX-License-Identifier: MIT
#
# Which compiler, linker and assembler build the kernel, and with which flags.
#
#   CROSS_COMPILE=prefix-   GNU tools; found by itself: x86_64-elf-, then x86_64-linux-gnu-
#   LLVM=1                  clang and lld instead
#   KCFLAGS=flags           further ones for the kernel's C, after ours: -O0, -Og, -DX=1
#   GRUB_MKRESCUE=, GRUB_FILE=   GRUB's tools, which some distributions call grub2-...

ifeq ($(origin CROSS_COMPILE),undefined)
CROSS_COMPILE := $(firstword $(foreach prefix,x86_64-elf- x86_64-linux-gnu-,\
	$(if $(shell command -v $(prefix)gcc),$(prefix))))
endif

LLVM ?= 0
ifneq ($(filter-out 0,$(LLVM)),)
CC := clang --target=x86_64-elf
LD := ld.lld
OBJCOPY := llvm-objcopy
NM := llvm-nm
else
CC := $(CROSS_COMPILE)gcc
LD := $(CROSS_COMPILE)ld
OBJCOPY := $(CROSS_COMPILE)objcopy
NM := $(CROSS_COMPILE)nm
endif
NASM ?= nasm
HOSTCC ?= gcc

# $(call installed,NAMES): the first that is, or else the first, for which scripts/missing stands.
installed = $(firstword $(foreach name,$(1),$(if $(filter-out $(CURDIR)/scripts/missing/%,\
	$(shell command -v $(name))),$(name))) $(1))
GRUB_MKRESCUE ?= $(call installed,grub-mkrescue grub2-mkrescue)
GRUB_FILE ?= $(call installed,grub-file grub2-file)

cc_is_clang := $(findstring clang,$(CC))

warnings := -Wall -Wextra -Werror -Wshadow -Wundef -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wcast-align -Wcast-qual -Wwrite-strings -Wvla \
	-Wformat=2 -Wimplicit-fallthrough -Wredundant-decls -Wnested-externs
warnings_gcc := -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wunused-const-variable=2
warnings_clang := -Wmissing-variable-declarations -Wcomma

# mm sees its own headers, the platform's ($(1), the folder) and the configuration, nothing else.
includes = -I$(1) -Imm/include $(if $(filter mm/% platform/%,$<),,-Ikernel/include -Iarch/x86_64/include) \
	-I$(out)/include -include mercator/config.h
c_dialect := -std=gnu11 -fno-common -fno-strict-aliasing

# Wherever the sources and the output folder are, debug information names them alike.
same_paths = -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(out)/=build/

# gcc leaves X.c.o.ci beside each object of mm: frames of the stack, and who calls whom (tests/test_walker.py).
stack_usage = $(if $(cc_is_clang),,$(if $(filter mm/%,$<),-fcallgraph-info=su))

# No libc header may slip in: only the compiler's own are searched.
cc_include := $(shell $(CC) -print-file-name=include)
kernel_cflags = $(c_dialect) -nostdinc -isystem $(cc_include) \
	$(call includes,arch/x86_64/platform) \
	-ffreestanding -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fno-pic -fno-pie \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-omit-frame-pointer \
	-fcf-protection=none -O2 -g -DMERCATOR_KERNEL=1 $(same_paths) $(warnings) \
	$(if $(cc_is_clang),$(warnings_clang),$(warnings_gcc)) $(stack_usage)
# No -g: NASM 2.16 writes absolute paths into the debug information, and cannot map them.
kernel_nasmflags := -f elf64 -Werror -Iarch/x86_64/ -I$(out)/include/
kernel_ldflags := -nostdlib -static -z max-page-size=0x1000 -z noexecstack --build-id=none \
	--no-warn-rwx-segments --fatal-warnings
ifneq ($(cc_is_clang),)
kernel_ldflags := $(filter-out --no-warn-rwx-segments,$(kernel_ldflags))
endif

# With other optimisation flags, gcc gives false warnings about uninitialised variables, and the
# compiler may see less.
kernel_cflags += $(KCFLAGS) $(if $(filter -O%,$(KCFLAGS)),\
	-DOTHERWISE_OPTIMISED=1 $(if $(cc_is_clang),,-Wno-maybe-uninitialized))
