// Checks of the rules that a header documents under "Valid usage:". They stay on in release
// builds: a program that breaks one stops at the line that broke it, not frames later.
#ifndef ASH_ASSERT_H
#define ASH_ASSERT_H

#include "engine/api.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Called with the broken rule; if it returns, the program aborts. NULL brings the default
// back, which writes one line to the log. Tests install one that jumps out.
typedef void (*ash_assert_handler)(const char *rule, const char *file, int line);
ASH_API void ash_assert_set_handler(ash_assert_handler handler);

// Reports a broken rule and does not return.
#if defined(__GNUC__) || defined(__clang__)
__attribute__((noreturn, cold))
#endif
ASH_API void
ash_assert_fail(const char *rule, const char *file, int line);

// Nothing where `condition` holds; else the program ends with the condition itself in its log.
#define ASH_ASSERT(condition)                                                                      \
    ((condition) ? (void)0 : ash_assert_fail(#condition, __FILE__, __LINE__))

// With a sentence for whoever broke the rule, instead of the expression.
#define ASH_ASSERT_MESSAGE(condition, sentence)                                                    \
    ((condition) ? (void)0 : ash_assert_fail((sentence), __FILE__, __LINE__))

#ifdef __cplusplus
}
#endif

#endif
