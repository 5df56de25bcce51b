/* SPDX-License-Identifier: Apache-2.0 */
/* The MDIO controller by its registers. */
#include "mdio.h"

#include "hw.h"
#include "nic_regs.h"

/* A frame is 64 periods of 400 ns, and a bus access takes more than a microsecond: this is many times as long. */
#define POLLS 1000

static enum mdio_result finish(uint32_t *status)
{
    unsigned polls;
    for (polls = 0; polls < POLLS; polls++) {
        *status = hw_read(NIC_MDIO_STATUS_ADDR);
        if (!(*status & NIC_MDIO_STATUS_BUSY_MASK))
            return MDIO_OK;
    }
    return MDIO_STUCK;
}

static enum mdio_result frame(unsigned phy, unsigned reg, uint32_t write, uint32_t *status)
{
    enum mdio_result result = finish(status);
    if (result != MDIO_OK)
        return result;
    hw_write(NIC_MDIO_CTRL_ADDR, (phy & 31) << NIC_MDIO_CTRL_PHY_SHIFT |
                                     (reg & 31) << NIC_MDIO_CTRL_REGISTER_SHIFT | write);
    hw_write(NIC_MDIO_START_ADDR, 1);
    return finish(status);
}

enum mdio_result mdio_read(unsigned phy, unsigned reg, uint16_t *value)
{
    uint32_t status;
    enum mdio_result result = frame(phy, reg, 0, &status);
    *value = 0xffff;
    if (result != MDIO_OK)
        return result;
    if (status & NIC_MDIO_STATUS_NO_ANSWER_MASK)
        return MDIO_NO_ANSWER;
    *value = (uint16_t)(status >> NIC_MDIO_STATUS_DATA_SHIFT);
    return MDIO_OK;
}

enum mdio_result mdio_write(unsigned phy, unsigned reg, uint16_t value)
{
    uint32_t status;
    hw_write(NIC_MDIO_DATA_ADDR, value);
    return frame(phy, reg, NIC_MDIO_CTRL_WRITE_MASK, &status);
}
