# SPDX-License-Identifier: Apache-2.0
# The NDIS library with its two platforms, as one archive. Other parts of host/ have their own .mk files.

NDIS_OBJS = $(patsubst %.c,$(O)/%.o,$(wildcard host/ndis/*.c))
NDIS_LIB = $(O)/host/ndis/libndis.a

$(NDIS_LIB): $(NDIS_OBJS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $(NDIS_OBJS)
