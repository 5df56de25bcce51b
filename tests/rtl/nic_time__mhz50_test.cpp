// SPDX-License-Identifier: Apache-2.0
// nic_time at 50 MHz.
#define TX_MHZ 50
#include "nic_time_test.cpp"
