// values[i] = values[i] * factor + constant
#version 460

#ifdef COMPUTE_STAGE
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint addend = 0;
layout(binding = 0) buffer Values
{
    uint values[];
};
layout(push_constant) uniform Push
{
    uint factor;
    uint count;
};
void main()
{
    uint i = gl_GlobalInvocationID.x;
    if (i < count)
        values[i] = values[i] * factor + addend;
}
#endif
