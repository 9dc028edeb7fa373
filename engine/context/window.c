#include "engine/context/window.h"

#include <stdlib.h>
#include <string.h>

// vulkan_core.h is included above, so that glfw3.h declares its Vulkan functions.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include "engine/assert.h"
#include "engine/log.h"

#define DEFAULT_WIDTH  1280
#define DEFAULT_HEIGHT 720
#define MAX_SIDE       16384

// Room for a frame's events at first; a fast mouse sends some twenty.
#define FIRST_CAPACITY 64

struct event_queue {
    struct ash_window_event *events;
    uint32_t count, capacity;
};

struct ash_window {
    GLFWwindow *handle;
    struct ash_surface_source surface_source;
    // Callbacks fill `pending`, also outside of ash_window_poll; the user reads `handed`.
    struct event_queue pending, handed;
    bool overflow_told;
    bool fullscreen;                                             // as it was asked for
    int windowed_x, windowed_y, windowed_width, windowed_height; // to return to
};

// GLFW is initialised for the first window and terminated after the last.
static uint32_t window_count;

static void push(GLFWwindow *handle, struct ash_window_event event)
{
    struct ash_window *window = glfwGetWindowUserPointer(handle);
    struct event_queue *queue = &window->pending;
    if (queue->count == queue->capacity) {
        uint32_t capacity = queue->capacity > 0 ? queue->capacity * 2 : FIRST_CAPACITY;
        struct ash_window_event *events = realloc(queue->events, capacity * sizeof(*events));
        if (events == NULL) {
            if (!window->overflow_told)
                ash_log(ASH_LOG_ERROR, "out of memory for window events; some are lost");
            window->overflow_told = true;
            return;
        }
        queue->events = events;
        queue->capacity = capacity;
    }
    queue->events[queue->count++] = event;
}

static void on_key(GLFWwindow *handle, int key, int scancode, int action, int modifiers)
{
    (void)scancode;
    (void)modifiers;
    if (key != GLFW_KEY_UNKNOWN)
        push(handle, (struct ash_window_event){.type = ASH_WINDOW_KEY,
                                               .code = key,
                                               .pressed = action != GLFW_RELEASE,
                                               .repeat = action == GLFW_REPEAT});
}

static void on_mouse_button(GLFWwindow *handle, int button, int action, int modifiers)
{
    (void)modifiers;
    push(handle, (struct ash_window_event){.type = ASH_WINDOW_MOUSE_BUTTON,
                                           .code = button,
                                           .pressed = action == GLFW_PRESS});
}

static void on_cursor(GLFWwindow *handle, double x, double y)
{
    // GLFW counts in screen coordinates, which on some systems are not pixels.
    int width, height, pixel_width, pixel_height;
    glfwGetWindowSize(handle, &width, &height);
    glfwGetFramebufferSize(handle, &pixel_width, &pixel_height);
    push(handle, (struct ash_window_event){.type = ASH_WINDOW_CURSOR,
                                           .x = width > 0 ? x * pixel_width / width : x,
                                           .y = height > 0 ? y * pixel_height / height : y});
}

static void on_scroll(GLFWwindow *handle, double x, double y)
{
    push(handle, (struct ash_window_event){.type = ASH_WINDOW_SCROLL, .x = x, .y = y});
}

static void on_focus(GLFWwindow *handle, int focused)
{
    push(handle,
         (struct ash_window_event){.type = ASH_WINDOW_FOCUS, .pressed = focused == GLFW_TRUE});
}

static void on_close(GLFWwindow *handle)
{
    push(handle, (struct ash_window_event){.type = ASH_WINDOW_CLOSE});
}

static void on_resize(GLFWwindow *handle, int width, int height)
{
    (void)width;
    (void)height;
    push(handle, (struct ash_window_event){.type = ASH_WINDOW_RESIZE});
}

static void on_iconify(GLFWwindow *handle, int iconified)
{
    (void)iconified;
    push(handle, (struct ash_window_event){.type = ASH_WINDOW_RESIZE});
}

