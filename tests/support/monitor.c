#include "tests/support/monitor.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

// Of libX11 and libXrandr, which GLFW opens as well; their headers need not be here.
struct resources {
    unsigned long timestamp, changed;
    int crtc_count;
    unsigned long *crtcs;
    int output_count;
    unsigned long *outputs;
    int mode_count;
    unsigned long *modes; // each begins with its number
};

struct functions {
    void *(*open)(const char *);
    int (*close)(void *);
    unsigned long (*root)(void *);
    struct resources *(*get)(void *, unsigned long);
    int (*set)(void *, struct resources *, unsigned long, unsigned long, int, int, unsigned long,
               unsigned short, unsigned long *, int);
    void (*free)(struct resources *);
};

enum { ROTATE_0 = 1 };

static bool find(void *library, const char *name, void *function)
{
    void *found = library != NULL ? dlsym(library, name) : NULL;
    memcpy(function, &found, sizeof(found));
    return found != NULL;
}

static bool load(struct functions *x)
{
    void *base = dlopen("libX11.so.6", RTLD_NOW), *randr = dlopen("libXrandr.so.2", RTLD_NOW);
    return find(base, "XOpenDisplay", &x->open) && find(base, "XCloseDisplay", &x->close) &&
           find(base, "XDefaultRootWindow", &x->root) &&
           find(randr, "XRRGetScreenResourcesCurrent", &x->get) &&
           find(randr, "XRRSetCrtcConfig", &x->set) &&
           find(randr, "XRRFreeScreenResources", &x->free);
}

bool monitor_plug(bool in)
{
    struct functions x;
    void *display = load(&x) ? x.open(NULL) : NULL;
    struct resources *now = display != NULL ? x.get(display, x.root(display)) : NULL;
    bool there = now != NULL && now->crtc_count > 0 && now->output_count > 0 && now->mode_count > 0;
    if (there)
        there = x.set(display, now, now->crtcs[0], 0, 0, 0, in ? now->modes[0] : 0, ROTATE_0,
                      in ? now->outputs : NULL, in ? 1 : 0) == 0;
    if (now != NULL)
        x.free(now);
    if (display != NULL)
        x.close(display);
    return there;
}
