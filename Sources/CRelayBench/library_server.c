#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "relay_bench.h"

// What is remembered: as much as the program's own log, in slabs that hold whole frames.
#define SLAB (16 << 10)
#define SLABS 256
#define MESSAGES 4096
#define REPLAYED 100

struct place {
  uint64_t slab;
  uint32_t offset;
};

struct room;

struct client {
  struct lws *wsi;
  struct room *room;
  struct client *next, **link;
  struct place place;  // of what it gets next, when it gets slices
  uint64_t message;    // that it gets next, when it gets them one by one
};

struct room {
  struct client *clients;
  uint8_t *slabs[SLABS];
  uint32_t used[SLABS];
  uint64_t newest;
  // The latest messages: where each begins, and with room for a header before it.
  struct place places[MESSAGES];
  uint8_t *copies[MESSAGES];
  uint32_t lengths[MESSAGES];
  uint64_t count;
};

static struct {
  int one_by_one, room_count;
  struct room *rooms;
  // Messages go to one room after the other.
  uint64_t count;
  uint8_t partial[64 << 10];
  size_t received;
} server;

static void add_frame(struct room *room, const uint8_t *text, uint32_t length) {
  uint8_t header[4] = {0x81, 126, (uint8_t)(length >> 8), (uint8_t)length};
  uint32_t size = 4;
  if (length < 126) {
    header[1] = (uint8_t)length;
    size = 2;
  }
  if (room->used[room->newest % SLABS] + size + length > SLAB) {
    room->newest++;
    room->used[room->newest % SLABS] = 0;
  }
  uint8_t **slab = &room->slabs[room->newest % SLABS];
  if (!*slab) *slab = malloc(SLAB);
  uint32_t *used = &room->used[room->newest % SLABS];
  room->places[room->count % MESSAGES] = (struct place){room->newest, *used};
  memcpy(*slab + *used, header, size);
  memcpy(*slab + *used + size, text, length);
  *used += size + length;
}

static void add_copy(struct room *room, const uint8_t *text, uint32_t length) {
  uint8_t **copy = &room->copies[room->count % MESSAGES];
  *copy = realloc(*copy, LWS_PRE + length);
  memcpy(*copy + LWS_PRE, text, length);
  room->lengths[room->count % MESSAGES] = length;
}

static void publish(const uint8_t *text, uint32_t length) {
  struct room *room = &server.rooms[server.count++ % (uint64_t)server.room_count];
  if (server.one_by_one)
    add_copy(room, text, length);
  else
    add_frame(room, text, length);
  room->count++;
  for (struct client *client = room->clients; client; client = client->next) lws_callback_on_writable(client->wsi);
}

static int write_slice(struct client *client) {
  struct room *room = client->room;
  struct place *place = &client->place;
  if (place->slab + SLABS <= room->newest) return -1;
  if (place->offset == room->used[place->slab % SLABS]) {
    if (place->slab == room->newest) return 0;
    *place = (struct place){place->slab + 1, 0};
  }
  uint32_t end = room->used[place->slab % SLABS];
  uint8_t *start = room->slabs[place->slab % SLABS] + place->offset;
  if (lws_write(client->wsi, start, end - place->offset, LWS_WRITE_RAW) < 0) return -1;
  place->offset = end;
  if (place->slab < room->newest) lws_callback_on_writable(client->wsi);
  return 0;
}

static int write_one(struct client *client) {
  struct room *room = client->room;
  if (client->message == room->count) return 0;
  if (client->message + MESSAGES <= room->count) return -1;
  uint64_t index = client->message++ % MESSAGES;
  if (lws_write(client->wsi, room->copies[index] + LWS_PRE, room->lengths[index], LWS_WRITE_TEXT) < 0) return -1;
  if (client->message < room->count) lws_callback_on_writable(client->wsi);
  return 0;
}

