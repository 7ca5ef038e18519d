/*
 * A real Waymark bootnode inside of a test in any language that can call C.
 *
 * One handle is one node: the host, plugins, files and sockets of production, in this process, on free ports
 * of loopback unless the properties say otherwise. Several live side by side. A handle is used from one
 * thread at a time.
 *
 * Functions that can fail return 0 when they did what they say, else one of WAYMARK_EMBED_* or an exit code
 * of waymarkd (78: configuration, 69: address in use, 77: key file...), and waymark_embed_error() says why.
 *
 * Strings that a node returns belong to its handle and hold until waymark_bootnode_free(), whatever happens
 * to the node and however many are asked for. What waymark_embed_error() returned holds until the next call
 * of its thread.
 */
#ifndef WAYMARK_EMBED_H
#define WAYMARK_EMBED_H

/* Names as C libraries have them. NOLINTBEGIN(readability-identifier-naming) */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WAYMARK_EMBED_OK 0
#define WAYMARK_EMBED_TIMEOUT 1 /* what was waited for did not come in time */
#define WAYMARK_EMBED_REFUSED 2 /* a reload was refused; nothing was changed */
#define WAYMARK_EMBED_MISUSE 64 /* a null pointer, a node that does not run, no such plugin */
#define WAYMARK_EMBED_INTERNAL 70

typedef struct waymark_bootnode waymark_bootnode;

/* The version of Waymark, "0.1.0". */
const char* waymark_embed_version(void);

/* Why the last call of this thread failed; empty when it did not. One line for each problem. */
const char* waymark_embed_error(void);

/*
 * Starts a node; it serves when this returns. `properties` are "key=value", ended by NULL, over
 * registry-memory, discv4 and http-api on free ports of loopback; "key=" takes a key away. May be NULL.
 * Plugins are found as waymarkd finds them, or where waymark.plugin-path says.
 */
int waymark_bootnode_start(const char* const* properties, waymark_bootnode** node);

/* As above, with a clock that stands still until waymark_bootnode_advance(). */
int waymark_bootnode_start_manual_time(const char* const* properties, waymark_bootnode** node);

/* Stops it if it runs, and frees the handle, its strings and the node's temporary folder. NULL is fine. */
void waymark_bootnode_free(waymark_bootnode* node);

/* Stops it as SIGTERM would, or ends it as SIGKILL would: connections are reset, nothing more is written or
 * sent. Without effect on a node that does not run. */
int waymark_bootnode_stop(waymark_bootnode* node);
int waymark_bootnode_kill(waymark_bootnode* node);

/* Starts it again from the state in its folder, with the same identity and ports, or with those that are
 * asked for. */
#define WAYMARK_RESPAWN_SAME 0u
#define WAYMARK_RESPAWN_FRESH_IDENTITY 1u
#define WAYMARK_RESPAWN_FRESH_PORTS 2u
int waymark_bootnode_respawn(waymark_bootnode* node, unsigned flags);

/* Keeps its sockets open and lets nothing answer, as SIGSTOP would; thaw goes on with what piled up.
 * WAYMARK_EMBED_MISUSE for a node that does not run. */
int waymark_bootnode_freeze(waymark_bootnode* node);
int waymark_bootnode_thaw(waymark_bootnode* node);

/* Reloads it with changed properties (NULL: none), all or nothing. */
int waymark_bootnode_reload(waymark_bootnode* node, const char* const* changed);

/* Moves a manual clock and runs the timers that fall due. */
int waymark_bootnode_advance(waymark_bootnode* node, uint64_t milliseconds);

/* Waits for an event of the log since the last start, past or to come ("peer.registered"). */
int waymark_bootnode_await_event(waymark_bootnode* node, const char* event, unsigned milliseconds);

/*
 * The value of a counter or gauge, 0 when there is none yet, and waiting until it is at least `least`.
 * `labels` are "name=value", ended by NULL; NULL: none.
 */
int waymark_bootnode_metric(waymark_bootnode* node, const char* name, const char* const* labels,
                            double* value);
int waymark_bootnode_await_metric(waymark_bootnode* node, const char* name, const char* const* labels,
                                  double least, unsigned milliseconds);

/* What it is known by while it runs; NULL with waymark_embed_error() when it does not, or lacks the plugin.
 */
const char* waymark_bootnode_enode(waymark_bootnode* node);
const char* waymark_bootnode_enr(waymark_bootnode* node);
const char* waymark_bootnode_http_url(waymark_bootnode* node); /* "http://127.0.0.1:8080" */

/* Where discovery is, or was before the node ended, "127.0.0.1:30303"; NULL when it never had any. */
const char* waymark_bootnode_udp(waymark_bootnode* node);

/* The folder of its state and its properties; always. */
const char* waymark_bootnode_folder(waymark_bootnode* node);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(readability-identifier-naming) */

#endif
