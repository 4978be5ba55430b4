// The parts of the benchmark that have to cost next to nothing, or to be C: the clients, and the server to compare with.
#pragma once

#include <stdint.h>

// The clients: many WebSockets on one thread, which count the chat messages that come and look at nothing else. A swarm is a number
// here, so that nobody else has to do with its memory; a program has at most eight.

// Starts the thread, with room for `capacity` connections.
int bench_swarm_start(int capacity);
// Says where to connect to: connection `i` asks for `/ws/STREAM` and `suffix`, with the stream `first + i % streams`.
void bench_swarm_aim(int swarm, int port, int first, int streams, const char *_Nonnull suffix);
// Lets the number of connections grow to `count`, with at most `in_flight` handshakes at a time.
void bench_swarm_connect(int swarm, int count, int in_flight);
// Counts from zero. Only while nothing comes.
void bench_swarm_reset(int swarm);
// Closes every connection and waits until that is done.
void bench_swarm_close(int swarm);
// Closes what is open and ends the thread.
void bench_swarm_stop(int swarm);

// How many connections are open, and how many ended that should not have.
int bench_swarm_opened(int swarm);
int bench_swarm_lost(int swarm);
// When the first connection was begun, and when the last handshake was answered, by CLOCK_MONOTONIC in nanoseconds.
int64_t bench_swarm_began_at(int swarm);
int64_t bench_swarm_opened_at(int swarm);
// All messages since the last reset, and their bytes, headers included.
int64_t bench_swarm_messages(int swarm);
int64_t bench_swarm_bytes(int swarm);
// How many messages every connection has; with one stream, all of them in the same order.
int bench_swarm_complete(int swarm);
// When the last connection had the whole of message `index`; -1 before that, and beyond the first 65,536.
int64_t bench_swarm_completed_at(int swarm, int index);
int64_t bench_now(void);
// A port of this machine that nobody listens on.
int bench_free_port(void);
// Lets this process and those that it starts have as many descriptors as the system lets us, `wanted` at least as root; gives how many.
int bench_raise_file_limit(int wanted);

// The bare server: whatever its upstream sends goes to every client, by libwebsockets alone.

// Connects to `ws://127.0.0.1:UPSTREAM/ws`, prints its own port as JSON and serves until the process is ended. With `one_by_one`
// each message is written to each client by itself; else frames are made once, and each write is a slice of many. Messages go to
// one of the rooms after the other. A client of `/ws/ROOM` whose address has `since=` in it gets the last 100 first.
int bench_library_serve(int upstream, int one_by_one, int rooms);
