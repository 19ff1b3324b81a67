/* bare_echo.c - the least that libwebsockets can do for a load: every message goes back as it came.
 *
 *   cc -O2 -o bare-echo bare_echo.c $(pkg-config --cflags --libs libwebsockets) -lev
 *   bare-echo PORT asked      each message waits for "writeable", as libwebsockets' manual wants
 *   bare-echo PORT at-once    each message is written from the callback that brought it
 *
 * It neither reads the audio nor paces it, and closes a call that says "stop". One thread, no TLS. It waits
 * with libev, as Sidetone's own loops do: libwebsockets' own poll looks at every connection each time.
 */
/* SPDX-License-Identifier: MIT */
#include <ev.h>
#include <libwebsockets.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { message_limit = 16384, queue_limit = 64 };

struct message {
    size_t size;
    unsigned char *bytes;
};

/* Messages of one call that wait for their turn to be written. */
struct call {
    struct message *queue[queue_limit];
    size_t count;
    bool has_stopped;
};

static volatile sig_atomic_t is_stopping;
static bool at_once;

static void stop(int number) {
    (void)number;
    is_stopping = 1;
}

static bool starts_stop(const char *text, size_t size) {
    static const char stop_event[] = "{\"event\":\"stop\"";
    return size >= sizeof stop_event - 1 && memcmp(text, stop_event, sizeof stop_event - 1) == 0;
}

static int say(struct lws *wsi, struct message *message) {
    return lws_write(wsi, message->bytes + LWS_PRE, message->size, LWS_WRITE_TEXT) < 0 ? -1 : 0;
}

static int received(struct lws *wsi, struct call *call, const char *text, size_t size) {
    static unsigned char room[LWS_PRE + message_limit];
    static struct message only = {0, room};
    struct message *message;

    if (size > message_limit || !lws_is_final_fragment(wsi))
        return -1;
    if (starts_stop(text, size)) {
        if (at_once || call->count == 0) {
            lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
            return -1;
        }
        call->has_stopped = true;
        return 0;
    }
    if (at_once) {
        message = &only;
    } else {
        if (call->count == queue_limit)
            return -1;
        message = malloc(sizeof *message + LWS_PRE + size);
        if (!message)
            return -1;
        message->bytes = (unsigned char *)(message + 1);
        call->queue[call->count++] = message;
    }
    message->size = size;
    memcpy(message->bytes + LWS_PRE, text, size);
    if (at_once)
        return say(wsi, message);
    lws_callback_on_writable(wsi);
    return 0;
}

static int writeable(struct lws *wsi, struct call *call) {
    struct message *first;
    int result;

    if (call->count == 0)
        return 0;
    first = call->queue[0];
    memmove(call->queue, call->queue + 1, --call->count * sizeof call->queue[0]);
    result = say(wsi, first);
    free(first);
    if (result == 0 && call->count > 0)
        lws_callback_on_writable(wsi);
    if (call->count == 0 && call->has_stopped) {
        lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
        return -1;
    }
    return result;
}

static int happened(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *input,
                    size_t size) {
    struct call *call = user;

    switch (reason) {
    case LWS_CALLBACK_RECEIVE:
        return received(wsi, call, input, size);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return writeable(wsi, call);
    case LWS_CALLBACK_CLOSED:
        while (call->count > 0)
            free(call->queue[--call->count]);
        return 0;
    default:
        return 0;
    }
}

int main(int count, char **words) {
    static const struct lws_protocols protocols[] = {
        {"echo", happened, sizeof(struct call), message_limit, 0, NULL, 0},
        {NULL, NULL, 0, 0, 0, NULL, 0},
    };
    struct lws_context_creation_info info;
    struct lws_context *context;
    struct ev_loop *loop;
    void *loops[1];

    if (count != 3) {
        fputs("usage: bare-echo PORT asked|at-once\n", stderr);
        return 2;
    }
    at_once = strcmp(words[2], "at-once") == 0;
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    lws_set_log_level(LLL_ERR, NULL);
    loop = ev_loop_new(EVFLAG_NOENV | EVFLAG_NOSIGMASK);
    if (!loop)
        return 1;
    loops[0] = loop;
    memset(&info, 0, sizeof info);
    info.port = atoi(words[1]);
    info.iface = "127.0.0.1";
    info.protocols = protocols;
    info.pt_serv_buf_size = message_limit + LWS_PRE;
    info.options = LWS_SERVER_OPTION_LIBEV;
    info.foreign_loops = loops;
    context = lws_create_context(&info);
    if (!context) {
        fputs("bare-echo: libwebsockets has no libev here\n", stderr);
        return 1;
    }
    printf("listening on ws://127.0.0.1:%s\n", words[1]);
    fflush(stdout);
    /* A signal ends the wait of ev_run, which then returns. */
    while (!is_stopping)
        ev_run(loop, EVRUN_ONCE);
    lws_context_destroy(context);
    ev_loop_destroy(loop);
    return 0;
}
