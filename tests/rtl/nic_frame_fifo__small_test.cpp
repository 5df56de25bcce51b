// SPDX-License-Identifier: Apache-2.0
// The same bench as nic_frame_fifo_test.cpp over a buffer of 16 bytes in four block RAMs and 4 frames (parameters in
// rtl.mk), where full, wrap and most frames are never far.
#define BYTES 16
#define FRAMES 4
#include "nic_frame_fifo_test.cpp"
