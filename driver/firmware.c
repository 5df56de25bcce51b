/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The management processor's firmware: its image from the configuration, checked, written into the device and started
 * while the adapter initialises. Without firmware, or when it does not live, the driver sets the link by itself.
 */
#include "nic_miniport.h"

/* Words of the image's header (nic.rdl, image). */
enum { IMAGE_ID = 1, IMAGE_VERSION, IMAGE_HASH, IMAGE_LENGTH, IMAGE_CRC };

#define START_TIMEOUT_MS 500 /* until the first heartbeat */
#define POLL_MS          1

void nic_firmware_read(struct nic_adapter *a, NDIS_HANDLE configuration)
{
    NDIS_STRING name = NDIS_STRING_CONST("Firmware");
    PNDIS_CONFIGURATION_PARAMETER parameter;
    NDIS_STATUS status;
    PVOID memory;
    ULONG i, length;
    const UCHAR *image;
    NdisReadConfiguration(&status, &parameter, configuration, &name, NdisParameterBinary);
    if (status != NDIS_STATUS_SUCCESS || !parameter->ParameterData.BinaryData.Length)
        return;
    image = parameter->ParameterData.BinaryData.Buffer;
    length = parameter->ParameterData.BinaryData.Length;
    a->firmware_words = (length + 3) / 4;
    status = NdisAllocateMemoryWithTag(&memory, 4 * a->firmware_words, NIC_TAG_MEMORY);
    if (status != NDIS_STATUS_SUCCESS)
        return; /* nic_firmware_start refuses the adapter */
    a->firmware = memory;
    NdisZeroMemory(memory, 4 * a->firmware_words);
    for (i = 0; i < length; i++)
        a->firmware[i / 4] |= (ULONG)image[i] << 8 * (i % 4);
}

void nic_firmware_free(struct nic_adapter *a)
{
    if (a->firmware)
        NdisFreeMemory(a->firmware, 0, 0);
    a->firmware = NULL;
}

