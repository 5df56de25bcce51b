// SPDX-License-Identifier: Apache-2.0
// The bench of nic_loopback_rig for the MAC without flow control.
#define RIG_WITHOUT_PAUSE
#include "nic_loopback_rig_test.cpp"
