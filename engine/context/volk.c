// volk, the Vulkan meta-loader, compiled into the library: Debian ships its source only.
#include <volk.c>
