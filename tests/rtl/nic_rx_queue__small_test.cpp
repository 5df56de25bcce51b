// SPDX-License-Identifier: Apache-2.0
// nic_rx_queue with the smallest buffer and eight frames: the same tests, where every frame wraps and many are lost.
#define BUF_BYTES 512
#define FRAMES 8
#include "nic_rx_queue_test.cpp"