static void listen(GLFWwindow *handle)
{
    glfwSetKeyCallback(handle, on_key);
    glfwSetMouseButtonCallback(handle, on_mouse_button);
    glfwSetCursorPosCallback(handle, on_cursor);
    glfwSetScrollCallback(handle, on_scroll);
    glfwSetWindowFocusCallback(handle, on_focus);
    glfwSetWindowCloseCallback(handle, on_close);
    glfwSetFramebufferSizeCallback(handle, on_resize);
    glfwSetWindowIconifyCallback(handle, on_iconify);
}

static const char *last_error(void)
{
    const char *description = NULL;
    (void)glfwGetError(&description);
    return description != NULL ? description : "no reason given";
}

static enum ash_result start_glfw(void)
{
    if (window_count > 0 || glfwInit() == GLFW_TRUE)
        return ASH_OK;
    const char *display = getenv("DISPLAY");
    const char *wayland = getenv("WAYLAND_DISPLAY");
    bool none = (display == NULL || display[0] == '\0') && (wayland == NULL || wayland[0] == '\0');
    if (none)
        ash_log(ASH_LOG_ERROR, "there is no display: DISPLAY is not set; start it on a desktop, "
                               "or run without a window (--headless)");
    else
        ash_log(ASH_LOG_ERROR,
                "the display \"%s\" can't be opened (%s); check DISPLAY and who may "
                "connect, or run without a window (--headless)",
                display != NULL ? display : wayland, last_error());
    return ASH_ERROR_NO_DISPLAY;
}

static VkResult create_surface(void *user, VkInstance instance,
                               PFN_vkGetInstanceProcAddr get_instance_proc_addr,
                               VkSurfaceKHR *surface)
{
    // GLFW opens the same loader by itself.
    (void)get_instance_proc_addr;
    struct ash_window *window = user;
    *surface = VK_NULL_HANDLE;
    VkResult vk_result = glfwCreateWindowSurface(instance, window->handle, NULL, surface);
    if (vk_result != VK_SUCCESS) {
        *surface = VK_NULL_HANDLE;
        ash_log(ASH_LOG_DEBUG, "glfwCreateWindowSurface: %s", last_error());
    }
    return vk_result;
}

static void describe_surface(struct ash_window *window)
{
    // What the context asks for where GLFW finds no driver that can show anything: its answer then
    // says whether a loader, a driver or this is missing.
    static const char *const surface_only[] = {"VK_KHR_surface"};
    uint32_t count = 0;
    const char **extensions = glfwGetRequiredInstanceExtensions(&count);
    window->surface_source = (struct ash_surface_source){
        .extensions = extensions != NULL ? (const char *const *)extensions : surface_only,
        .extension_count = extensions != NULL ? count : 1,
        .create = create_surface,
        .user = window,
    };
}

enum ash_result ash_window_create(const struct ash_window_params *params, struct ash_window **out)
{
    ASH_ASSERT(params != NULL && out != NULL);
    ASH_ASSERT(params->width <= MAX_SIDE && params->height <= MAX_SIDE);
    *out = NULL;
    struct ash_window *window = calloc(1, sizeof(*window));
    if (window == NULL) {
        ash_log(ASH_LOG_ERROR, "out of memory for a window; close other programs");
        return ASH_ERROR_OUT_OF_HOST_MEMORY;
    }
    enum ash_result result = start_glfw();
    if (result != ASH_OK) {
        free(window);
        return result;
    }
    window->windowed_width = params->width > 0 ? (int)params->width : DEFAULT_WIDTH;
    window->windowed_height = params->height > 0 ? (int)params->height : DEFAULT_HEIGHT;
    glfwDefaultWindowHints();
    glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
    window->handle =
        glfwCreateWindow(window->windowed_width, window->windowed_height,
                         params->title != NULL ? params->title : "AshEngine", NULL, NULL);
    if (window->handle == NULL) {
        ash_log(ASH_LOG_ERROR,
                "the display refuses a window of %d x %d (%s); "
                "ask for a smaller one, or run without a window",
                window->windowed_width, window->windowed_height, last_error());
        if (window_count == 0)
            glfwTerminate();
        free(window);
        return ASH_ERROR_UNSUPPORTED;
    }
    window_count++;
    glfwSetWindowUserPointer(window->handle, window);
    listen(window->handle);
    describe_surface(window);
    if (params->fullscreen)
        ash_window_set_fullscreen(window, true);
    *out = window;
    return ASH_OK;
}

