// What Swift cannot take from <libwebsockets.h> and <ev.h> by itself.
#pragma once

#include <ev.h>
#include <libwebsockets.h>

// The options are macros of shifted 64-bit literals, some joined with others, which Swift does not import.
static const uint64_t relay_option_libev = LWS_SERVER_OPTION_LIBEV;
static const uint64_t relay_option_context =
    LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_VALIDATE_UTF8;
static const uint64_t relay_option_listen = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
static const uint64_t relay_option_ipv4 = LWS_SERVER_OPTION_DISABLE_IPV6;

// A timer with a place for its Swift object: `lws_sorted_usec_list_t` carries no user pointer, and
// `lws_container_of` is a macro.
typedef struct relay_timer {
  lws_sorted_usec_list_t sul;
  void *owner;
} relay_timer_t;

static inline void *_Nullable relay_timer_owner(lws_sorted_usec_list_t *_Nonnull sul) {
  return lws_container_of(sul, relay_timer_t, sul)->owner;
}

// How many free bytes `lws_write` wants before the payload: a macro that calls a macro.
static const int relay_pre = LWS_PRE;
