#include "game/tools/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct bit_name {
    uint64_t bit;
    const char *name;
};

static const struct bit_name stages[] = {
    {VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT, "indirect arguments"},
    {VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT, "vertex input"},
    {VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT, "vertex shaders"},
    {VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT, "fragment shaders"},
    {VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT, "early depth tests"},
    {VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT, "late depth tests"},
    {VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT, "colour output"},
    {VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, "compute shaders"},
    {VK_PIPELINE_STAGE_2_COPY_BIT, "copies"},
    {VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, "all transfers"},
    {VK_PIPELINE_STAGE_2_HOST_BIT, "the CPU"},
    {VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, "all commands"},
};

static const struct bit_name accesses[] = {
    {VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT, "reads of indirect arguments"},
    {VK_ACCESS_2_INDEX_READ_BIT, "reads of indices"},
    {VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT, "reads of vertices"},
    {VK_ACCESS_2_UNIFORM_READ_BIT, "reads of uniforms"},
    {VK_ACCESS_2_SHADER_READ_BIT, "shader reads"},
    {VK_ACCESS_2_SHADER_WRITE_BIT, "shader writes"},
    {VK_ACCESS_2_SHADER_SAMPLED_READ_BIT, "sampling"},
    {VK_ACCESS_2_SHADER_STORAGE_READ_BIT, "storage reads"},
    {VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT, "storage writes"},
    {VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT, "reads of colour"},
    {VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT, "writes of colour"},
    {VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT, "reads of depth"},
    {VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT, "writes of depth"},
    {VK_ACCESS_2_TRANSFER_READ_BIT, "reads by copies"},
    {VK_ACCESS_2_TRANSFER_WRITE_BIT, "writes by copies"},
    {VK_ACCESS_2_HOST_READ_BIT, "reads by the CPU"},
    {VK_ACCESS_2_MEMORY_WRITE_BIT, "all writes"},
};

static const char *layout_name(VkImageLayout layout)
{
    switch (layout) {
    case VK_IMAGE_LAYOUT_UNDEFINED:
        return "UNDEFINED (what was there is thrown away)";
    case VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL:
        return "COLOR_ATTACHMENT_OPTIMAL";
    case VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL:
        return "DEPTH_ATTACHMENT_OPTIMAL";
    case VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_OPTIMAL:
        return "DEPTH_READ_ONLY_OPTIMAL";
    case VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL:
        return "SHADER_READ_ONLY_OPTIMAL";
    case VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL:
        return "TRANSFER_SRC_OPTIMAL";
    case VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL:
        return "TRANSFER_DST_OPTIMAL";
    case VK_IMAGE_LAYOUT_PRESENT_SRC_KHR:
        return "PRESENT_SRC";
    default:
        return "another layout";
    }
}

static void write_bits(FILE *out, const struct bit_name *names, size_t count, uint64_t bits,
                       const char *nothing)
{
    const char *between = "";
    for (size_t i = 0; i < count; i++) {
        if ((bits & names[i].bit) == 0)
            continue;
        fprintf(out, "%s%s", between, names[i].name);
        between = ", ";
        bits &= ~names[i].bit;
    }
    if (bits != 0) // one that has no name here is still told of
        fprintf(out, "%s0x%" PRIx64, between, bits);
    else if (between[0] == '\0')
        fputs(nothing, out);
}

// One side of a barrier: who, and what they do.
static void write_side(FILE *out, const char *side, VkPipelineStageFlags2 stage_bits,
                       VkAccessFlags2 access_bits, const char *nobody)
{
    fprintf(out, "         %-10s ", side);
    write_bits(out, stages, sizeof(stages) / sizeof(stages[0]), stage_bits, nobody);
    if (access_bits != 0) {
        fputs(": ", out);
        write_bits(out, accesses, sizeof(accesses) / sizeof(accesses[0]), access_bits, "");
    }
    fputc('\n', out);
}

void explain_begin(struct explain *explain)
{
    explain_finish(explain);
    explain->out = open_memstream(&explain->text, &explain->size);
}

