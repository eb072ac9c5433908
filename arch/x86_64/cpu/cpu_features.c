/* SPDX-License-Identifier: MIT */
/* Reading CPUID (SDM 2, CPUID): only leaves that the CPU reports to have. */
#include <arch/cpu.h>
#include <arch/cpu_features.h>
#include <kernel/string.h>
#include <kernel/units.h>

/* The architecture's limit, even if a hypervisor reports more. */
#define PHYSICAL_BITS_MAX 52

static struct cpu_features features;

static void put_register(char *to, uint32_t value)
{
	memcpy(to, &value, sizeof(value));
}

static bool has_leaf(uint32_t leaf)
{
	return cpuid(leaf & 0x80000000, 0).eax >= leaf;
}

static void read_names(void)
{
	struct cpuid_result r = cpuid(0, 0);

	put_register(features.vendor, r.ebx);
	put_register(features.vendor + 4, r.edx);
	put_register(features.vendor + 8, r.ecx);

	if (cpuid(CPUID_FEATURES, 0).ecx & CPUID_1_ECX_HYPER) {
		r = cpuid(CPUID_HYPERVISOR, 0);
		put_register(features.hypervisor, r.ebx);
		put_register(features.hypervisor + 4, r.ecx);
		put_register(features.hypervisor + 8, r.edx);
	}
	for (uint32_t i = 0; i < 3 && has_leaf(CPUID_EXT_BRAND + 2); i++) {
		r = cpuid(CPUID_EXT_BRAND + i, 0);
		put_register(features.brand + 16 * i, r.eax);
		put_register(features.brand + 16 * i + 4, r.ebx);
		put_register(features.brand + 16 * i + 8, r.ecx);
		put_register(features.brand + 16 * i + 12, r.edx);
	}
}

static unsigned int read_physical_bits(void)
{
	unsigned int bits = MAXPHYADDR_DEFAULT;

	if (has_leaf(CPUID_EXT_ADDRESS))
		bits = cpuid(CPUID_EXT_ADDRESS, 0).eax & 0xff;
	return bits < PHYSICAL_BITS_MAX ? bits : PHYSICAL_BITS_MAX;
}

/* In kHz: VMware's leaf, which other hypervisors adopted. */
static uint64_t tsc_by_hypervisor(void)
{
	if (!*features.hypervisor || cpuid(CPUID_HYPERVISOR, 0).eax < CPUID_HYPER_TIMING)
		return 0;
	return UINT64_C(1000) * cpuid(CPUID_HYPER_TIMING, 0).eax;
}

/* SDM 2, CPUID leaf 15H: denominator, numerator, and the crystal's hertz or 0. */
static uint64_t tsc_by_crystal(void)
{
	const struct cpuid_result r =
		has_leaf(CPUID_TSC) ? cpuid(CPUID_TSC, 0) : (struct cpuid_result){ 0 };

	return r.eax ? (uint64_t)r.ecx * r.ebx / r.eax : 0;
}

/* Leaf 16H, in MHz: the nominal frequency. */
static uint64_t tsc_by_base_frequency(void)
{
	return has_leaf(CPUID_FREQUENCY)
		       ? UINT64_C(1000000) * (cpuid(CPUID_FREQUENCY, 0).eax & 0xffff)
		       : 0;
}

static void read_tsc_clock(void)
{
	static const struct {
		uint64_t (*hertz)(void);
		const char *name;
	} sources[] = {
		{ tsc_by_hypervisor, "hypervisor, CPUID 40000010H" },
		{ tsc_by_crystal, "crystal, CPUID 15H" },
		{ tsc_by_base_frequency, "base frequency, CPUID 16H" },
	};

	features.tsc_source = "nobody";
	for (size_t i = 0; i < ARRAY_SIZE(sources) && !features.tsc_hertz; i++) {
		features.tsc_hertz = sources[i].hertz();
		if (features.tsc_hertz)
			features.tsc_source = sources[i].name;
	}
	if (has_leaf(CPUID_EXT_POWER))
		features.tsc_invariant = cpuid(CPUID_EXT_POWER, 0).edx & CPUID_E7_EDX_ITSC;
	features.is_emulated = memcmp(features.hypervisor, "TCGTCGTCGTCG", 12) == 0;
}

void cpu_features_init(void)
{
	uint32_t basic = cpuid(CPUID_FEATURES, 0).edx;
	uint32_t extended = cpuid(CPUID_EXT_FEATURES, 0).edx;

	read_names();
	read_tsc_clock();
	features.physical_bits = read_physical_bits();
	features.pages_1gib = extended & CPUID_E1_EDX_1GIB;
	features.global_pages = basic & CPUID_1_EDX_PGE;
	features.tsc = basic & CPUID_1_EDX_TSC;
	features.machine_check = basic & CPUID_1_EDX_MCE;
	if (has_leaf(CPUID_STRUCTURED))
		features.levels_5 = cpuid(CPUID_STRUCTURED, 0).ecx & CPUID_7_ECX_LA57;
}

const struct cpu_features *cpu_features(void)
{
	return &features;
}
