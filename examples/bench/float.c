/* Floating point and vector code. The compiler may use vector registers in this file alone. */
#include "bench.h"

#define SIZE 16
#define LANES 256

typedef uint32_t words __attribute__((vector_size(16)));
typedef int16_t halves __attribute__((vector_size(16)));

/* A product of two matrices, and a polynomial at each element of it. */
static uint64_t float_double(uint64_t count)
{
    static double a[SIZE][SIZE], b[SIZE][SIZE];
    double sum = 0;

    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++) {
            a[i][j] = i + j * 0.5;
            b[i][j] = (i - j) * 0.25;
        }
    for (; count > 0; count--) {
        sum = 0;
        for (int i = 0; i < SIZE; i++)
            for (int j = 0; j < SIZE; j++) {
                double cell = 0;

                for (int k = 0; k < SIZE; k++)
                    cell += a[i][k] * b[k][j];
                sum += ((cell * 0.001 + 1.5) * cell - 2.25) / (cell * cell + 1);
            }
        barrier();
    }
    return (uint64_t)(sum * 1e9);
}

/* Shifts, sums, comparisons and products of packed integers. */
static uint64_t float_packed(uint64_t count)
{
    static words data[LANES];
    words sum = {0};

    for (unsigned i = 0; i < LANES; i++)
        data[i] = (words){i, i * 3, i * 5, i * 7};
    for (; count > 0; count--) {
        words state = {1, 2, 3, 4};

        sum = (words){0};
        for (unsigned i = 0; i < LANES; i++) {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            words value = data[i] + state;
            words larger = (words)(value > data[i]);
            sum += (value & larger) ^ (words)((halves)value * (halves)state);
        }
        barrier();
    }
    return (uint64_t)(sum[0] ^ sum[1]) << 32 | (sum[2] ^ sum[3]);
}

/* Newton's square roots in the processor's long format. */
static uint64_t float_x87(uint64_t count)
{
    long double sum = 0;

    for (; count > 0; count--) {
        sum = 0;
        for (int number = 1; number <= 64; number++) {
            long double root = number;

            for (int step = 0; step < 8; step++)
                root = (root + number / root) * 0.5L;
            sum += root - (long double)(number * 3) * 0.125L;
        }
        barrier();
    }
    return (uint64_t)(sum * 1e9L);
}

const struct benchmark float_benchmarks[] = {
    {"float_double", float_double, 1, false},
    {"float_sse2_integer", float_packed, 1, false},
    {"float_x87", float_x87, 1, false},
    {0}};
