/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets share: an input that is read like a tape, zeros after its end. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fuzz_input {
    const uint8_t *at, *end;
};

static inline bool fuzz_more(const struct fuzz_input *in)
{
    return in->at < in->end;
}

static inline uint8_t fuzz_byte(struct fuzz_input *in)
{
    return fuzz_more(in) ? *in->at++ : 0;
}

static inline uint32_t fuzz_le16(struct fuzz_input *in)
{
    uint32_t low = fuzz_byte(in);
    return low | (uint32_t)fuzz_byte(in) << 8;
}

static inline uint32_t fuzz_le32(struct fuzz_input *in)
{
    uint32_t low = fuzz_le16(in);
    return low | fuzz_le16(in) << 16;
}

/* libFuzzer calls it with every input; 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
