/* shim.h - Redis's client library as Swift sees it: without its pkg-config file, one flag of which SwiftPM refuses. */
/* SPDX-License-Identifier: MIT */
#include <hiredis/hiredis.h>
