/* SPDX-License-Identifier: MIT */
/*
 * Which access method's instance does an operation: the only place where space->root.method is looked at,
 * once an operation. Calls are direct; where one method is built in, one comparison is left of it.
 */
#ifndef DISPATCH_H
#define DISPATCH_H

#include "access.h"

#define HAS_OFFSET  IS_ENABLED(CONFIG_MAPPER_OFFSET)
#define HAS_GENERIC IS_ENABLED(CONFIG_MAPPER_GENERIC)

static inline bool uses_offset(const struct mc_space *space)
{
	/* Its users notice one jump more first: the compiler is told to lay it straight. */
	return __builtin_expect(space->root.method == MC_ACCESS_OFFSET, true);
}

static inline bool uses_recursive(const struct mc_space *space)
{
	return space->root.method == MC_ACCESS_RECURSIVE;
}

static inline bool uses_second(const struct mc_space *space)
{
	return space->root.method == ACCESS_SECOND_SLOT;
}

static inline bool uses_generic(const struct mc_space *space)
{
	return space->root.method == MC_ACCESS_GENERIC;
}

#define IN_SECOND_SLOT(space, call)                                                                \
	({                                                                                         \
		int error_ = second_slot_begin(space);                                             \
                                                                                                   \
		if (!error_) {                                                                     \
			error_ = (call);                                                           \
			second_slot_end();                                                         \
		}                                                                                  \
		error_;                                                                            \
	})

/*
 * A method that is not built in: the space is no good for any operation. The calls are gone without
 * optimisation, too: that only sees what is 0 in the condition itself.
 */
#define DISPATCH(space, operation, ...)                                                            \
	(HAS_OFFSET && uses_offset(space)         ? offset_##operation(__VA_ARGS__)                \
	 : HAS_RECURSIVE && uses_recursive(space) ? recursive_##operation(__VA_ARGS__)             \
	 : HAS_GENERIC && uses_generic(space)     ? generic_##operation(__VA_ARGS__)               \
	 : HAS_RECURSIVE && uses_second(space)                                                     \
		 ? IN_SECOND_SLOT(space, second_##operation(__VA_ARGS__))                          \
		 : MC_ERR_UNSUPPORTED)

/*
 * The same for translating, which is so short that asking is much of it. For 4 levels, it has instances
 * that need not ask for the number: that is next to the method, so that compilers compare both at once.
 */
#define DISPATCH_WITH_4(space, operation, ...)                                                     \
	(HAS_OFFSET && __builtin_expect((space)->root.levels == 4 &&                               \
						(space)->root.method == MC_ACCESS_OFFSET,          \
					true)                                                      \
		 ? offset_##operation##_4(__VA_ARGS__)                                             \
	 : HAS_RECURSIVE && uses_recursive(space) && (space)->root.levels == 4                     \
		 ? recursive_##operation##_4(__VA_ARGS__)                                          \
	 : HAS_GENERIC && uses_generic(space) && (space)->root.levels == 4                         \
		 ? generic_##operation##_4(__VA_ARGS__)                                            \
		 : DISPATCH(space, operation, __VA_ARGS__))

#endif
