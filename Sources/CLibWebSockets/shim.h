/* shim.h - libwebsockets as Swift sees it: the header, and the few things Swift cannot import. */
/* SPDX-License-Identifier: MIT */
#include <libwebsockets.h>

/* Linux headers that Swift's Glibc module leaves out. */
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <fcntl.h>
#include <sys/socket.h>

/* A macro with a cast, which Swift does not import: the room lws wants before each message. */
static const int sidetone_lws_pre = LWS_PRE;

/* prctl() takes variable arguments, which Swift cannot call. */
static inline void sidetone_name_thread(const char *name) {
    (void)prctl(PR_SET_NAME, name);
}

/* accept4() is a GNU extension, which Swift's Glibc module leaves out. */
static inline int sidetone_accept(int fd, struct sockaddr *address, socklen_t *byte_count) {
    int accepted = accept(fd, address, byte_count);
    if (accepted >= 0) {
        (void)fcntl(accepted, F_SETFD, FD_CLOEXEC);
        (void)fcntl(accepted, F_SETFL, O_NONBLOCK);
    }
    return accepted;
}
