#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "relay_bench.h"

// Messages whose arrival at the last connection is noted.
#define NOTED 65536
// What is needed of a frame at once: its header, and enough of a message to know it by.
#define HEAD 24
// With more connections from one address to the same server, the system looks ever longer for a port that is free.
#define CONNECTIONS_PER_ADDRESS 5000

#define SWARMS 8

enum state { CLOSED, CONNECTING, ANSWERING, OPEN };

struct client {
  int fd;
  uint32_t messages;
  uint64_t skip;     // how much of a frame is yet to come
  uint8_t *partial;  // the beginning of a frame, when a read ended in it
  uint8_t kept;      // how many bytes that is
  uint8_t state;
  uint8_t matched;   // how much of the blank line that ends an HTTP head has come
  uint8_t counts;    // whether the frame that is skipped is a message
};

struct swarm {
  int epoll, capacity;
  pthread_t thread;
  int port, first, streams;
  char suffix[256];
  _Atomic int wanted, limit, closing, stopping;
  // The thread's own.
  struct client *clients;
  int begun, in_flight;
  int64_t counted_messages, counted_bytes;
  uint32_t arrived[NOTED];
  // What it tells.
  _Atomic int opened, lost, complete;
  _Atomic int64_t began_at, opened_at, messages, bytes;
  _Atomic int64_t completed_at[NOTED];
  uint8_t buffer[256 << 10];
};

static struct swarm *swarms[SWARMS];

int64_t bench_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void end(struct swarm *swarm, struct client *client, int is_wanted) {
  if (client->state == CLOSED) return;
  if (client->state == OPEN)
    swarm->opened--;
  else
    swarm->in_flight--;
  client->state = CLOSED;
  close(client->fd);
  free(client->partial);
  client->partial = NULL;
  client->kept = 0;
  if (!is_wanted) swarm->lost++;
}

static void watch(struct swarm *swarm, int index, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u32 = (uint32_t)index};
  epoll_ctl(swarm->epoll, operation, swarm->clients[index].fd, &event);
}

static void begin(struct swarm *swarm, int index) {
  struct client *client = &swarm->clients[index];
  *client = (struct client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), .state = CONNECTING};
  swarm->in_flight++;
  int one = 1;
  setsockopt(client->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(0x7f000002 + index / CONNECTIONS_PER_ADDRESS)}};
  struct sockaddr_in there = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)swarm->port), .sin_addr = {htonl(0x7f000001)}};
  if (client->fd < 0 || bind(client->fd, (struct sockaddr *)&here, sizeof here) < 0 ||
      (connect(client->fd, (struct sockaddr *)&there, sizeof there) < 0 && errno != EINPROGRESS))
    return end(swarm, client, 0);
  watch(swarm, index, EPOLL_CTL_ADD, EPOLLOUT);
}

