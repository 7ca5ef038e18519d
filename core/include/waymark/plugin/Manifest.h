/* The description of a plugin, readable without running any of its code.
 *
 * It lies in the ELF note section ".note.waymark" (owner "Waymark", type 1) of the plugin's shared library.
 * Flat and free of pointers: whoever maps the file can read it. Texts are NUL-terminated and NUL-padded; an
 * empty text ends a list. Plain C, so that other loaders and languages can read it too.
 */
#ifndef WAYMARK_PLUGIN_MANIFEST_H
#define WAYMARK_PLUGIN_MANIFEST_H

#include <stdint.h>

/* Grows whenever a public header changes in a way that an already built plugin would notice. */
#define WAYMARK_ABI 1u

#define WAYMARK_MANIFEST_MAGIC "WAYMARK"
#define WAYMARK_NOTE_SECTION ".note.waymark"
#define WAYMARK_NOTE_OWNER "Waymark"
#define WAYMARK_NOTE_TYPE 1u

#define WAYMARK_MANIFEST_SERVICES 8
#define WAYMARK_MANIFEST_COMMANDS 16

typedef struct WaymarkManifestCommand
{
    char name[16]; /* as typed: waymark <plugin> <name>; one word or two */
    char help[80]; /* one line */
} WaymarkManifestCommand;

typedef struct WaymarkManifest
{
    char magic[8];     /* WAYMARK_MANIFEST_MAGIC */
    uint32_t size;     /* of this struct */
    uint32_t abi;      /* WAYMARK_ABI of the headers it was built with */
    char name[32];     /* lower case, digits and '-' */
    char version[16];  /* of the plugin */
    char buildTag[96]; /* WAYMARK_BUILD_TAG: standard library's ABI, Poco's soname, sanitizer */
    char provides[WAYMARK_MANIFEST_SERVICES][24]; /* ids of services that it registers */
    char needs[WAYMARK_MANIFEST_SERVICES][24];    /* ids without which it cannot work */
    char wants[WAYMARK_MANIFEST_SERVICES][24];    /* ids that it uses when they are there */
    WaymarkManifestCommand commands[WAYMARK_MANIFEST_COMMANDS];
} WaymarkManifest;

#endif
