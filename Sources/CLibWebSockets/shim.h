/* shim.h - libwebsockets as Swift sees it: the header, and the few things Swift cannot import. */
/* SPDX-License-Identifier: MIT */
#include <libwebsockets.h>

/* What waits for its sockets. */
#include <ev.h>

/* The library below its TLS. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* Linux headers that Swift's Glibc module leaves out. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

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

/* ppoll() is a GNU extension as well: waits for a descriptor to become readable, for so long at most. */
extern int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
static inline void sidetone_wait(int fd, long nanoseconds) {
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    (void)ppoll(&entry, 1, &limit, NULL);
}

/* GNU extensions of posix_spawn() and of the environment. */
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
extern char **environ;
static inline int sidetone_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}
static inline char **sidetone_environment(void) {
    return environ;
}

/* What OpenSSL offers as macros with arguments. */
static inline int sidetone_tls_minimum(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}
static inline void sidetone_tls_mode(SSL_CTX *context, long mode) {
    (void)SSL_CTX_set_mode(context, mode);
}
static inline void sidetone_tls_no_cache(SSL_CTX *context) {
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_num_tickets(context, 0);
    (void)SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
}
static inline void sidetone_tls_no_server_name(SSL_CTX *context) {
    (void)SSL_CTX_set_tlsext_servername_callback(context, NULL);
}
static inline int sidetone_tls_ask_for_name(const SSL *connection, const char *name) {
    /* The argument of an information callback is const; the connection is not. */
    return (int)SSL_set_tlsext_host_name((SSL *)(uintptr_t)connection, (char *)(uintptr_t)name);
}
static inline int sidetone_tls_keep(const SSL *connection, int index, int value) {
    return SSL_set_ex_data((SSL *)(uintptr_t)connection, index, (void *)(intptr_t)value);
}
static inline int sidetone_tls_kept(const SSL *connection, int index) {
    return (int)(intptr_t)SSL_get_ex_data(connection, index);
}
static inline int sidetone_tls_new_index(void) {
    return SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}
static inline STACK_OF(X509) *sidetone_tls_chain(SSL_CTX *context) {
    STACK_OF(X509) *chain = NULL;
    (void)SSL_CTX_get0_chain_certs(context, &chain);
    return chain;
}
static inline int sidetone_tls_use(SSL_CTX *context, X509 *certificate, EVP_PKEY *key,
                                   STACK_OF(X509) *chain) {
    return SSL_CTX_use_cert_and_key(context, certificate, key, chain, 1);
}
static inline int sidetone_tls_reason(unsigned long code) {
    return ERR_GET_REASON(code);
}

/* A server's certificates as values: stacks and names are macros and unions. */
static inline int sidetone_tls_chain_count(STACK_OF(X509) *chain) {
    return chain ? sk_X509_num(chain) : 0;
}
static inline X509 *sidetone_tls_chain_at(STACK_OF(X509) *chain, int index) {
    return chain && index < sk_X509_num(chain) ? sk_X509_value(chain, index) : NULL;
}
/* Seconds of Unix time. */
static inline long sidetone_tls_time(const ASN1_TIME *time) {
    struct tm parts = {0};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (long)timegm(&parts) : 0;
}
static inline void sidetone_tls_print_name(BIO *output, const X509_NAME *name) {
    (void)X509_NAME_print_ex(output, name, 0, XN_FLAG_RFC2253);
}
static inline GENERAL_NAMES *sidetone_tls_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}
static inline void sidetone_tls_free_names(GENERAL_NAMES *names) {
    GENERAL_NAMES_free(names);
}
static inline int sidetone_tls_name_count(GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}
/* Writes a DNS name or an address; the bytes written, 0 for names of other kinds. */
static inline int sidetone_tls_name(GENERAL_NAMES *names, int index, unsigned char *text,
                                    int capacity) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    if (name->type == GEN_DNS) {
        int count = ASN1_STRING_length(name->d.dNSName);
        if (count > capacity)
            return 0;
        memcpy(text, ASN1_STRING_get0_data(name->d.dNSName), (size_t)count);
        return count;
    }
    if (name->type == GEN_IPADD) {
        int count = ASN1_STRING_length(name->d.iPAddress);
        const unsigned char *bytes = ASN1_STRING_get0_data(name->d.iPAddress);
        if (count != 4 && count != 16)
            return 0;
        if (!inet_ntop(count == 4 ? AF_INET : AF_INET6, bytes, (char *)text, (socklen_t)capacity))
            return 0;
        return (int)strlen((const char *)text);
    }
    return 0;
}
/* Whether the kernel calls its clock synchronised: 1 or 0, and -1 where it does not tell. */
static inline int sidetone_clock_is_synchronised(void) {
    struct timex times = {0};
    int state = adjtimex(&times);
    if (state < 0)
        return -1;
    return state != TIME_ERROR && !(times.status & STA_UNSYNC);
}
