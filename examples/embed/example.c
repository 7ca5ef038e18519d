/*
 * A test in C that starts a real bootnode, kills it, and sees that its identity survives.
 *
 *     cc example.c $(pkg-config --cflags --libs waymark-embed) -o example && ./example
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <waymark_embed.h>

static void check(int result, const char* what)
{
    if (result == WAYMARK_EMBED_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, waymark_embed_error());
    exit(EXIT_FAILURE);
}

int main(void)
{
    const char* const properties[] = {"waymark.plugins=registry-memory, discv4, http-api",
                                      "discv4.lookup-interval=1s", NULL};
    waymark_bootnode* node = NULL;
    check(waymark_bootnode_start(properties, &node), "start");
    printf("%s\n%s\n", waymark_bootnode_enode(node), waymark_bootnode_http_url(node));
    char before[256];
    snprintf(before, sizeof before, "%s", waymark_bootnode_enode(node));

    check(waymark_bootnode_kill(node), "kill");
    check(waymark_bootnode_respawn(node, WAYMARK_RESPAWN_SAME), "respawn");
    check(waymark_bootnode_await_event(node, "host.ready", 5000), "await");
    const int same = strcmp(before, waymark_bootnode_enode(node)) == 0;
    printf("after a kill it is %s node\n", same ? "the same" : "another");

    waymark_bootnode_free(node);
    return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
