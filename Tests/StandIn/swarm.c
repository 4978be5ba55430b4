// Many WebSocket clients in one process: swarm HOST PORT PATH COUNT MODE SECONDS [WINDOW]
//
// MODE: served  asks for the status and counts those that were answered; ends when all are, or SECONDS are over
//       idle    reads and drops what comes, for SECONDS
//       noread  reads nothing for SECONDS, then all there is, to see how each was ended
//       nopong  reads, and answers no ping, for SECONDS
// WINDOW: the seconds over which they connect; without it all at once.
//
// Prints one object of JSON.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum mode { SERVED, IDLE, NOREAD, NOPONG };
enum state { CONNECTING, UPGRADING, OPEN, DEAD };
enum { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };
enum { EVENTS = 512, NO_STATUS = 1005, BROKEN = 1006, CODES = 5000, PORTS_OF_AN_ADDRESS = 5000, TYPE_WITHIN = 16 };

struct client {
  int fd;
  enum state state;
  unsigned char buffer[4096];
  size_t length;            // of what is in the buffer
  unsigned long long skip;  // bytes of the present frame that are still to come
  bool served;
};

static struct {
  const char *host, *path;
  int port, count;
  enum mode mode;
  double seconds, window;
} arguments;

static struct client *clients;
static int poller;
static double began, all_open, last_served, *latencies;
static int opened, open_now, served, dead, refused, failed, resets, codes[CODES];
static long frames;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

// Ends a client; code: how it was ended, 0 when it never was open.
static void end(struct client *client, int code) {
  if (client->state == OPEN) open_now--;
  client->state = DEAD;
  close(client->fd);
  dead++;
  if (code > 0 && code < CODES) codes[code]++;
}

static void watch(struct client *client, int operation, unsigned events) {
  struct epoll_event event = {.events = events, .data.ptr = client};
  epoll_ctl(poller, operation, client->fd, &event);
}

// Sends a short frame, masked with zeros.
static void send_frame(struct client *client, int opcode, const void *payload, size_t length) {
  unsigned char frame[6 + 125] = {0x80 | opcode, 0x80 | length};
  memcpy(frame + 6, payload, length);
  if (write(client->fd, frame, 6 + length) < 0 && errno != EAGAIN) end(client, BROKEN);
}

