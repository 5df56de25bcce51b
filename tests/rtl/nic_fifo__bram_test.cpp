// SPDX-License-Identifier: Apache-2.0
// The same bench as nic_fifo_test.cpp over nic_fifo in block RAM (parameters in rtl.mk).
#include "nic_fifo_test.cpp"