static void enter(struct lws *wsi, struct client *client) {
  char path[64] = "", since[64];
  lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_GET_URI);
  int number = strlen(path) > 4 ? atoi(path + 4) : 1;
  struct room *room = &server.rooms[number > 0 ? (number - 1) % server.room_count : 0];
  int comes_back = lws_get_urlarg_by_name(wsi, "since=", since, sizeof since) != NULL && room->count >= REPLAYED;
  uint64_t message = room->count - (comes_back ? REPLAYED : 0);
  *client = (struct client){
      .wsi = wsi,
      .room = room,
      .next = room->clients,
      .link = &room->clients,
      .message = message,
      .place = comes_back ? room->places[message % MESSAGES]
                          : (struct place){room->newest, room->used[room->newest % SLABS]}};
  if (client->next) client->next->link = &client->next;
  room->clients = client;
  if (comes_back) lws_callback_on_writable(wsi);
}

static void leave(struct client *client) {
  if (!client->link) return;
  *client->link = client->next;
  if (client->next) client->next->link = client->link;
}

static int serve_client(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *bytes, size_t count) {
  (void)bytes;
  (void)count;
  switch (reason) {
  case LWS_CALLBACK_ESTABLISHED: enter(wsi, user); return 0;
  case LWS_CALLBACK_SERVER_WRITEABLE: return server.one_by_one ? write_one(user) : write_slice(user);
  case LWS_CALLBACK_CLOSED: leave(user); return 0;
  default: return 0;
  }
}

static int hear_upstream(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *bytes, size_t count) {
  (void)user;
  if (reason == LWS_CALLBACK_CLIENT_CLOSED || reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR) exit(0);
  if (reason != LWS_CALLBACK_CLIENT_RECEIVE || server.received + count > sizeof server.partial) return 0;
  memcpy(server.partial + server.received, bytes, count);
  server.received += count;
  if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi)) return 0;
  publish(server.partial, (uint32_t)server.received);
  server.received = 0;
  return 0;
}

int bench_library_serve(int upstream, int one_by_one, int rooms) {
  // Without the last number, a write would be cut into pieces as large as what is read at once, and the rest copied.
  static const struct lws_protocols client_protocols[] = {
      {"client", serve_client, sizeof(struct client), 1 << 10, 0, NULL, 32 << 10}, {0}};
  static const struct lws_protocols upstream_protocols[] = {{"upstream", hear_upstream, 0, 32 << 10, 0, NULL, 0}, {0}};
  static const lws_retry_bo_t pings = {.secs_since_valid_ping = 25, .secs_since_valid_hangup = 35};
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  lws_set_log_level(LLL_ERR, NULL);
  server.one_by_one = one_by_one;
  server.room_count = rooms;
  server.rooms = calloc((size_t)rooms, sizeof *server.rooms);

  struct lws_context_creation_info info = {
      .port = CONTEXT_PORT_NO_LISTEN,
      .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_LIBEV,
      .pt_serv_buf_size = 32 << 10,
      .max_http_header_data2 = 16 << 10,
  };
  struct lws_context *context = lws_create_context(&info);
  if (!context) return 1;
  struct lws_context_creation_info listening = {
      .vhost_name = "clients", .iface = "127.0.0.1", .protocols = client_protocols, .retry_and_idle_policy = &pings};
  struct lws_vhost *clients = lws_create_vhost(context, &listening);
  struct lws_context_creation_info calling = {
      .vhost_name = "upstream", .port = CONTEXT_PORT_NO_LISTEN, .protocols = upstream_protocols};
  struct lws_client_connect_info connection = {
      .context = context, .vhost = lws_create_vhost(context, &calling), .address = "127.0.0.1", .port = upstream,
      .path = "/ws?keepalive_timeout_seconds=600", .host = "127.0.0.1", .origin = "127.0.0.1"};
  if (!clients || !lws_client_connect_via_info(&connection)) return 1;
  printf("{\"url\":\"http://127.0.0.1:%d\"}\n", lws_get_vhost_listen_port(clients));
  fflush(stdout);
  while (lws_service(context, 0) >= 0) {}
  return 0;
}