static void begin(struct client *client) {
  client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (arguments.mode == NOREAD) {
    int size = 2048;
    setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  // An address has too few ports for all.
  char address[32];
  snprintf(address, sizeof address, "127.0.0.%d", 2 + (int)(client - clients) / PORTS_OF_AN_ADDRESS);
  struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(arguments.port)};
  inet_pton(AF_INET, address, &from.sin_addr);
  inet_pton(AF_INET, arguments.host, &to.sin_addr);
  int yes = 1;
  setsockopt(client->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  bind(client->fd, (struct sockaddr *)&from, sizeof from);
  client->state = CONNECTING;
  if (connect(client->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) {
    failed++;
    end(client, 0);
    return;
  }
  watch(client, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void upgrade(struct client *client) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  char request[3000];
  int length = snprintf(
    request, sizeof request,
    "GET %s HTTP/1.1\r\nHost: x:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    arguments.path, arguments.port);
  if (error || write(client->fd, request, length) != length) {
    failed++;
    end(client, 0);
    return;
  }
  client->state = UPGRADING;
  watch(client, EPOLL_CTL_MOD, EPOLLIN);
}

static void drop(struct client *client, size_t count) {
  client->length -= count;
  memmove(client->buffer, client->buffer + count, client->length);
}

// Takes the answer to the upgrade in, when it is all there.
static void take_head(struct client *client) {
  unsigned char *head_end = memmem(client->buffer, client->length, "\r\n\r\n", 4);
  if (!head_end) return;
  if (memcmp(client->buffer, "HTTP/1.1 101", 12)) {
    refused++;
    end(client, 0);
    return;
  }
  drop(client, head_end + 4 - client->buffer);
  client->state = OPEN;
  opened++;
  if (++open_now == arguments.count) all_open = now() - began;
  if (arguments.mode == SERVED) send_frame(client, TEXT, "{\"type\":\"status\"}", 17);
  if (arguments.mode == NOREAD) watch(client, EPOLL_CTL_MOD, 0);
}

// Counts a text frame, of which the beginning is in the buffer.
static void take_text(struct client *client, const unsigned char *text, size_t length) {
  static const char status[] = "\"type\":\"status\"";
  frames++;
  if (arguments.mode != SERVED || client->served || !memmem(text, length, status, sizeof status - 1)) return;
  client->served = true;
  last_served = now() - began;
  latencies[served++] = last_served;
}

// Takes one frame in, or as much of it as fits the buffer; whether to go on.
static bool take_frame(struct client *client) {
  if (client->skip) {
    size_t count = client->skip < client->length ? client->skip : client->length;
    drop(client, count);
    client->skip -= count;
    return !client->skip;
  }
  const unsigned char *buffer = client->buffer;
  if (client->length < 2) return false;
  int opcode = buffer[0] & 15;
  unsigned long long length = buffer[1] & 127;
  size_t bytes = length == 126 ? 2 : length == 127 ? 8 : 0, start = 2 + bytes;
  if (client->length < start) return false;
  if (bytes) length = 0;
  for (size_t i = 2; i < start; i++) length = length << 8 | buffer[i];
  bool is_whole = client->length - start >= length;
  if (!is_whole && (opcode >= CLOSE || client->length - start < TYPE_WITHIN)) return false;
  if (opcode == CLOSE) {
    end(client, length >= 2 ? buffer[start] << 8 | buffer[start + 1] : NO_STATUS);
    return false;
  }
  if (opcode == PING && arguments.mode != NOPONG) send_frame(client, PONG, buffer + start, length);
  if (opcode == TEXT) take_text(client, buffer + start, is_whole ? length : client->length - start);
  if (client->state == DEAD) return false;
  if (!is_whole) client->skip = length - (client->length - start);
  drop(client, is_whole ? start + length : client->length);
  return true;
}

// Reads once; whether there may be more.
static bool read_some(struct client *client) {
  size_t room = sizeof client->buffer - client->length;
  ssize_t count = read(client->fd, client->buffer + client->length, room);
  if (count < 0 && errno == EAGAIN) return false;
  if (count <= 0) {
    if (count < 0) resets++;
    if (client->state == UPGRADING) refused++;
    end(client, BROKEN);
    return false;
  }
  client->length += count;
  bool was_upgrading = client->state == UPGRADING;
  if (was_upgrading) take_head(client);
  if (was_upgrading && arguments.mode == NOREAD) return false;
  while (client->state == OPEN && take_frame(client)) {
  }
  return client->state != DEAD && (size_t)count == room;
}

// Waits a moment and serves those to whom something happened.
static void serve(int milliseconds) {
  static struct epoll_event events[EVENTS];
  int count = epoll_wait(poller, events, EVENTS, milliseconds);
  for (int i = 0; i < count; i++) {
    struct client *client = events[i].data.ptr;
    if (client->state == CONNECTING) {
      upgrade(client);
    } else {
      for (int round = 0; round < 8 && client->state != DEAD && read_some(client); round++) {
      }
    }
  }
}

// Connects those whose turn it is.
static int begin_due(int begun) {
  double elapsed = now() - began;
  int due = arguments.window > elapsed ? elapsed / arguments.window * arguments.count : arguments.count;
  for (int i = 0; begun < due && i < 400; i++) begin(&clients[begun++]);
  return begun;
}

static int by_size(const void *first, const void *second) {
  double a = *(const double *)first, b = *(const double *)second;
  return (a > b) - (a < b);
}

static void report(void) {
  qsort(latencies, served, sizeof *latencies, by_size);
  printf("{\"opened\":%d,\"served\":%d,\"dead\":%d,\"refused\":%d,\"failed\":%d,\"frames\":%ld,", opened, served, dead,
         refused, failed, frames);
  printf("\"all_open_s\":%.3f,\"last_served_s\":%.3f,\"p50\":%.3f,\"p99\":%.3f,\"still_open\":%d,\"rst\":%d,", all_open,
         last_served, latencies[served / 2], latencies[served * 99 / 100], open_now, resets);
  printf("\"codes\":{");
  const char *comma = "";
  for (int code = 0; code < CODES; code++) {
    if (!codes[code]) continue;
    printf("%s\"%d\":%d", comma, code, codes[code]);
    comma = ",";
  }
  printf("}}\n");
}

int main(int count, char **words) {
  static const char *const modes[] = {"served", "idle", "noread", "nopong"};
  if (count < 7) return 2;
  arguments.host = words[1];
  arguments.port = atoi(words[2]);
  arguments.path = words[3];
  arguments.count = atoi(words[4]);
  while (strcmp(modes[arguments.mode], words[5])) {
    if (++arguments.mode > NOPONG) return 2;
  }
  arguments.seconds = atof(words[6]);
  arguments.window = count > 7 ? atof(words[7]) : 0;
  struct rlimit limit = {200000, 200000};
  setrlimit(RLIMIT_NOFILE, &limit);
  clients = calloc(arguments.count, sizeof *clients);
  latencies = calloc(arguments.count + 1, sizeof *latencies);
  poller = epoll_create1(0);
  began = now();
  int begun = 0;
  while (now() - began < arguments.seconds) {
    begun = begin_due(begun);
    serve(begun < arguments.count ? 1 : 50);
    if (arguments.mode == SERVED && served + dead >= arguments.count) break;
    if (arguments.mode == IDLE && dead >= arguments.count) break;
  }
  if (arguments.mode == NOREAD) {
    for (int i = 0; i < arguments.count; i++) {
      if (clients[i].state == OPEN) watch(&clients[i], EPOLL_CTL_MOD, EPOLLIN);
    }
    for (double until = now() + 6; now() < until && open_now > 0;) serve(50);
  }
  report();
  return 0;
}
