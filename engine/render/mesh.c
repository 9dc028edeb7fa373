#include "engine/render/mesh.h"

#include <volk.h>

#include "engine/assert.h"
#include "engine/bits.h"
#include "engine/log.h"

static enum ash_result upload_data(struct ash_mesh *mesh, const struct ash_mesh_params *params)
{
    VkDeviceSize vertices_size = (VkDeviceSize)params->vertex_count * params->vertex_size;
    VkDeviceSize indices_size = (VkDeviceSize)mesh->index_count * sizeof(uint32_t);
    struct ash_buffer_view view;
    enum ash_result result = ash_upload_begin(
        mesh->upload,
        &(struct ash_upload_target){.buffer = &mesh->buffer, .size = mesh->buffer.size}, &view);
    if (result != ASH_OK)
        return result;
    result = ash_view_write(&view, 0, params->vertices, vertices_size);
    if (result == ASH_OK && indices_size > 0)
        result = ash_view_write(&view, mesh->index_offset, params->indices, indices_size);
    enum ash_result end_result = ash_upload_end(&view);
    return result == ASH_OK ? end_result : result;
}

enum ash_result ash_mesh_init(struct ash_mesh *mesh, struct ash_allocator *allocator,
                              struct ash_upload *upload, const struct ash_mesh_params *params)
{
    ASH_ASSERT(params->vertex_count > 0 && params->vertex_size > 0);
    uint32_t index_count = params->indices != NULL ? params->index_count : 0;
    VkDeviceSize vertices_size = (VkDeviceSize)params->vertex_count * params->vertex_size;
    VkDeviceSize indices_size = (VkDeviceSize)index_count * sizeof(uint32_t);
    *mesh = (struct ash_mesh){.index_offset = ash_align_up(vertices_size, sizeof(uint32_t)),
                              .vertex_count = params->vertex_count,
                              .index_count = index_count,
                              .upload = upload};
    if (indices_size > UINT64_MAX - mesh->index_offset) {
        ash_log(ASH_LOG_ERROR, "A mesh of %u vertices of %u bytes can't be: split it.",
                params->vertex_count, params->vertex_size);
        *mesh = (struct ash_mesh){0};
        return ASH_ERROR_OUT_OF_DEVICE_MEMORY;
    }
    enum ash_result result = ash_buffer_init(
        &mesh->buffer, allocator,
        &(struct ash_buffer_params){.size = mesh->index_offset + indices_size,
                                    .usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT |
                                             VK_BUFFER_USAGE_INDEX_BUFFER_BIT |
                                             VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                    .preferred = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
                                    .label = params->label});
    if (result == ASH_OK)
        result = upload_data(mesh, params);
    if (result != ASH_OK)
        ash_mesh_finish(mesh);
    return result;
}

void ash_mesh_finish(struct ash_mesh *mesh)
{
    if (mesh->buffer.buffer != VK_NULL_HANDLE)
        ash_upload_forget(mesh->upload, &mesh->buffer, NULL);
    ash_buffer_finish(&mesh->buffer);
    *mesh = (struct ash_mesh){0};
}

void ash_mesh_retire(struct ash_mesh *mesh, struct ash_retire *retire, uint64_t value)
{
    if (mesh->buffer.buffer != VK_NULL_HANDLE)
        ash_upload_forget(mesh->upload, &mesh->buffer, NULL);
    ash_retire_buffer(retire, &mesh->buffer, value);
    *mesh = (struct ash_mesh){0};
}

void ash_mesh_draw(const struct ash_mesh *mesh, struct ash_frame *frame)
{
    ASH_ASSERT(mesh->buffer.buffer != VK_NULL_HANDLE);
    VkDeviceSize offset = 0;
    frame->vk->vkCmdBindVertexBuffers(frame->commands, 0, 1, &mesh->buffer.buffer, &offset);
    if (mesh->index_count > 0) {
        frame->vk->vkCmdBindIndexBuffer(frame->commands, mesh->buffer.buffer, mesh->index_offset,
                                        VK_INDEX_TYPE_UINT32);
        frame->vk->vkCmdDrawIndexed(frame->commands, mesh->index_count, 1, 0, 0, 0);
    } else {
        frame->vk->vkCmdDraw(frame->commands, mesh->vertex_count, 1, 0, 0);
    }
    frame->stats.draws++;
    frame->stats.triangles += (mesh->index_count > 0 ? mesh->index_count : mesh->vertex_count) / 3;
}