// What the phase uploaded: told when it ends, each target once.
static void end_phase(struct explain *explain)
{
    for (uint32_t i = 0; i < explain->target_count; i++)
        fprintf(explain->out, "       %u upload%s, %.1f KiB, to \"%s\": %s\n",
                explain->targets[i].count, explain->targets[i].count == 1 ? "" : "s",
                (double)explain->targets[i].bytes / 1024.0, explain->targets[i].name,
                explain->targets[i].direct ? "straight into its memory, which the CPU reaches"
                                           : "into the staging ring, to be copied below");
    explain->target_count = 0;
}

void explain_phase(struct explain *explain, uint64_t number, const char *phase, const char *pass,
                   const char *purpose)
{
    if (explain->out == NULL)
        return;
    end_phase(explain);
    if (explain->phases++ == 0)
        fprintf(explain->out, "Frame %" PRIu64 ", step by step:\n", number);
    fprintf(explain->out, "%4u.  %s%s%s\n", explain->phases, phase, pass != NULL ? " " : ": ",
            pass != NULL ? pass : purpose);
}

void explain_upload(struct explain *explain, const char *target, VkDeviceSize size, bool direct)
{
    if (explain->out == NULL)
        return;
    explain->uploads++;
    uint32_t i = 0;
    while (i < explain->target_count &&
           (strcmp(explain->targets[i].name, target) != 0 || explain->targets[i].direct != direct))
        i++;
    if (i == EXPLAIN_TARGETS) { // room for others
        end_phase(explain);
        i = 0;
    }
    if (i == explain->target_count) {
        explain->target_count++;
        explain->targets[i].bytes = explain->targets[i].count = 0;
        explain->targets[i].direct = direct;
        snprintf(explain->targets[i].name, sizeof(explain->targets[i].name), "%s", target);
    }
    explain->targets[i].count++;
    explain->targets[i].bytes += size;
}

void explain_barrier(struct explain *explain, const VkDependencyInfo *barrier, const char *name,
                     const char *reason)
{
    FILE *out = explain->out;
    if (out == NULL)
        return;
    explain->barriers++;
    fprintf(out, "       barrier %s\n", name);
    for (uint32_t i = 0; i < barrier->memoryBarrierCount; i++) {
        const VkMemoryBarrier2 *memory = &barrier->pMemoryBarriers[i];
        write_side(out, "waits for", memory->srcStageMask, memory->srcAccessMask, "nobody");
        write_side(out, "before", memory->dstStageMask, memory->dstAccessMask, "nobody here");
    }
    const VkImageMemoryBarrier2 *image = barrier->pImageMemoryBarriers;
    if (barrier->imageMemoryBarrierCount > 0) { // all of one call are alike
        fprintf(out, "         %-10s %u %s image%s from %s to %s\n", "turns",
                barrier->imageMemoryBarrierCount,
                (image->subresourceRange.aspectMask & VK_IMAGE_ASPECT_DEPTH_BIT) != 0 ? "depth"
                                                                                      : "colour",
                barrier->imageMemoryBarrierCount == 1 ? "" : "s", layout_name(image->oldLayout),
                layout_name(image->newLayout));
        write_side(out, "waits for", image->srcStageMask, image->srcAccessMask, "nobody");
        write_side(out, "before", image->dstStageMask, image->dstAccessMask,
                   "nobody here: a semaphore goes on");
    }
    fprintf(out, "         %-10s %s\n", "because", reason);
}

const char *explain_end(struct explain *explain)
{
    if (explain->out == NULL)
        return explain->text != NULL ? explain->text : "";
    end_phase(explain);
    fprintf(explain->out, "%u steps, %u uploads, %u barriers.\n", explain->phases, explain->uploads,
            explain->barriers);
    const bool whole = ferror(explain->out) == 0;
    const bool closed = fclose(explain->out) == 0;
    explain->out = NULL;
    return whole && closed ? explain->text : "";
}

void explain_finish(struct explain *explain)
{
    if (explain->out != NULL)
        fclose(explain->out);
    free(explain->text);
    *explain = (struct explain){0};
}
