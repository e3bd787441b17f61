// What libFuzzer offers to a program that has a main function of its own (llvm/tools, FuzzerDriver.cpp).
#ifndef CFUZZER_H
#define CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Tries inputs until a limit among the arguments is reached; gives the exit status.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*try_one)(const uint8_t *octets, size_t count));

#endif
