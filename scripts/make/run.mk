# SPDX-License-Identifier: MIT
#
# Running the ISO: in QEMU, there under gdb, in Bochs, in VirtualBox. The scripts say which variables
# they take; whatever was given on make's command line reaches them through the environment.

run_variables := UEFI OVMF_CODE OVMF_VARS MEM CPU SMP MACHINE ACCEL QEMU QEMUFLAGS \
	GDB GDB_PORT GDBFLAGS BOCHS BOCHS_CPU BOCHS_BIOS BOCHS_VGABIOS \
	FIRMWARE VBOXMANAGE VBOX_TIMEOUT DRYRUN
export $(foreach name,$(run_variables),$(if $(filter undefined,$(origin $(name))),,$(name)))

.PHONY: run debug bochs vbox check-bare-root
run: $(out)/mercator.iso ## Boot the ISO in QEMU; Ctrl-C or Ctrl-A X leaves, Ctrl-A C is QEMU's monitor
	$(Q)scripts/qemu $< $(out)

debug: $(out)/mercator.iso ## The same under gdb, stopped at reset; adds the commands walk and maps
	$(Q)scripts/debug $(out)/mercator.elf $< $(out)

bochs: $(out)/mercator.iso ## Boot the ISO in Bochs; ends when the kernel halts
	$(Q)scripts/bochs $< $(out)

vbox: $(out)/mercator.iso ## Boot the ISO in VirtualBox; the kernel's result is the exit status
	$(Q)scripts/vbox $< $(out)

check-bare-root: ## Show on a minimal Debian root that a fresh machine can build and run (needs root)
	$(Q)scripts/check-bare-root $(out)/bare-root
