// SPDX-License-Identifier: Apache-2.0
// Chapter 9 of a device that has no high speed.
#define FULL_SPEED_ONLY
#include "nic_usb_device__chapter9_test.cpp"