void ash_window_destroy(struct ash_window *window)
{
    if (window == NULL)
        return;
    glfwDestroyWindow(window->handle);
    if (--window_count == 0)
        glfwTerminate();
    free(window->pending.events);
    free(window->handed.events);
    free(window);
}

const struct ash_surface_source *ash_window_surface_source(struct ash_window *window)
{
    return &window->surface_source;
}

static int overlap(int a, int a_size, int b, int b_size)
{
    int from = a > b ? a : b;
    int to = a + a_size < b + b_size ? a + a_size : b + b_size;
    return to > from ? to - from : 0;
}

// The monitor that shows most of the window where it is no full screen, or the primary one, or
// NULL; *area: how much of it, in pixels.
static GLFWmonitor *monitor_of(const struct ash_window *window, int *area)
{
    int count = 0;
    GLFWmonitor *best = glfwGetPrimaryMonitor();
    GLFWmonitor **monitors = glfwGetMonitors(&count);
    *area = 0;
    for (int i = 0; i < count; i++) {
        int x, y;
        glfwGetMonitorPos(monitors[i], &x, &y);
        const GLFWvidmode *mode = glfwGetVideoMode(monitors[i]);
        if (mode == NULL)
            continue;
        int shown = overlap(window->windowed_x, window->windowed_width, x, mode->width) *
                    overlap(window->windowed_y, window->windowed_height, y, mode->height);
        if (shown > *area) {
            *area = shown;
            best = monitors[i];
        }
    }
    return best;
}

// Its monitor may have been unplugged. GLFW then leaves a window as large as that was, anywhere: it
// gets its own size back, at its place, or on a monitor that is left.
static void leave_lost_monitor(struct ash_window *window)
{
    if (!window->fullscreen || glfwGetWindowMonitor(window->handle) != NULL)
        return;
    int area, width, height, x = window->windowed_x, y = window->windowed_y;
    GLFWmonitor *monitor = monitor_of(window, &area);
    if (monitor != NULL && area == 0)
        glfwGetMonitorWorkarea(monitor, &x, &y, &width, &height);
    window->fullscreen = false;
    glfwSetWindowMonitor(window->handle, NULL, x, y, window->windowed_width,
                         window->windowed_height, GLFW_DONT_CARE);
    ash_log(ASH_LOG_INFO, "the monitor that was filled is gone; the window is a window again");
}

const struct ash_window_event *ash_window_poll(struct ash_window *window, uint32_t *count)
{
    ASH_ASSERT(window != NULL && count != NULL);
    glfwPollEvents();
    leave_lost_monitor(window);
    struct event_queue read = window->handed;
    window->handed = window->pending;
    window->pending = read;
    window->pending.count = 0;
    window->overflow_told = false;
    *count = window->handed.count;
    return window->handed.events;
}

void ash_window_wait(struct ash_window *window, double seconds)
{
    ASH_ASSERT(window != NULL);
    // What came in meanwhile has not been read yet: nothing to wait for.
    if (window->pending.count == 0 && seconds > 0.0)
        glfwWaitEventsTimeout(seconds);
}

// GLFW's triggers rest at -1.
static float trigger(float axis)
{
    return (axis + 1.0F) * 0.5F;
}

