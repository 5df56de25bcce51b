/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of a driver, names of adapters, and a driver's wish to have its adapter removed: see ndis_services.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ndis_machine.h"

/* ---- files ---- */

struct file {
    bool is_mapped;
    UINT length;
    UCHAR bytes[];
};

static NDIS_STATUS read_file(FILE *stream, struct file **file)
{
    struct stat about;

    if (fstat(fileno(stream), &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > INT32_MAX)
        return NDIS_STATUS_ERROR_READING_FILE;
    *file = ndis_object_new(NDIS_KIND_FILE, sizeof(**file) + (size_t)about.st_size, 0);
    if (!*file)
        return NDIS_STATUS_RESOURCES;
    (*file)->length = (UINT)about.st_size;
    if (fread((*file)->bytes, 1, (*file)->length, stream) == (*file)->length)
        return NDIS_STATUS_SUCCESS;
    ndis_object_free(*file);
    return NDIS_STATUS_ERROR_READING_FILE;
}

VOID NdisOpenFile(PNDIS_STATUS Status, PNDIS_HANDLE FileHandle, PUINT FileLength,
                  PNDIS_STRING FileName, NDIS_PHYSICAL_ADDRESS HighestAcceptableAddress)
{
    char *name = ndis_string_to_utf8(FileName), path[4096];
    bool is_plain = name && *name && !strchr(name, '/') && ndis.options.files;
    struct file *file = NULL;
    FILE *stream;

    (void)HighestAcceptableAddress;
    ndis_only_passive("NdisOpenFile");
    snprintf(path, sizeof(path), "%s/%s", is_plain ? ndis.options.files : "", is_plain ? name : "");
    free(name);
    *Status = NDIS_STATUS_FILE_NOT_FOUND;
    stream = is_plain ? fopen(path, "rb") : NULL;
    if (!stream)
        return;
    *Status = read_file(stream, &file);
    fclose(stream);
    if (*Status != NDIS_STATUS_SUCCESS)
        return;
    *FileHandle = file;
    *FileLength = file->length;
}

VOID NdisCloseFile(NDIS_HANDLE FileHandle)
{
    ndis_only_passive("NdisCloseFile");
    if (((struct file *)FileHandle)->is_mapped && ndis_verifying())
        ndis_verify_finding(NULL, "NdisCloseFile for a file that is mapped");
    ndis_object_free(FileHandle);
}

VOID NdisMapFile(PNDIS_STATUS Status, PVOID *MappedBuffer, NDIS_HANDLE FileHandle)
{
    struct file *file = FileHandle;

    *Status = file->is_mapped ? NDIS_STATUS_ALREADY_MAPPED : NDIS_STATUS_SUCCESS;
    if (*Status != NDIS_STATUS_SUCCESS)
        return;
    file->is_mapped = true;
    *MappedBuffer = file->bytes;
}

VOID NdisUnmapFile(NDIS_HANDLE FileHandle)
{
    ((struct file *)FileHandle)->is_mapped = false;
}

/* ---- names ---- */

NDIS_STATUS NdisMQueryAdapterInstanceName(PNDIS_STRING AdapterInstanceName,
                                          NDIS_HANDLE MiniportAdapterHandle)
{
    NdisInitializeString(AdapterInstanceName,
                         (PUCHAR)ndis_miniport_of(MiniportAdapterHandle)->name);
    return AdapterInstanceName->Buffer ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

NDIS_STATUS NdisQueryAdapterInstanceName(PNDIS_STRING AdapterInstanceName,
                                         NDIS_HANDLE NdisBindingHandle)
{
    return NdisMQueryAdapterInstanceName(AdapterInstanceName,
                                         ((struct ndis_binding *)NdisBindingHandle)->miniport);
}

/* ---- removal ---- */

NDIS_STATUS NdisMRemoveMiniport(NDIS_HANDLE MiniportAdapterHandle)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);

    ndis.platform->ops->work_queue(ndis.platform, &m->removal);
    return NDIS_STATUS_SUCCESS;
}
