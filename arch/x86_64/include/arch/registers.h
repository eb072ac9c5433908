/* SPDX-License-Identifier: MIT */
/*
 * Control registers, model-specific registers and the CPUID bits that Mercator reads, by their
 * names in the Intel SDM (volume 3, sections 2.2 and 2.5; volume 4; volume 2, CPUID). Only
 * constants: NASM gets them from here too, through asm-constants.c.
 */
#ifndef ARCH_REGISTERS_H
#define ARCH_REGISTERS_H

#define CR0_PE (UINT64_C(1) << 0)  /* protected mode */
#define CR0_MP (UINT64_C(1) << 1)  /* WAIT obeys TS */
#define CR0_ET (UINT64_C(1) << 4)  /* fixed to 1 since the 486 */
#define CR0_NE (UINT64_C(1) << 5)  /* x87 errors by #MF */
#define CR0_WP (UINT64_C(1) << 16) /* read-only pages bind the kernel too */
#define CR0_PG (UINT64_C(1) << 31)

#define CR4_PAE  (UINT64_C(1) << 5)
#define CR4_MCE  (UINT64_C(1) << 6)
#define CR4_PGE  (UINT64_C(1) << 7)
#define CR4_LA57 (UINT64_C(1) << 12)

#define EFER_LME (UINT64_C(1) << 8)
#define EFER_LMA (UINT64_C(1) << 10)
#define EFER_NXE (UINT64_C(1) << 11)

/* Control registers are written as a whole: nothing of the loader's values is kept. */
#define KERNEL_CR0  (CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG)
#define KERNEL_CR4  CR4_PAE /* and PGE, LA57, MCE where CPUID shows them */
#define KERNEL_EFER (EFER_LME | EFER_NXE)

#define MSR_EFER 0xc0000080
#define MSR_PAT  0x277

/*
 * The PAT (SDM 3, 12.12): entry 0 write-back, 1 write-through, 2 write-combining, 3 uncached, and
 * the same again in 4 to 7. So an entry's PAT bit is never needed, and is harmless where the table
 * window shows a huge leaf's PS bit in its place.
 */
#define PAT_WB     UINT64_C(6)
#define PAT_WT     UINT64_C(4)
#define PAT_WC     UINT64_C(1)
#define PAT_UC     UINT64_C(0)
#define PAT_HALF   (PAT_WB | PAT_WT << 8 | PAT_WC << 16 | PAT_UC << 24)
#define KERNEL_PAT (PAT_HALF | PAT_HALF << 32)

#define CPUID_FEATURES     0x1
#define CPUID_1_EDX_TSC    (UINT32_C(1) << 4)
#define CPUID_1_EDX_MSR    (UINT32_C(1) << 5)
#define CPUID_1_EDX_PAE    (UINT32_C(1) << 6)
#define CPUID_1_EDX_MCE    (UINT32_C(1) << 7)
#define CPUID_1_EDX_PGE    (UINT32_C(1) << 13)
#define CPUID_1_EDX_CMOV   (UINT32_C(1) << 15)
#define CPUID_1_EDX_PAT    (UINT32_C(1) << 16)
#define CPUID_1_ECX_HYPER  (UINT32_C(1) << 31)
#define CPUID_STRUCTURED   0x7
#define CPUID_7_ECX_LA57   (UINT32_C(1) << 16)
#define CPUID_TSC          0x15
#define CPUID_FREQUENCY    0x16
#define CPUID_HYPERVISOR   0x40000000
#define CPUID_HYPER_TIMING 0x40000010
#define CPUID_EXT_MAX      0x80000000
#define CPUID_EXT_FEATURES 0x80000001
#define CPUID_E1_EDX_NX    (UINT32_C(1) << 20)
#define CPUID_E1_EDX_1GIB  (UINT32_C(1) << 26)
#define CPUID_E1_EDX_LM    (UINT32_C(1) << 29)
#define CPUID_EXT_BRAND    0x80000002
#define CPUID_EXT_POWER    0x80000007
#define CPUID_E7_EDX_ITSC  (UINT32_C(1) << 8)
#define CPUID_EXT_ADDRESS  0x80000008

/* For CPUs without leaf 0x80000008 (SDM 3, 4.1.4). */
#define MAXPHYADDR_DEFAULT 36

#define RFLAGS_ID    (UINT32_C(1) << 21)
#define RFLAGS_TF    (UINT32_C(1) << 8)
#define RFLAGS_IF    (UINT32_C(1) << 9)
#define RFLAGS_FIXED UINT32_C(0x2) /* bit 1 is always set: all else clear */

/*
 * The kernel's segments. The accessed bit is set in all descriptors, so the CPU never writes them.
 */
#define SELECTOR_CODE64   0x08
#define SELECTOR_DATA     0x10
#define SELECTOR_TSS      0x18
#define DESCRIPTOR_CODE64 UINT64_C(0x00af9b000000ffff)
#define DESCRIPTOR_DATA   UINT64_C(0x00cf93000000ffff)

#endif
