// What every public header needs of the compiler, and nothing else.
#ifndef ASH_API_H
#define ASH_API_H

#if defined(__GNUC__) || defined(__clang__)
// The name leaves the library; all others stay inside (-fvisibility=hidden).
#define ASH_API __attribute__((visibility("default")))
// The caller must look at the result.
#define ASH_NODISCARD __attribute__((warn_unused_result))
#define ASH_PRINTF(format_index, first_index)                                                      \
    __attribute__((format(printf, format_index, first_index)))
#else
#define ASH_API
#define ASH_NODISCARD
#define ASH_PRINTF(format_index, first_index)
#endif

#endif
