// What Swift cannot take from <libwebsockets.h> and <ev.h> by itself.
#pragma once

#include <ev.h>
#include <libwebsockets.h>
#include <malloc.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// The options are macros of shifted 64-bit literals, some joined with others, which Swift does not import.
static const uint64_t relay_option_libev = LWS_SERVER_OPTION_LIBEV;
static const uint64_t relay_option_context = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
// The second half hands what is no HTTP, and CONNECT, to the raw callbacks, instead of answering with HTML of its own.
static const uint64_t relay_option_listen =
    LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND | LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG;
static const uint64_t relay_option_tls =
    LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX;
static const uint64_t relay_option_ipv4 = LWS_SERVER_OPTION_DISABLE_IPV6;

// A timer with a place for its Swift object, for either kind of loop: `lws_sorted_usec_list_t` carries no user pointer,
// and both `lws_container_of` and libev's initializers are macros.
typedef struct relay_timer {
  ev_timer ev;
  lws_sorted_usec_list_t sul;
  void *owner;
  void (*fire)(void *owner);
} relay_timer_t;

static inline void relay_timer_ev(struct ev_loop *loop, ev_timer *timer, int revents) {
  relay_timer_t *self = (relay_timer_t *)timer->data;
  (void)loop;
  (void)revents;
  self->fire(self->owner);
}

static inline void relay_timer_sul(lws_sorted_usec_list_t *sul) {
  relay_timer_t *self = lws_container_of(sul, relay_timer_t, sul);
  self->fire(self->owner);
}

// Starts a timer on the libev loop if there is one, else on the context.
static inline void relay_timer_start(relay_timer_t *_Nonnull self, struct ev_loop *_Nullable loop,
                                     struct lws_context *_Nonnull context, int64_t microseconds) {
  if (!loop) {
    lws_sul_schedule(context, 0, &self->sul, relay_timer_sul, microseconds);
    return;
  }
  ev_now_update(loop);
  ev_timer_init(&self->ev, relay_timer_ev, (double)microseconds / 1e6, 0.);
  self->ev.data = self;
  ev_timer_start(loop, &self->ev);
}

static inline void relay_timer_stop(relay_timer_t *_Nonnull self, struct ev_loop *_Nullable loop,
                                    struct lws_context *_Nullable context) {
  if (loop)
    ev_timer_stop(loop, &self->ev);
  else if (context)
    lws_sul_schedule(context, 0, &self->sul, NULL, LWS_SET_TIMER_USEC_CANCEL);
}

// Tells when a socket that libwebsockets does not have yet can be read; libev's initializers are macros.
typedef struct relay_watcher {
  ev_io ev;
  void *owner;
  void (*fire)(void *owner);
} relay_watcher_t;

static inline void relay_watcher_ev(struct ev_loop *loop, ev_io *io, int revents) {
  relay_watcher_t *self = (relay_watcher_t *)io->data;
  (void)loop;
  (void)revents;
  self->fire(self->owner);
}

static inline void relay_watcher_start(relay_watcher_t *_Nonnull self, struct ev_loop *_Nonnull loop, int socket) {
  ev_io_init(&self->ev, relay_watcher_ev, socket, EV_READ);
  self->ev.data = self;
  ev_io_start(loop, &self->ev);
}

static inline void relay_watcher_stop(relay_watcher_t *_Nonnull self, struct ev_loop *_Nonnull loop) {
  ev_io_stop(loop, &self->ev);
}

// How many free bytes `lws_write` wants before the payload: a macro that calls a macro.
static const int relay_pre = LWS_PRE;

// A TLS client over memory: libwebsockets 4.1.6 begins TLS on a raw connection before it has a socket, and fails. The
// calls that follow are macros, or made of several that belong together.
static inline SSL_CTX *_Nullable relay_tls_context(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (!context)
    return NULL;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_default_verify_paths(context);
  return context;
}

// The certificate must be for `host`, which is a name or, when `is_address`, an IP address.
static inline SSL *_Nullable relay_tls_client(SSL_CTX *_Nonnull context, const char *_Nonnull host, int is_address) {
  SSL *ssl = SSL_new(context);
  if (!ssl)
    return NULL;
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl);
  int is_set = is_address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host)
                          : SSL_set1_host(ssl, host) && SSL_set_tlsext_host_name(ssl, host);
  if (is_set)
    return ssl;
  SSL_free(ssl);
  return NULL;
}

static inline int relay_tls_has_output(SSL *_Nonnull ssl) { return BIO_pending(SSL_get_wbio(ssl)); }

static inline int relay_tls_wants_more(SSL *_Nonnull ssl, int result) {
  int error = SSL_get_error(ssl, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

// A server's handshake takes its certificate from the context that `source` points to. In C because OpenSSL's stacks are
// types that only macros make.
static inline int relay_tls_certify(SSL *_Nullable ssl, void *_Nullable source) {
  SSL_CTX *context = *(SSL_CTX **)source;
  STACK_OF(X509) *chain = NULL;
  SSL_certs_clear(ssl);
  return SSL_CTX_get0_chain_certs(context, &chain) == 1 &&
         SSL_use_cert_and_key(ssl, SSL_CTX_get0_certificate(context), SSL_CTX_get0_privatekey(context), chain, 1) == 1;
}