static void ask(struct swarm *swarm, int index) {
  struct client *client = &swarm->clients[index];
  char request[1024];
  int length = snprintf(request, sizeof request,
                        "GET /ws/%d%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        swarm->first + index % swarm->streams, swarm->suffix, swarm->port);
  if (send(client->fd, request, (size_t)length, MSG_NOSIGNAL) != length) return end(swarm, client, 0);
  client->state = ANSWERING;
  watch(swarm, index, EPOLL_CTL_MOD, EPOLLIN);
}

static void count(struct swarm *swarm, struct client *client) {
  uint32_t index = client->messages++;
  swarm->counted_messages++;
  if (index >= NOTED || ++swarm->arrived[index] < (uint32_t)swarm->opened) return;
  atomic_store_explicit(&swarm->completed_at[index], bench_now(), memory_order_relaxed);
  atomic_store_explicit(&swarm->complete, (int)index + 1, memory_order_release);
}

struct frame {
  int opcode, header;
  uint64_t length;
};

static int read_header(const uint8_t *bytes, size_t count, struct frame *frame) {
  if (count < 2) return 0;
  frame->opcode = bytes[0] & 15;
  frame->length = bytes[1] & 127;
  frame->header = frame->length == 126 ? 4 : frame->length == 127 ? 10 : 2;
  if (count < (size_t)frame->header) return 0;
  if (frame->header == 2) return 1;
  frame->length = 0;
  for (int place = 2; place < frame->header; place++) frame->length = frame->length << 8 | bytes[place];
  return 1;
}

static int is_chat(const uint8_t *payload, size_t count) {
  static const char start[] = "{\"type\":\"text\"";
  return count >= sizeof start - 1 && !memcmp(payload, start, sizeof start - 1);
}

static void pong(struct client *client, const uint8_t *payload, size_t count) {
  uint8_t frame[6 + 125] = {0x8a, (uint8_t)(0x80 | count)};
  memcpy(frame + 6, payload, count);
  (void)!send(client->fd, frame, 6 + count, MSG_NOSIGNAL);
}

static void keep(struct client *client, const uint8_t *bytes, size_t count) {
  if (!client->partial) client->partial = malloc(HEAD + 125);
  memmove(client->partial, bytes, count);
  client->kept = (uint8_t)count;
}

static void parse(struct swarm *swarm, struct client *client, const uint8_t *bytes, size_t left) {
  while (left > 0) {
    if (client->skip) {
      uint64_t part = client->skip < left ? client->skip : left;
      client->skip -= part;
      bytes += part;
      left -= part;
      // A message has arrived when the last of it has.
      if (!client->skip && client->counts) count(swarm, client);
      continue;
    }
    struct frame frame;
    if (!read_header(bytes, left, &frame)) return keep(client, bytes, left);
    uint64_t total = (uint64_t)frame.header + frame.length;
    int is_control = frame.opcode >= 8;
    // Control frames are wanted whole, of a message the beginning.
    if (left < total && (is_control || left < HEAD)) return keep(client, bytes, left);
    if (frame.opcode == 8) return end(swarm, client, 0);
    if (frame.opcode == 9) pong(client, bytes + frame.header, (size_t)frame.length);
    int is_message = frame.opcode == 1 && is_chat(bytes + frame.header, left - (size_t)frame.header);
    if (is_message) swarm->counted_bytes += (int64_t)total;
    client->counts = (uint8_t)is_message;
    client->skip = total;
  }
}

static void answered(struct swarm *swarm, struct client *client, const uint8_t *bytes, size_t left) {
  static const char blank[] = "\r\n\r\n";
  if (!client->matched && left >= 12 && memcmp(bytes, "HTTP/1.1 101", 12)) return end(swarm, client, 0);
  while (left > 0 && client->matched < 4) {
    client->matched = *bytes == (uint8_t)blank[client->matched] ? client->matched + 1 : *bytes == '\r';
    bytes++;
    left--;
  }
  if (client->matched < 4) return;
  client->state = OPEN;
  swarm->in_flight--;
  swarm->opened_at = bench_now();
  swarm->opened++;
  parse(swarm, client, bytes, left);
}

static void readable(struct swarm *swarm, struct client *client) {
  for (;;) {
    size_t kept = client->kept;
    memcpy(swarm->buffer, client->partial ? client->partial : swarm->buffer, kept);
    ssize_t got = recv(client->fd, swarm->buffer + kept, sizeof swarm->buffer - kept, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return end(swarm, client, 0);
    client->kept = 0;
    if (client->state == ANSWERING)
      answered(swarm, client, swarm->buffer, (size_t)got);
    else
      parse(swarm, client, swarm->buffer, kept + (size_t)got);
    if (client->state == CLOSED || kept + (size_t)got < sizeof swarm->buffer) return;
  }
}

static void reset(struct swarm *swarm) {
  for (int index = 0; index < swarm->begun; index++) swarm->clients[index].messages = 0;
  memset(swarm->arrived, 0, sizeof swarm->arrived);
  for (int index = 0; index < NOTED; index++) swarm->completed_at[index] = -1;
  swarm->counted_messages = swarm->counted_bytes = 0;
  swarm->messages = swarm->bytes = 0;
  swarm->complete = swarm->lost = 0;
}

static void close_all(struct swarm *swarm) {
  for (int index = 0; index < swarm->begun; index++) end(swarm, &swarm->clients[index], 1);
  swarm->begun = swarm->wanted = swarm->opened = swarm->in_flight = 0;
}

static void *run(void *argument) {
  struct swarm *swarm = argument;
  struct epoll_event events[1024];
  while (!swarm->stopping) {
    if (!swarm->begun) swarm->began_at = bench_now();
    while (swarm->begun < swarm->wanted && swarm->in_flight < swarm->limit) begin(swarm, swarm->begun++);
    int count = epoll_wait(swarm->epoll, events, 1024, 20);
    for (int place = 0; place < count; place++) {
      int index = (int)events[place].data.u32;
      struct client *client = &swarm->clients[index];
      if (client->state == CONNECTING)
        ask(swarm, index);
      else if (client->state != CLOSED)
        readable(swarm, client);
    }
    swarm->messages = swarm->counted_messages;
    swarm->bytes = swarm->counted_bytes;
    if (swarm->closing) {
      close_all(swarm);
      swarm->closing = 0;
    }
  }
  close_all(swarm);
  return NULL;
}

int bench_swarm_start(int capacity) {
  int number = 0;
  while (number < SWARMS && swarms[number]) number++;
  if (number == SWARMS) abort();
  struct swarm *swarm = swarms[number] = calloc(1, sizeof *swarm);
  swarm->capacity = capacity;
  swarm->clients = calloc((size_t)capacity, sizeof *swarm->clients);
  swarm->epoll = epoll_create1(EPOLL_CLOEXEC);
  reset(swarm);
  pthread_create(&swarm->thread, NULL, run, swarm);
  return number;
}

void bench_swarm_aim(int number, int port, int first, int streams, const char *suffix) {
  struct swarm *swarm = swarms[number];
  swarm->port = port;
  swarm->first = first;
  swarm->streams = streams;
  snprintf(swarm->suffix, sizeof swarm->suffix, "%s", suffix);
}

void bench_swarm_connect(int number, int count, int in_flight) {
  struct swarm *swarm = swarms[number];
  swarm->limit = in_flight;
  swarm->wanted = count < swarm->capacity ? count : swarm->capacity;
}

void bench_swarm_reset(int swarm) { reset(swarms[swarm]); }

void bench_swarm_close(int swarm) {
  swarms[swarm]->closing = 1;
  while (swarms[swarm]->closing) usleep(1000);
  reset(swarms[swarm]);
}

void bench_swarm_stop(int number) {
  struct swarm *swarm = swarms[number];
  swarm->stopping = 1;
  pthread_join(swarm->thread, NULL);
  close(swarm->epoll);
  free(swarm->clients);
  free(swarm);
  swarms[number] = NULL;
}

int bench_swarm_opened(int swarm) { return swarms[swarm]->opened; }
int bench_swarm_lost(int swarm) { return swarms[swarm]->lost; }
int64_t bench_swarm_began_at(int swarm) { return swarms[swarm]->began_at; }
int64_t bench_swarm_opened_at(int swarm) { return swarms[swarm]->opened_at; }
int64_t bench_swarm_messages(int swarm) { return swarms[swarm]->messages; }
int64_t bench_swarm_bytes(int swarm) { return swarms[swarm]->bytes; }
int bench_swarm_complete(int swarm) { return swarms[swarm]->complete; }

int64_t bench_swarm_completed_at(int swarm, int index) {
  return index >= 0 && index < NOTED ? swarms[swarm]->completed_at[index] : -1;
}

int bench_free_port(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(0x7f000001)}};
  socklen_t size = sizeof here;
  int found = bind(fd, (struct sockaddr *)&here, size) == 0 && getsockname(fd, (struct sockaddr *)&here, &size) == 0;
  close(fd);
  return found ? ntohs(here.sin_port) : 0;
}

int bench_raise_file_limit(int wanted) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  rlim_t most = limit.rlim_max > (rlim_t)wanted ? limit.rlim_max : (rlim_t)wanted;
  struct rlimit higher = {most, most};
  if (setrlimit(RLIMIT_NOFILE, &higher) < 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur < 1 << 30 ? (int)limit.rlim_cur : 1 << 30;
}