void ash_window_gamepad(struct ash_window *window, struct ash_gamepad *out)
{
    ASH_ASSERT(window != NULL && out != NULL);
    GLFWgamepadstate state;
    *out = (struct ash_gamepad){0};
    for (int id = GLFW_JOYSTICK_1; id <= GLFW_JOYSTICK_LAST; id++) {
        if (glfwGetGamepadState(id, &state) != GLFW_TRUE)
            continue;
        out->present = true;
        out->left_x = state.axes[GLFW_GAMEPAD_AXIS_LEFT_X];
        out->left_y = state.axes[GLFW_GAMEPAD_AXIS_LEFT_Y];
        out->right_x = state.axes[GLFW_GAMEPAD_AXIS_RIGHT_X];
        out->right_y = state.axes[GLFW_GAMEPAD_AXIS_RIGHT_Y];
        out->left_trigger = trigger(state.axes[GLFW_GAMEPAD_AXIS_LEFT_TRIGGER]);
        out->right_trigger = trigger(state.axes[GLFW_GAMEPAD_AXIS_RIGHT_TRIGGER]);
        for (uint32_t i = 0; i <= GLFW_GAMEPAD_BUTTON_LAST; i++)
            if (state.buttons[i] == GLFW_PRESS)
                out->buttons |= 1U << i;
        return;
    }
}

VkExtent2D ash_window_extent(const struct ash_window *window)
{
    ASH_ASSERT(window != NULL);
    int width = 0;
    int height = 0;
    // On X11 a minimised window keeps its size.
    if (glfwGetWindowAttrib(window->handle, GLFW_ICONIFIED) == GLFW_FALSE)
        glfwGetFramebufferSize(window->handle, &width, &height);
    return (VkExtent2D){(uint32_t)width, (uint32_t)height};
}

float ash_window_content_scale(const struct ash_window *window)
{
    ASH_ASSERT(window != NULL);
    float x = 0.0F;
    float y = 0.0F;
    glfwGetWindowContentScale(window->handle, &x, &y);
    return y > 0.0F ? y : 1.0F;
}

void ash_window_capture_mouse(struct ash_window *window, bool captured)
{
    ASH_ASSERT(window != NULL);
    glfwSetInputMode(window->handle, GLFW_CURSOR,
                     captured ? GLFW_CURSOR_DISABLED : GLFW_CURSOR_NORMAL);
    // Unaccelerated motion is what a camera wants.
    if (glfwRawMouseMotionSupported() == GLFW_TRUE)
        glfwSetInputMode(window->handle, GLFW_RAW_MOUSE_MOTION, captured ? GLFW_TRUE : GLFW_FALSE);
}

void ash_window_set_fullscreen(struct ash_window *window, bool fullscreen)
{
    ASH_ASSERT(window != NULL);
    if (fullscreen == ash_window_is_fullscreen(window))
        return;
    if (!fullscreen) {
        window->fullscreen = false;
        glfwSetWindowMonitor(window->handle, NULL, window->windowed_x, window->windowed_y,
                             window->windowed_width, window->windowed_height, GLFW_DONT_CARE);
        return;
    }
    glfwGetWindowPos(window->handle, &window->windowed_x, &window->windowed_y);
    glfwGetWindowSize(window->handle, &window->windowed_width, &window->windowed_height);
    int area;
    GLFWmonitor *monitor = monitor_of(window, &area);
    const GLFWvidmode *mode = monitor != NULL ? glfwGetVideoMode(monitor) : NULL;
    if (mode == NULL) {
        ash_log(ASH_LOG_WARNING, "no monitor is known, so the window can't fill one; "
                                 "it stays as it is");
        return;
    }
    window->fullscreen = true;
    glfwSetWindowMonitor(window->handle, monitor, 0, 0, mode->width, mode->height,
                         mode->refreshRate);
}

bool ash_window_is_fullscreen(const struct ash_window *window)
{
    ASH_ASSERT(window != NULL);
    return glfwGetWindowMonitor(window->handle) != NULL;
}

bool ash_window_should_close(const struct ash_window *window)
{
    ASH_ASSERT(window != NULL);
    return glfwWindowShouldClose(window->handle) == GLFW_TRUE;
}

void ash_window_set_title(struct ash_window *window, const char *title)
{
    ASH_ASSERT(window != NULL && title != NULL);
    glfwSetWindowTitle(window->handle, title);
}
