// SPDX-License-Identifier: Apache-2.0
// nic_rx_queue with the largest buffer: the same tests; so many frames that it can be filled with short ones.
#define BUF_BYTES 65536
#define FRAMES    1024
#include "nic_rx_queue_test.cpp"