/* CRC-32 of IEEE 802.3 over the image with 0 in the CRC's own place. */
static ULONG image_crc(const ULONG *words, ULONG count)
{
    ULONG crc = 0xffffffff, i, bit;
    for (i = 0; i < count; i++) {
        crc ^= i == IMAGE_CRC ? 0 : words[i];
        for (bit = 0; bit < 32; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}

static BOOLEAN image_good(struct nic_adapter *a)
{
    const ULONG *image = a->firmware;
    if (a->firmware_words < NIC_IMAGE_BYTES / 4 || image[IMAGE_ID] != NIC_IMAGE_ID_MAGIC) {
        nic_message(a, NDIS_ERROR_CODE_BAD_VERSION,
                    "The firmware image is not one of hilnic: it does not match the driver");
        return FALSE;
    }
    if (image[IMAGE_HASH] != NIC_MAP_HASH) {
        nic_message(a, NDIS_ERROR_CODE_BAD_VERSION,
                    "The firmware image was built for register map %x but this driver is built "
                    "for %x; use the matching one",
                    image[IMAGE_HASH], (ULONG)NIC_MAP_HASH);
        return FALSE;
    }
    if (image[IMAGE_LENGTH] != 4 * a->firmware_words || a->firmware_words > NIC_PROC_MEMORY_WORDS ||
        image[IMAGE_CRC] != image_crc(image, a->firmware_words)) {
        nic_message(a, NDIS_ERROR_CODE_BAD_VERSION,
                    "The firmware image is damaged: its length or CRC does not match");
        return FALSE;
    }
    return TRUE;
}

static int control_write(struct nic_adapter *a, ULONG word)
{
    uint32_t value = word;
    return nic_transport_reg_write(a->transport, NIC_PROC_CTRL_ADDR, &value, 1);
}

/* Writes the image and reads it back; *same: it is there. Not 0: an access failed. */
static int image_write(struct nic_adapter *a, BOOLEAN *same)
{
    uint32_t back[NIC_CONTROL_WORDS];
    ULONG at, count;
    int error = nic_transport_reg_write(a->transport, NIC_PROC_MEMORY_ADDR,
                                        (const uint32_t *)a->firmware, a->firmware_words);
    *same = TRUE;
    for (at = 0; !error && at < a->firmware_words; at += count) {
        count = a->firmware_words - at;
        if (count > NIC_CONTROL_WORDS)
            count = NIC_CONTROL_WORDS;
        error = nic_transport_reg_read(a->transport, NIC_PROC_MEMORY_ADDR + 4 * at, back, count);
        if (!error && !NdisEqualMemory(back, a->firmware + at, 4 * count))
            *same = FALSE;
    }
    return error;
}

/* Waits for the first heartbeat. */
static int alive_wait(struct nic_adapter *a, BOOLEAN *alive)
{
    uint32_t status = 0;
    ULONG waited_ms;
    int error = 0;
    for (waited_ms = 0; waited_ms < START_TIMEOUT_MS; waited_ms += POLL_MS) {
        error = nic_transport_reg_read(a->transport, NIC_PROC_STATUS_ADDR, &status, 1);
        *alive = (status & NIC_PROC_STATUS_ALIVE_MASK) != 0;
        if (error || *alive)
            break;
        NdisMSleep(1000 * POLL_MS);
    }
    return error;
}

NDIS_STATUS nic_firmware_start(struct nic_adapter *a)
{
    BOOLEAN same = FALSE, alive = FALSE;
    int error;
    a->processor = FALSE;
    a->firmware_restarts = 0;
    if (!a->has_processor)
        return NDIS_STATUS_SUCCESS;
    if (a->firmware_words && !a->firmware) {
        nic_message(a, NDIS_ERROR_CODE_OUT_OF_RESOURCES,
                    "There is no memory for %u words of firmware", a->firmware_words);
        return NDIS_STATUS_RESOURCES;
    }
    if (a->firmware && !image_good(a))
        return NDIS_STATUS_BAD_VERSION;
    error = control_write(a, 0); /* whoever had the device before may have left it running */
    if (!error && a->firmware)
        error = image_write(a, &same);
    if (!error && same) {
        error = control_write(a, NIC_PROC_RUN);
        if (!error)
            error = alive_wait(a, &alive);
        if (!error && !alive)
            error = control_write(a, 0);
    }
    if (error) {
        nic_message(a, NDIS_ERROR_CODE_HARDWARE_FAILURE,
                    "The management processor does not answer (error %u); replug the device",
                    (ULONG)-error);
        return NDIS_STATUS_DEVICE_FAILED;
    }
    a->processor = alive;
    if (a->firmware && !alive)
        nic_message(a, NDIS_ERROR_CODE_HARDWARE_FAILURE,
                    same ? "The firmware does not start; the driver sets the link by itself"
                         : "The processor's memory does not keep the firmware; the driver sets "
                           "the link by itself");
    return NDIS_STATUS_SUCCESS;
}

/* Whatever stopped it may have written over the program: the whole image goes in again, step by step beside the traffic. */
void nic_firmware_stopped(struct nic_adapter *a)
{
    if (!a->processor)
        return;
    a->processor = FALSE;
    a->statistics.firmware_stops++;
    a->firmware_intervals = 0;
    if (a->firmware_restarts == NIC_FIRMWARE_RESTARTS) {
        nic_firmware_lost(a);
        return;
    }
    a->firmware_restarts++;
    a->firmware_at = 0;
    nic_message(a, NDIS_ERROR_CODE_HARDWARE_FAILURE,
                "The firmware hung and was stopped; it is started again");
    a->control_todo |= NIC_STEP_IMAGE;
    nic_control_start(a);
}

ULONG nic_firmware_part(const struct nic_adapter *a, ULONG *address, ULONG *words)
{
    ULONG count = a->firmware_words - a->firmware_at;
    if (count > NIC_CONTROL_WORDS)
        count = NIC_CONTROL_WORDS;
    *address = NIC_PROC_MEMORY_ADDR + 4 * a->firmware_at;
    NdisMoveMemory(words, a->firmware + a->firmware_at, 4 * count);
    return count;
}

/* Started before it is alive: should it never be, the watchdog stops it again. */
void nic_firmware_written(struct nic_adapter *a)
{
    a->firmware_at += NIC_CONTROL_WORDS;
    if (a->firmware_at < a->firmware_words) {
        a->control_todo |= NIC_STEP_IMAGE;
        return;
    }
    a->processor = TRUE;
    a->control_todo |= NIC_STEP_PROCESSOR;
}

void nic_firmware_lost(struct nic_adapter *a)
{
    nic_message(a, NDIS_ERROR_CODE_HARDWARE_FAILURE,
                "The firmware hung and was stopped, and starting it again does not help; the "
                "driver sets the link by itself");
    a->control_todo |= NIC_STEP_LINK;
    nic_control_start(a);
}
