/* shim.h - libwebsockets as Swift sees it: the header, and the few things Swift cannot import. */
/* SPDX-License-Identifier: MIT */
#include <libwebsockets.h>

/* A macro with a cast, which Swift does not import: the room lws wants before each message. */
static const int sidetone_lws_pre = LWS_PRE;
