// For each number, how often 3n + 1 (odd) or n / 2 (even) leads from it until it is 1.
#version 460

#ifdef COMPUTE_STAGE
layout(local_size_x = 64) in;
layout(binding = 0) writeonly buffer Steps
{
    uint steps[];
};
void main()
{
    uint count = 0;
    for (uint n = gl_GlobalInvocationID.x + 1; n != 1; count++)
        n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    steps[gl_GlobalInvocationID.x] = count;
}
#endif
