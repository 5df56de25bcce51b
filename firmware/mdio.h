/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses to PHY registers through the MDIO controller. Every wait is bounded. */
#ifndef FIRMWARE_MDIO_H
#define FIRMWARE_MDIO_H

#include <stdint.h>

enum mdio_result {
    MDIO_OK,
    MDIO_NO_ANSWER, /* no PHY at this address */
    MDIO_STUCK,     /* the controller never finished */
};

/* Clause 22 registers; *value is 0xffff unless the result is MDIO_OK. */
enum mdio_result mdio_read(unsigned phy, unsigned reg, uint16_t *value);
enum mdio_result mdio_write(unsigned phy, unsigned reg, uint16_t value);

#endif
