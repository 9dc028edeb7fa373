#include "engine/memory/upload_list.h"

#include "engine/memory/host.h"

enum ash_result ash_upload_list_init(struct ash_upload_list *list, uint32_t capacity)
{
    *list = (struct ash_upload_list){.copies = ash_host_alloc(capacity * sizeof(*list->copies))};
    return list->copies ? ASH_OK : ASH_ERROR_OUT_OF_HOST_MEMORY;
}

void ash_upload_list_finish(struct ash_upload_list *list)
{
    ash_host_free(list->copies);
    *list = (struct ash_upload_list){0};
}

void ash_upload_list_settle(struct ash_upload_list *list)
{
    list->count -= list->recorded;
    for (uint32_t i = 0; i < list->count; i++)
        list->copies[i] = list->copies[list->recorded + i];
    list->recorded = 0;
}

void ash_upload_list_abandon(struct ash_upload_list *list)
{
    list->recorded = 0;
}

void ash_upload_list_forget(struct ash_upload_list *list, VkBuffer buffer, VkImage image)
{
    uint32_t count = 0, recorded = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        if (ash_upload_piece_goes_to(&list->copies[i], buffer, image))
            continue;
        recorded += i < list->recorded;
        list->copies[count++] = list->copies[i];
    }
    list->count = count;
    list->recorded = recorded;
}
