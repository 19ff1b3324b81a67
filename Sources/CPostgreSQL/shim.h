/* shim.h - PostgreSQL's client library as Swift sees it. */
/* SPDX-License-Identifier: MIT */
#include <libpq-fe.h>
