# SPDX-License-Identifier: MIT
"""What scripts/mutate is made of: mutants, by operators and by lists, and what judges them."""
