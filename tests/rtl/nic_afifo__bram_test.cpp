// SPDX-License-Identifier: Apache-2.0
// The same bench as nic_afifo_test.cpp over nic_afifo in block RAM (parameters in rtl.mk): one more word in the output register.
#define CAPACITY 17
#include "nic_afifo_test.cpp"
